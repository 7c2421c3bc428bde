import type { PixelRect } from '@tabgrid/protocol/records';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersection, uncovered, unionOf } from './coverage.js';
import { spiralTiles } from './tiles.js';

const SIDE = 12;
const rect = fc
  .record({
    x: fc.integer({ min: 0, max: SIDE - 1 }),
    y: fc.integer({ min: 0, max: SIDE - 1 }),
    width: fc.integer({ min: 1, max: SIDE }),
    height: fc.integer({ min: 1, max: SIDE }),
  })
  .map(({ x, y, width, height }) => ({ x, y, width: Math.min(width, SIDE - x), height: Math.min(height, SIDE - y) }));

function counts(rects: readonly PixelRect[]): Uint8Array {
  const found = new Uint8Array(SIDE * SIDE);
  for (const { x, y, width, height } of rects) {
    for (let j = y; j < y + height; j++)
      for (let i = x; i < x + width; i++) found[j * SIDE + i] = (found[j * SIDE + i] ?? 0) + 1;
  }
  return found;
}

describe('regions as rectangles', () => {
  it('hold each pixel of a union once, and no other', () => {
    fc.assert(
      fc.property(fc.array(rect, { maxLength: 12 }), (rects) => {
        const expected = counts(rects).map((n) => Math.min(1, n));
        expect(counts(unionOf(rects))).toEqual(expected);
      }),
    );
  });

  it('hold each pixel that is not covered once, and no other', () => {
    fc.assert(
      fc.property(rect, fc.array(rect, { maxLength: 12 }), (whole, others) => {
        const covered = counts(others);
        const expected = counts([whole]).map((n, i) => (n === 1 && covered[i] === 0 ? 1 : 0));
        expect(counts(uncovered(whole, others))).toEqual(expected);
      }),
    );
  });

  it('are few where a grid of tiles makes one', () => {
    const tiles = spiralTiles(100, 70, 16);
    expect(unionOf(tiles)).toEqual([{ x: 0, y: 0, width: 100, height: 70 }]);
    expect(uncovered({ x: 0, y: 0, width: 100, height: 70 }, tiles)).toEqual([]);
    // A hole in the middle leaves a frame of four.
    expect(unionOf(tiles.slice(1))).toHaveLength(4);
  });

  it('intersect in what both have', () => {
    const a = { x: 0, y: 0, width: 4, height: 4 };
    expect(intersection(a, { x: 2, y: 3, width: 9, height: 9 })).toEqual({ x: 2, y: 3, width: 2, height: 1 });
    expect(intersection(a, { x: 4, y: 0, width: 1, height: 1 })).toBeNull();
  });
});
