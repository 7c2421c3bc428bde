import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pinball, quantileLoss, quantilesOf } from './quantiles.js';
import { normal, uniform } from './test-kit.js';

it('is the plain answer for outputs of 0', () => {
  const { low, mid, high } = quantilesOf([0, 0, 0]);
  expect([low, mid, high]).toEqual([expect.closeTo(-1), 0, expect.closeTo(1)]);
});

it('never crosses', () => {
  const output = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(output, output, output), (outputs) => {
      const { low, mid, high } = quantilesOf(outputs);
      expect(low).toBeLessThanOrEqual(mid);
      expect(mid).toBeLessThanOrEqual(high);
    }),
  );
});

it('loses least at the quantile of what is observed', () => {
  const next = uniform(1);
  const observed = Array.from({ length: 4000 }, () => normal(next)).sort((a, b) => a - b);
  const total = (predicted: number, level: number) =>
    observed.reduce((sum, x) => sum + pinball(x, predicted, level), 0);
  for (const level of [0.025, 0.5, 0.975]) {
    const best = observed[Math.floor(level * observed.length)] ?? 0;
    expect(total(best, level)).toBeLessThan(total(best + 0.3, level));
    expect(total(best, level)).toBeLessThan(total(best - 0.3, level));
  }
});

it('is the mean of the three losses', () => {
  // 0.025 × 3 below, 0.5 × 2 in the middle, and 0.025 × 0 above.
  expect(quantileLoss(2, { low: -1, mid: 0, high: 2 })).toBeCloseTo((0.075 + 1 + 0) / 3);
});
