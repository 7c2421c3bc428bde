import { describe, expect, it } from 'vitest';
import { createTimeline } from './timeline.js';
import { createUplink } from './uplink.js';

const MiB = 2 ** 20;

function setUp(bytesPerMs: number) {
  const timeline = createTimeline();
  const uplink = createUplink(timeline, bytesPerMs);
  const ended = new Map<string, number>();
  return {
    timeline,
    uplink,
    blob: (name: string, bytes: number, rate = Number.POSITIVE_INFINITY) =>
      uplink.blob(bytes, rate, (left) => left === 0 && ended.set(name, timeline.now())),
    message: (name: string, bytes: number) => uplink.message(bytes, () => ended.set(name, timeline.now())),
    run: () => {
      while (timeline.step());
      return ended;
    },
  };
}

describe('the owner’s line', () => {
  it('takes bytes ÷ rate for one transfer', () => {
    const { blob, run } = setUp(1024);
    blob('a', MiB);
    expect(run().get('a')).toBeCloseTo(1024, 6);
  });

  it('is shared evenly by those that are under way, and never faster than all together', () => {
    const { blob, run } = setUp(1024);
    for (const name of ['a', 'b', 'c', 'd']) blob(name, MiB);
    const ended = run();
    expect(ended.get('d')).toBeCloseTo(4096, 6);
    // Whoever came first is a chunk ahead of the next.
    expect(ended.get('a')).toBeGreaterThan(3000);
  });

  it('goes on with others while one of them cannot take more', () => {
    const { blob, run } = setUp(1024);
    blob('slow', MiB, 128);
    blob('fast', MiB);
    const ended = run();
    expect(ended.get('fast')).toBeLessThan(2100);
    expect(ended.get('slow')).toBeGreaterThanOrEqual(8192);
  });

  it('lets messages overtake blobs, one after the other', () => {
    const { blob, message, run } = setUp(1024);
    blob('blob', 8 * MiB);
    message('first', 1024);
    message('second', 1024);
    const ended = run();
    expect([ended.get('first'), ended.get('second')]).toEqual([1, 2]);
    expect(ended.get('blob')).toBeGreaterThan(8000);
  });

  it('is used again after it was idle', () => {
    const { timeline, blob, message, run } = setUp(1024);
    blob('a', MiB);
    timeline.at(5000, () => blob('b', MiB));
    timeline.at(5000, () => message('m', 1024));
    const ended = run();
    expect(ended.get('b')).toBeCloseTo(6024, 6);
    expect(ended.get('m')).toBe(5001);
  });

  it('takes no time when nothing bounds it', () => {
    const { blob, message, run } = setUp(Number.POSITIVE_INFINITY);
    blob('a', MiB);
    message('m', 100);
    expect([...run().values()]).toEqual([0, 0]);
  });
});
