import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBackoff } from './backoff.js';

it('doubles its waits up to the most, and begins anew after a reset', () => {
  const backoff = createBackoff(() => 0.999_999, 100, 1000);
  const waits = Array.from({ length: 6 }, () => Math.round(backoff.next()));
  expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(100);
});

it('stays between a half and the whole of the wait, for ever', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(share, fc.integer({ min: 0, max: 3000 }), (u, tries) => {
      const backoff = createBackoff(() => u, 500, 30_000);
      for (let i = 0; i < tries; i++) backoff.next();
      const whole = Math.min(30_000, 500 * 2 ** tries);
      const wait = backoff.next();
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThan(whole + 1e-9);
    }),
  );
});
