import type { BalanceObservation, PresenceObservation, RunObservation } from '@tabgrid/ml/observation';
import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createTracks } from './tracks.js';

const A = v.parse(VolunteerId, 'va');

const run = (at: number, ms: number, change: Partial<RunObservation> = {}): RunObservation => ({
  ...{ type: 'run', at, volunteer: A, kernel: 'k@1', features: [], ms, end: 'done', results: 1, ageMs: 1 },
  plain: { p025: 50, median: 80, p975: 150 },
  said: { p025: 90, median: 100, p975: 110 },
  ...change,
});

const look = (said: number, left: boolean, watchedMs = 60_000): PresenceObservation => ({
  ...{ type: 'presence', at: 0, volunteer: A, features: [], ageMs: 0, watchedMs, left, plain: 0.5, said },
});

const period = (at: number, raw: number, shaped: number): BalanceObservation => {
  const choice = { features: [], action: 1, probability: 1, next: null };
  return {
    type: 'balance',
    at,
    choices: [
      { ...choice, raw, shaped },
      { ...choice, raw: -raw, shaped },
    ],
  };
};

describe('tracks', () => {
  it('are empty at first', () => {
    const view = createTracks().view();
    expect(view.predicted).toEqual({ saidMs: [], tookMs: [] });
    expect([view.coverage.at, view.reliability, view.reward.raw.at]).toEqual([[], [], []]);
  });

  it('show the last tasks, and lines once there is enough to say', () => {
    const tracks = createTracks();
    for (let i = 0; i < 19; i++) tracks.add(run(i, 100));
    expect(tracks.view().coverage.at).toEqual([]);
    for (let i = 19; i < 1_000; i++) tracks.add(run(i, 100));
    const view = tracks.view();
    expect(view.predicted.saidMs).toHaveLength(500);
    expect(view.coverage.at).toHaveLength(500);
    expect(view.coverage.at.at(-1)).toBe(999);
    expect(view.coverage.value.at(-1)).toBe(1);
    expect(view.error.learned.value.at(-1)).toBe(0);
    expect(view.error.baseline.value.at(-1)).toBeCloseTo(0.2, 9);
  });

  it('count what lay outside, not what was cut short', () => {
    const tracks = createTracks();
    for (let i = 0; i < 75; i++) tracks.add(run(i, 100));
    for (let i = 75; i < 100; i++) tracks.add(run(i, 200));
    for (let i = 100; i < 150; i++) tracks.add(run(i, 5, { end: 'cut' }));
    expect(tracks.view().coverage.value.at(-1)).toBe(0.75);
  });

  it('group failures by what was predicted', () => {
    const tracks = createTracks();
    for (const [said, left] of [
      [0.05, false],
      [0.07, true],
      [1, true],
      [0.95, true],
    ] as const) {
      tracks.add(look(said, left));
    }
    tracks.add(look(0.5, false, 30_000));
    const [low, high, ...rest] = tracks.view().reliability;
    expect(low?.predicted).toBeCloseTo(0.06, 9);
    expect(low).toMatchObject({ observed: 0.5, count: 2 });
    expect(high).toMatchObject({ observed: 1, count: 2 });
    expect(rest).toEqual([]);
  });

  it('show mean rewards of ten seconds each', () => {
    const tracks = createTracks();
    for (let i = 0; i < 25; i++) tracks.add(period(i, 7, 3));
    expect(tracks.view().reward).toEqual({
      raw: { at: [9, 19], value: [0, 0] },
      shaped: { at: [9, 19], value: [3, 3] },
    });
  });

  it('never go back in time', () => {
    const tracks = createTracks();
    for (const at of [5, 6, 3, 4, 9]) for (let i = 0; i < 20; i++) tracks.add(run(at, 100));
    const { at } = tracks.view().coverage;
    expect([...at].sort((a, b) => a - b)).toEqual(at);
  });

  it('begin anew from what is kept', () => {
    const tracks = createTracks();
    for (let i = 0; i < 30; i++) tracks.add(run(i, 100));
    tracks.add(look(0.5, true));
    tracks.replace({ run: Array.from({ length: 21 }, (_, i) => run(i, 300)), presence: [] });
    const view = tracks.view();
    expect(view.predicted.tookMs).toHaveLength(21);
    expect(view.coverage.value).toEqual([0, 0]);
    expect(view.reliability).toEqual([]);
  });
});
