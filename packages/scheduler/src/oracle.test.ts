import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aView, KERNEL, taskSpec } from './fixture.js';
import {
  createPlainOracle,
  isWarm,
  learnRhythm,
  learnRoundTrip,
  learnSpeed,
  learnVisit,
  measuredSpeed,
  speedKey,
  taskView,
} from './oracle.js';

const view = aView;
const oracle = createPlainOracle(() => 500);
const task = taskView(taskSpec('t'));

describe('duration', () => {
  it('is the prior before the first result, with a wide interval', () => {
    const { p025, median, p975 } = oracle.duration(view(), task);
    expect(median).toBe(2000);
    expect(p975).toBeGreaterThan(2 * median);
    expect(p025).toBeLessThan(median / 2);
  });

  it('follows a steady volunteer and becomes sure of it', () => {
    let stats = learnSpeed(undefined, 1000, 400, 0);
    for (let i = 0; i < 30; i++) stats = learnSpeed(stats, 1000, 250, 250);
    const told = oracle.duration(view({ speeds: new Map([[speedKey(KERNEL, false), stats]]) }), task);
    expect(told.median).toBeCloseTo(250, 0);
    expect(told.p975).toBeLessThan(260);
  });

  it('forgets the first result, which paid for a compilation', () => {
    const first = learnSpeed(undefined, 1000, 10_000, 0);
    const speeds = (stats: typeof first) => ({ speeds: new Map([[speedKey(KERNEL, false), stats]]), hidden: false });
    expect(isWarm(speeds(first), KERNEL)).toBe(false);
    const second = learnSpeed(first, 1000, 500, 10_000);
    expect(isWarm(speeds(second), KERNEL)).toBe(true);
    expect(measuredSpeed(speeds(second), KERNEL)).toBe(2000);
    expect(measuredSpeed(speeds(learnSpeed(second, 1000, 1000, 500)), KERNEL)).toBeLessThan(2000);
  });

  it('remembers the last few results, the newest first', () => {
    let stats = learnSpeed(undefined, 100, 1000, 0);
    expect(stats.recent).toEqual([10]);
    for (let i = 1; i <= 20; i++) stats = learnSpeed(stats, 100, 100 * i, 100);
    expect(stats.recent).toEqual([20, 19, 18, 17, 16, 15, 14, 13]);
    expect(learnSpeed(stats, 0, 5, 5).recent).toEqual(stats.recent);
  });

  it('does not take a burst of results for a fast volunteer', () => {
    let stats = learnSpeed(undefined, 1000, 1000, 0);
    for (let i = 0; i < 20; i++) stats = learnSpeed(stats, 1000, i % 2 === 0 ? 1990 : 10, 1000);
    const speed = measuredSpeed({ speeds: new Map([[speedKey(KERNEL, false), stats]]), hidden: false }, KERNEL);
    expect(speed).toBeGreaterThan(600);
    expect(speed).toBeLessThan(1600);
  });

  it('keeps the speed of a hidden tab apart, and starts from the visible one', () => {
    const visible = learnSpeed(undefined, 1000, 100, 0);
    const speeds = new Map([[speedKey(KERNEL, false), visible]]);
    expect(oracle.duration(view({ speeds, hidden: true }), task).median).toBe(100);
    speeds.set(speedKey(KERNEL, true), learnSpeed(undefined, 1000, 270, 0));
    expect(oracle.duration(view({ speeds, hidden: true }), task).median).toBeCloseTo(270);
    expect(oracle.duration(view({ speeds }), task).median).toBe(100);
  });

  it('orders its bounds for any statistics', () => {
    const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(positive, positive), { minLength: 1, maxLength: 20 }), (samples) => {
        let stats = learnSpeed(undefined, 1, 1, 0);
        for (const [units, ms] of samples) stats = learnSpeed(stats, units, ms, ms / 2);
        const told = oracle.duration(view({ speeds: new Map([[speedKey(KERNEL, false), stats]]) }), task);
        expect(told.p025).toBeLessThanOrEqual(told.median);
        expect(told.median).toBeLessThanOrEqual(told.p975);
        expect(Number.isFinite(told.p975)).toBe(true);
      }),
    );
  });
});

describe('failure', () => {
  it('has the measured bands', () => {
    const at = (ageMs: number) => oracle.failure(view({ ageMs }), 60_000);
    expect(at(15_000)).toBeCloseTo(0.5);
    expect(at(90_000)).toBeCloseTo(0.32);
    expect(at(7_200_000)).toBeCloseTo(0.04);
  });

  it('falls with age, grows with the time asked about, and stays a probability', () => {
    const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(ms, ms, ms, (age, older, within) => {
        const young = oracle.failure(view({ ageMs: age }), within);
        expect(young).toBeGreaterThanOrEqual(0);
        expect(young).toBeLessThanOrEqual(1);
        expect(oracle.failure(view({ ageMs: age + older }), within)).toBeLessThanOrEqual(young + 1e-9);
        expect(oracle.failure(view({ ageMs: age }), within * 2)).toBeGreaterThanOrEqual(young);
      }),
    );
  });
});

describe('round trip', () => {
  it('smooths and keeps its deviation', () => {
    let trip = learnRoundTrip(null, 100);
    for (let i = 0; i < 100; i++) trip = learnRoundTrip(trip, i % 2 === 0 ? 90 : 110);
    const told = oracle.roundTrip(view({ roundTrip: trip }));
    expect(told.median).toBeGreaterThan(95);
    expect(told.median).toBeLessThan(105);
    expect(told.p95).toBeGreaterThan(told.median + 20);
  });
});

describe('rhythm and visits', () => {
  const after = (gaps: readonly number[]) =>
    gaps.reduce((stats, gap) => learnRhythm(stats, gap), learnRhythm(undefined, Number.NaN));

  it('are mean and deviation of the gaps, the first result having none', () => {
    expect(after([])).toEqual({ results: 1, meanMs: 0, deviationMs: 0 });
    const gaps = [1000, 3000, 2000, 6000];
    const { results, meanMs, deviationMs } = after(gaps);
    expect(results).toBe(5);
    expect(meanMs).toBeCloseTo(3000);
    expect(deviationMs).toBeCloseTo(Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - 3000) ** 2, 0) / gaps.length));
  });

  it('follow a volunteer that changes', () => {
    const changed = after([...new Array<number>(500).fill(1000), ...new Array<number>(200).fill(5000)]);
    expect(changed.meanMs).toBeGreaterThan(4900);
    expect(changed.deviationMs).toBeLessThan(400);
  });

  it('keep how long the last visit was', () => {
    expect(learnVisit(learnVisit(undefined, 5000), 9000)).toEqual({ count: 2, lastMs: 9000 });
  });
});
