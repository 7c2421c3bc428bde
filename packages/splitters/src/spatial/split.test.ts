import type { PixelRect } from '@tabgrid/protocol/records';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amounts, cellsFor, type Density } from './density.js';
import { splitRect } from './split.js';

const WHOLE = (width: number, height: number): PixelRect => ({ x: 0, y: 0, width, height });

/** Cells that differ as pictures' do: a smooth slope, and among it anything up to so many times as much. */
function roughDensity(width: number, height: number, rough: number, next: () => number): Density {
  const cells = cellsFor(width, height);
  const slope = 1 + next();
  return {
    ...{ width, height },
    ...cells,
    cells: Array.from({ length: cells.columns * cells.rows }, (_, i) => {
      const across = (i % cells.columns) / cells.columns;
      return (1 + slope * across) * rough ** next();
    }),
  };
}

const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Mean ÷ most of what the parts hold for their shares. */
function balance(rects: readonly PixelRect[], shares: readonly number[], amountIn: (r: PixelRect) => number): number {
  const loads = rects.map((rect, i) => amountIn(rect) / (shares[i] ?? 1));
  const all = rects.reduce((sum, rect) => sum + amountIn(rect), 0);
  return all / shares.reduce((a, b) => a + b) / Math.max(...loads);
}

describe('splitting', () => {
  it('is a partition, whatever the shares', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 60 }), fc.nat(), (width, height, wanted, seed) => {
        const next = randomOf(seed);
        const count = Math.min(wanted, width * height);
        const shares = Array.from({ length: count }, () => 0.1 + next());
        const amountIn = amounts(roughDensity(width, height, 50, next));
        const rects = splitRect({ ...WHOLE(width, height), x: 0, y: 0 }, shares, amountIn);
        expect(rects).toHaveLength(count);
        const owner = new Int32Array(width * height);
        for (const { x, y, width: w, height: h } of rects) {
          expect(Math.min(w, h)).toBeGreaterThan(0);
          for (let j = y; j < y + h; j++)
            for (let i = x; i < x + w; i++) owner[j * width + i] = (owner[j * width + i] ?? 0) + 1;
        }
        expect(owner.every((n) => n === 1)).toBe(true);
      }),
    );
  });

  it('gives every pixel a share of its own where there are as many', () => {
    for (let width = 1; width <= 9; width++) {
      for (let height = 1; height <= 9; height++) {
        const shares = Array.from({ length: width * height }, (_, i) => 1 + (i % 3));
        const rects = splitRect(WHOLE(width, height), shares, (rect) => rect.width * rect.height);
        expect(new Set(rects.map(({ x, y }) => `${x},${y}`)).size).toBe(width * height);
      }
    }
  });

  it('lets the mean be at least 0.95 of the most, for any number of equal or unequal shares', () => {
    for (const [width, height] of [
      [256, 192],
      [480, 270],
      [1280, 720],
    ] as const) {
      for (const [seed, rough] of [
        [1, 1],
        [2, 10],
        [3, 100],
      ] as const) {
        const next = randomOf(seed);
        const amountIn = amounts(roughDensity(width, height, rough, next));
        for (let count = 2; count <= 64; count++) {
          const equal = Array<number>(count).fill(1);
          const unequal = Array.from({ length: count }, () => 0.2 + 0.8 * next());
          for (const shares of [equal, unequal]) {
            const rects = splitRect(WHOLE(width, height), shares, amountIn);
            expect(balance(rects, shares, amountIn), `${width}×${height}, ${count}`).toBeGreaterThanOrEqual(0.95);
          }
        }
      }
    }
  });

  it('gives shares their places in their order', () => {
    const amountIn = ({ width, height }: PixelRect) => width * height;
    const rects = splitRect(WHOLE(100, 40), [1, 3], amountIn);
    expect(rects).toEqual([
      { x: 0, y: 0, width: 25, height: 40 },
      { x: 25, y: 0, width: 75, height: 40 },
    ]);
    expect(splitRect(WHOLE(7, 5), [2], amountIn)).toEqual([WHOLE(7, 5)]);
    expect(splitRect(WHOLE(7, 5), [], amountIn)).toEqual([]);
  });

  it('makes tiles that are not much longer than wide', () => {
    const next = randomOf(5);
    const amountIn = amounts(roughDensity(640, 360, 10, next));
    for (const count of [3, 7, 16, 40, 200]) {
      const long = splitRect(WHOLE(640, 360), Array<number>(count).fill(1), amountIn).map(
        ({ width, height }) => Math.max(width, height) / Math.min(width, height),
      );
      expect(long.sort((a, b) => a - b)[Math.floor(0.9 * long.length)]).toBeLessThan(3.5);
    }
  });

  it('refuses more shares than there are pixels', () => {
    expect(() => splitRect(WHOLE(2, 2), [1, 1, 1, 1, 1], () => 1)).toThrow(RangeError);
    expect(splitRect(WHOLE(2, 2), [1, 1, 1, 1], ({ width, height }) => width * height)).toHaveLength(4);
  });
});
