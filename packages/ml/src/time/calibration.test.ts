import { describe, expect, it } from 'vitest';
import { calibrationOf, createCalibration, settled, sliceOf } from './calibration.js';
import { MOST_SLICES, NO_TIME, OVERALL_WINDOW, SLICE_WINDOW } from './part.js';
import { normal, uniform } from './test-kit.js';

const UNIT = { low: -1, mid: 0, high: 1 };

/** Share of outcomes within, after the first 500; margins are renewed every 10. */
function coverageOf(count: number, draw: (i: number) => readonly [slice: string, observed: number]) {
  const calibration = createCalibration(NO_TIME);
  let part = calibration.value();
  const within = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const [slice, observed] = draw(i);
    const { low, high } = settled(UNIT, calibrationOf(part, slice), 1);
    if (i >= 500) within.set(slice, [...(within.get(slice) ?? []), observed >= low && observed <= high ? 1 : 0]);
    calibration.learn(slice, UNIT, observed);
    if (i % 10 === 9) part = calibration.value();
  }
  return new Map([...within].map(([name, hits]) => [name, hits.reduce((a, b) => a + b, 0) / hits.length]));
}

describe('calibration', () => {
  it.each([
    ['much too wide', 0.1],
    ['much too narrow', 3],
  ])('covers 95 % within 0.01 though the net’s interval is %s', (_, sigma) => {
    const next = uniform(1);
    const coverage = coverageOf(12_000, () => ['s', sigma * normal(next)]).get('s') ?? 0;
    expect(Math.abs(coverage - 0.95)).toBeLessThan(0.01);
  });

  it('covers a lopsided truth on each side for itself', () => {
    const next = uniform(2);
    const calibration = createCalibration(NO_TIME);
    for (let i = 0; i < 3000; i++) {
      calibration.learn('s', UNIT, -Math.log(1 - next()));
      if (i % 10 === 0) calibration.value();
    }
    const { overall } = calibration.value();
    // Quantiles of the exponential distribution at 2.5 % and 97.5 %.
    expect(1 + overall.marginHigh).toBeGreaterThan(3);
    expect(1 + overall.marginHigh).toBeLessThan(5.5);
    expect(-1 - overall.marginLow).toBeGreaterThan(-0.05);
    expect(-1 - overall.marginLow).toBeLessThan(0.1);
  });

  it('covers each slice for itself', () => {
    const next = uniform(3);
    const coverage = coverageOf(16_000, (i) =>
      i % 4 === 0 ? ['noisy', 5 * normal(next)] : ['calm', 0.2 * normal(next)],
    );
    for (const name of ['noisy', 'calm']) expect(Math.abs((coverage.get(name) ?? 0) - 0.95)).toBeLessThan(0.015);
  });

  it('covers under drift, where the last outcomes alone would not', () => {
    const next = uniform(4);
    const coverage = coverageOf(20_000, (i) => ['s', (1 + i / 1000) * normal(next)]).get('s') ?? 0;
    expect(Math.abs(coverage - 0.95)).toBeLessThan(0.01);
  });

  it('takes a slice with few outcomes for one of all', () => {
    const next = uniform(5);
    const calibration = createCalibration(NO_TIME);
    for (let i = 0; i < 1000; i++) calibration.learn('many', UNIT, 3 * normal(next));
    for (let i = 0; i < 5; i++) calibration.learn('few', UNIT, 0);
    const value = calibration.value();
    expect(calibrationOf(value, 'few').marginHigh).toBeGreaterThan(2);
    expect(calibrationOf(value, 'never seen')).toBe(value.overall);
  });

  it('goes on from what it gave as if nothing had been', () => {
    const next = uniform(6);
    const one = createCalibration(NO_TIME);
    for (let i = 0; i < 300; i++) one.learn(`s${i % 3}`, UNIT, 2 * normal(next));
    const other = createCalibration(one.value());
    for (let i = 0; i < 100; i++) {
      const observed = 2 * normal(next);
      one.learn('s1', UNIT, Math.fround(observed));
      other.learn('s1', UNIT, Math.fround(observed));
    }
    expect(other.value()).toEqual(one.value());
  });

  it('keeps a bounded amount', () => {
    const calibration = createCalibration(NO_TIME);
    for (let i = 0; i < 5000; i++) calibration.learn(i < 3000 ? 's' : `s${i}`, UNIT, 0);
    const { overall, slices } = calibration.value();
    expect(overall.low.length).toBe(OVERALL_WINDOW);
    expect(slices).toHaveLength(MOST_SLICES);
    for (const [, { low }] of slices) expect(low.length).toBeLessThanOrEqual(SLICE_WINDOW);
  });

  it('says less than nothing of no outcomes: the net’s own interval', () => {
    expect(settled(UNIT, createCalibration(NO_TIME).value().overall, 1)).toEqual(UNIT);
  });
});

it('keeps the median within the interval, however much is taken off it', () => {
  const narrow = { ...NO_TIME.overall, marginLow: -5, marginHigh: -5 };
  expect(settled({ low: -1, mid: 0.5, high: 2 }, narrow, 1)).toEqual({ low: 0.5, mid: 0.5, high: 0.5 });
});

it('tells newcomers and young sessions apart', () => {
  const names = [sliceOf('k@1', 0, 0), sliceOf('k@1', 10, 0), sliceOf('k@1', 10, 120_000), sliceOf('k@2', 10, 120_000)];
  expect(new Set([...names, sliceOf('k@1', 10, 3_600_000)]).size).toBe(5);
  expect(sliceOf('k@1', 10, 120_000)).toBe(sliceOf('k@1', 99, 300_000));
});
