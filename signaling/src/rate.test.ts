import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBucket } from './rate.js';

it('lets a burst through, then the rate', () => {
  const bucket = createBucket();
  const taken = (now: number) => bucket.take(now, 2, 3);
  expect([taken(0), taken(0), taken(0), taken(0)]).toEqual([true, true, true, false]);
  expect([taken(499), taken(500), taken(500)]).toEqual([false, true, false]);
  expect([taken(10_000), taken(10_000), taken(10_000), taken(10_000)]).toEqual([true, true, true, false]);
});

it('never lets more through in any window than burst + rate × time', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), (gaps, rate, capacity) => {
      const bucket = createBucket();
      const taken: number[] = [];
      let now = 1000;
      for (const gap of gaps) {
        now += gap;
        if (bucket.take(now, rate, capacity)) taken.push(now);
      }
      for (const [i, from] of taken.entries()) {
        for (const [j, to] of taken.entries()) {
          if (j >= i) expect(j - i + 1).toBeLessThanOrEqual(capacity + ((to - from) * rate) / 1000 + 1e-6);
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('gives what a growing capacity adds, and takes what a shrinking one leaves no room for', () => {
  const bucket = createBucket();
  const taken = (capacity: number) => bucket.take(0, 1, capacity);
  expect([taken(1), taken(1)]).toEqual([true, false]);
  expect([taken(3), taken(3), taken(3)]).toEqual([true, true, false]);
  expect(taken(100)).toBe(true);
  expect([taken(1), taken(1)]).toEqual([true, false]);
});

it('gives nothing for a clock that goes back and forth', () => {
  const bucket = createBucket();
  expect(bucket.take(1000, 1, 1)).toBe(true);
  expect(bucket.take(0, 1, 1)).toBe(false);
  expect(bucket.take(1000, 1, 1)).toBe(false);
  expect(bucket.take(2000, 1, 1)).toBe(true);
});
