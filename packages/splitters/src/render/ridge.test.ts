import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ridge } from './ridge.js';

describe('ridge regression', () => {
  it('finds the weights that made the values', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number, number), fc.infiniteStream(number), (weights, values) => {
        const next = () => values.next().value ?? 0;
        const rows = Array.from({ length: 40 }, (_, i) => {
          const features = [1, next() + i, 1000 * next() - 17 * i];
          return { features, value: features.reduce((sum, x, k) => sum + x * (weights[k] ?? 0), 0), weight: 1 };
        });
        const found = ridge(rows, 1e-12);
        // Values may be small differences of large terms: the penalty is on the terms.
        const terms = rows.map(({ features }) =>
          features.reduce((sum, x, k) => sum + Math.abs(x * (weights[k] ?? 0)), 0),
        );
        for (const { features, value } of rows) {
          const said = features.reduce((sum, x, k) => sum + x * (found[k] ?? 0), 0);
          expect(Math.abs(said - value)).toBeLessThan(1e-4 * (1 + Math.max(...terms)));
        }
      }),
    );
  });

  it('lets heavy rows decide, and needs no feature to be there', () => {
    const rows = [
      { features: [1, 0], value: 5, weight: 99 },
      { features: [1, 0], value: 100, weight: 1 },
    ];
    const [offset = 0, absent] = ridge(rows, 1e-9);
    expect(offset).toBeCloseTo((99 * 5 + 100) / 100, 3);
    expect(absent).toBe(0);
    expect(ridge([], 1)).toEqual([]);
  });

  it('halves weights that a penalty of their own size is on', () => {
    const rows = [{ features: [2], value: 8, weight: 3 }];
    expect(ridge(rows, 1)[0]).toBeCloseTo(2);
  });
});
