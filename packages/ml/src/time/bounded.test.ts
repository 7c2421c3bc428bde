import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketOf, clamp, logOf } from './bounded.js';

it('clamps anything at all', () => {
  expect([clamp(2, 0, 1), clamp(-2, 0, 1), clamp(0.5, 0, 1), clamp(Number.NaN, 0, 1)]).toEqual([1, 0, 0.5, 0]);
  expect([clamp(Number.POSITIVE_INFINITY, 0, 1), clamp(Number.NEGATIVE_INFINITY, 0, 1)]).toEqual([1, 0]);
});

it('takes logarithms of anything at all', () => {
  fc.assert(
    fc.property(fc.double(), (x) => {
      expect(logOf(x, 8)).toBeGreaterThanOrEqual(0);
      expect(logOf(x, 8)).toBeLessThanOrEqual(4);
    }),
  );
  expect(logOf(Math.E - 1, 2)).toBeCloseTo(0.5);
});

it('spreads names over the buckets, each always to the same', () => {
  const found = new Set(Array.from({ length: 100 }, (_, i) => bucketOf(`name ${i}`, 4)));
  expect([...found].sort()).toEqual([0, 1, 2, 3]);
  expect(bucketOf('nvidia ampere', 4)).toBe(bucketOf('nvidia ampere', 4));
});
