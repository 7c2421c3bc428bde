import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jainIndex, quantile } from './statistics.js';

describe('quantile', () => {
  it('interpolates between the values', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect([0, 0.25, 1].map((q) => quantile([10, 20, 30], q))).toEqual([10, 15, 30]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('lies between the extremes and never falls with q', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(values, share, share, (xs, p, q) => {
        const [low, high] = [quantile(xs, Math.min(p, q)), quantile(xs, Math.max(p, q))];
        expect(low).toBeLessThanOrEqual(high + 1e-6);
        expect(low).toBeGreaterThanOrEqual(Math.min(...xs));
        expect(high).toBeLessThanOrEqual(Math.max(...xs));
      }),
    );
  });
});

describe('Jain’s index', () => {
  it('is 1 for equal shares and 1 ÷ n when one has everything', () => {
    expect(jainIndex([0.3, 0.3, 0.3])).toBeCloseTo(1, 12);
    expect(jainIndex([5, 0, 0, 0])).toBe(0.25);
    expect(jainIndex([0, 0])).toBe(1);
    expect(jainIndex([])).toBe(1);
  });

  it('does not depend on the unit', () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(shares, (xs) => {
        expect(jainIndex(xs.map((x) => 7 * x))).toBeCloseTo(jainIndex(xs), 9);
        expect(jainIndex(xs)).toBeGreaterThanOrEqual(1 / xs.length - 1e-9);
      }),
    );
  });
});
