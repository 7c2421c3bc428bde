import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coverageRange,
  dotRadius,
  durationRange,
  durationTick,
  durationTicks,
  energyRange,
  joinSeries,
  momentTicks,
  shareRange,
  tickIndices,
  wilson,
  withEdge,
} from './scales.js';

describe('durations', () => {
  it('span all that can be shown, in half decades', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1e8, noNaN: true }), { minLength: 1 }), (values) => {
        const [low, high] = durationRange(values);
        expect(low).toBeLessThan(Math.min(...values));
        expect(high).toBeGreaterThan(Math.max(...values));
        expect(Math.log10(high / low) * 2).toBeCloseTo(Math.round(Math.log10(high / low) * 2), 6);
      }),
    );
  });

  it('pass over what has no logarithm', () => {
    expect(durationRange([0, -5, Number.NaN, Number.POSITIVE_INFINITY])).toEqual([100, 100_000]);
    expect(durationRange([0, 1_000])).toEqual(durationRange([1_000]));
  });

  it('have ticks that people count in, within the span', () => {
    expect(durationTicks([100, 100_000]).map(durationTick)).toEqual(['100 ms', '1 s', '10 s', '1 min']);
    expect(durationTicks([316, 31_622]).map(durationTick)).toEqual(['1 s', '3 s', '10 s', '30 s']);
    expect(durationTick(1.8e6)).toBe('30 min');
    expect(durationTick(3.6e7)).toBe('10 h');
  });
});

describe('shares', () => {
  it('of intervals go down to the lowest', () => {
    expect(coverageRange([0.96, 1])).toEqual([0.8, 1]);
    expect(coverageRange([0.63, 0.95])).toEqual([0.6, 1]);
    expect(coverageRange([0])).toEqual([0, 1]);
    expect(coverageRange([])).toEqual([0.8, 1]);
  });

  it('go from nothing to a round one above the highest', () => {
    expect(shareRange([0.03, 0.186])).toEqual([0, 0.2]);
    expect(shareRange([0.198])).toEqual([0, 0.3]);
    expect(shareRange([1])).toEqual([0, 1]);
    expect(shareRange([0.97])).toEqual([0, 1]);
    expect(shareRange([1.7])).toEqual([0, 2]);
    expect(shareRange([])).toEqual([0, 0.02]);
    expect(shareRange([Number.NaN])).toEqual([0, 0.02]);
  });

  it('leave room for dots on the edge', () => {
    const [low, high] = withEdge([0, 0.5]);
    expect(low).toBeCloseTo(-0.02);
    expect(high).toBe(0.5);
  });
});

describe('moments', () => {
  const hour = (n: number) => Date.UTC(2026, 10, 3, n);

  it('of two lines meet where they are equal', () => {
    const joined = joinSeries({ at: [1, 2, 4], value: [10, 20, 40] }, { at: [2, 3], value: [0.2, 0.3] });
    expect(joined).toEqual({ at: [1, 2, 3, 4], a: [10, 20, null, 40], b: [null, 0.2, 0.3, null] });
  });

  it('are told by the day where the day changes, and by the time otherwise', () => {
    expect(momentTicks([hour(9), hour(10), hour(11)], [0, 2], 'UTC')).toEqual(['09:00', '11:00']);
    expect(momentTicks([hour(9), hour(10), hour(33), hour(34)], [0, 1, 2, 3], 'UTC')).toEqual([
      'Nov 3',
      '10:00',
      'Nov 4',
      '10:00',
    ]);
    expect(momentTicks([hour(9)], [7], 'UTC')).toEqual(['']);
  });

  it('are told by the second where several share a minute', () => {
    const at = [0, 20, 40, 70].map((seconds) => hour(9) + 1000 * seconds);
    expect(momentTicks(at, [0, 1, 3], 'UTC')).toEqual(['09:00:00', '09:00:20', '09:01:10']);
    expect(momentTicks(at, [0, 3], 'UTC')).toEqual(['09:00', '09:01']);
  });

  it('have as many words as there is room for, each once', () => {
    expect(tickIndices(0, 4)).toEqual([]);
    expect(tickIndices(1, 4)).toEqual([0]);
    expect(tickIndices(90, 4)).toEqual([11, 33, 56, 78]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.integer({ min: 1, max: 10 }), (count, most) => {
        const ticks = tickIndices(count, most);
        expect(new Set(ticks).size).toBe(ticks.length);
        expect(ticks.length).toBeLessThanOrEqual(most);
        for (const i of ticks) expect(i >= 0 && i < count).toBe(true);
      }),
    );
  });
});

describe('wilson', () => {
  it('equals published values', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    for (const [hits, n, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const [l, h] = wilson(hits / n, n);
      expect(l).toBeCloseTo(low, 4);
      expect(h).toBeCloseTo(high, 4);
    }
  });

  it('holds the share, and narrows with cases', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 10_000 }), (share, count) => {
        const [low, high] = wilson(share, count);
        expect(low).toBeLessThanOrEqual(share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(share - 1e-12);
        const [low4, high4] = wilson(share, 4 * count);
        expect(high4 - low4).toBeLessThan(high - low);
      }),
    );
  });
});

it('dots have areas that follow their counts', () => {
  const group = (count: number) => ({ predicted: 0, observed: 0, count });
  const groups = [group(100), group(25), group(0)];
  expect(groups.map(({ count }) => dotRadius(count, groups))).toEqual([9, 6, 3]);
  expect(dotRadius(0, [])).toBe(3);
});

describe('energies', () => {
  it('lie within their range, off its edges, and from nothing up where none is below', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (energy) => {
        const [low, high] = energyRange(energy);
        expect(high).toBeGreaterThan(Math.max(...energy));
        expect(low).toBeLessThanOrEqual(Math.min(...energy));
        expect(low < high).toBe(true);
        if (Math.min(...energy) >= 0) expect(low).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('may be none, or one', () => {
    expect(energyRange([])).toEqual([0, 1]);
    expect(energyRange([0, 0])).toEqual([0, 1]);
    expect(energyRange([100])).toEqual([99, 101]);
  });
});
