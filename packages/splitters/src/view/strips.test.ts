import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutStrips } from './strips.js';

describe('cutStrips', () => {
  it('cuts equal rows by the shares', () => {
    expect(cutStrips(100, [0.5, 0.3, 0.2], null).map(({ y, height }) => [y, height])).toEqual([
      [0, 50],
      [50, 30],
      [80, 20],
    ]);
  });

  it('gives fewer rows where they cost more', () => {
    // The lower half costs three times as much.
    const costs = [1, 1, 3, 3];
    const [upper, lower] = cutStrips(400, [0.5, 0.5], costs);
    expect(upper?.height).toBeGreaterThan(240);
    expect(upper?.height).toBeLessThan(290);
    expect(upper?.cost).toBeCloseTo(0.5, 2);
    expect(lower?.cost).toBeCloseTo(0.5, 2);
  });

  it('takes every row once, gives everybody one at least, and tells the cost of each strip', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.option(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 100 })),
        (height, weights, costs) => {
          const some = weights.slice(0, height);
          const sum = some.reduce((total, weight) => total + weight, 0);
          const strips = cutStrips(
            height,
            some.map((weight) => weight / sum),
            costs,
          );
          expect(strips).toHaveLength(some.length);
          let y = 0;
          for (const strip of strips) {
            expect(strip.y).toBe(y);
            expect(strip.height).toBeGreaterThanOrEqual(1);
            y += strip.height;
          }
          expect(y).toBe(height);
          expect(strips.reduce((total, { cost }) => total + cost, 0)).toBeCloseTo(1);
        },
      ),
    );
  });
});
