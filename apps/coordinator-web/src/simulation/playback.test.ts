import { createManualClock } from '@tabgrid/protocol/clock';
import { describe, expect, it } from 'vitest';
import { aJobId } from '../testing/samples.js';
import { createPlayback } from './playback.js';

const ID = aJobId('p1');

function setUp(framesDone = 60) {
  const clock = createManualClock();
  const playback = createPlayback(() => clock.now());
  playback.note({ id: ID, framesDone });
  const after = async (ms: number) => {
    await clock.advance(ms);
    playback.tick();
    return playback.frame.value;
  };
  return { playback, after };
}

describe('what is shown of a world', () => {
  it('is the newest frame while nobody says otherwise', () => {
    const { playback } = setUp(0);
    expect(playback.frame.value).toBe(0);
    playback.note({ id: ID, framesDone: 12 });
    expect(playback.frame.value).toBe(12);
  });

  it('stays where it was put while more frames come', () => {
    const { playback } = setUp();
    playback.scrub(20);
    playback.note({ id: ID, framesDone: 90 });
    expect([playback.frame.value, playback.mode.value]).toEqual([20, 'still']);
  });

  it('follows again from the newest frame on', () => {
    const { playback } = setUp();
    playback.scrub(20);
    playback.scrub(60);
    playback.note({ id: ID, framesDone: 90 });
    expect([playback.frame.value, playback.mode.value]).toEqual([90, 'follow']);
  });

  it('is never a frame that is not there', () => {
    const { playback } = setUp();
    playback.scrub(1000);
    expect(playback.frame.value).toBe(60);
    playback.scrub(-3);
    expect(playback.frame.value).toBe(0);
    playback.scrub(50);
    // Frames were taken back.
    playback.note({ id: ID, framesDone: 24 });
    expect(playback.frame.value).toBe(24);
  });

  it('begins anew with another world', () => {
    const { playback } = setUp();
    playback.scrub(20);
    playback.note({ id: aJobId('p2'), framesDone: 3 });
    expect([playback.frame.value, playback.mode.value]).toEqual([3, 'follow']);
  });
});

describe('playing', () => {
  it('goes through the frames as fast as the world does', async () => {
    const { playback, after } = setUp();
    playback.scrub(10);
    playback.play();
    expect(await after(0)).toBe(10);
    expect(await after(250)).toBe(25);
    expect(await after(250)).toBe(40);
    expect(playback.mode.value).toBe('play');
  });

  it('starts from the beginning at the end, and ends at the end', async () => {
    const { playback, after } = setUp();
    playback.play();
    expect(playback.frame.value).toBe(0);
    expect(await after(5000)).toBe(60);
    expect(playback.mode.value).toBe('follow');
  });

  it('goes on into frames that came meanwhile', async () => {
    const { playback, after } = setUp();
    playback.play();
    await after(500);
    playback.note({ id: ID, framesDone: 120 });
    expect(await after(1000)).toBe(90);
  });

  it('stops where it is', async () => {
    const { playback, after } = setUp();
    playback.play();
    await after(500);
    playback.pause();
    expect(await after(500)).toBe(30);
    expect(playback.mode.value).toBe('still');
  });
});
