import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spiralTiles } from './tiles.js';

const side = fc.integer({ min: 1, max: 200 });

describe('spiralTiles', () => {
  it('covers every pixel exactly once', () => {
    fc.assert(
      fc.property(side, side, side, (width, height, tile) => {
        const seen = new Uint8Array(width * height);
        for (const t of spiralTiles(width, height, tile)) {
          expect(t.width).toBeLessThanOrEqual(tile);
          expect(t.height).toBeLessThanOrEqual(tile);
          for (let y = t.y; y < t.y + t.height; y++) {
            for (let x = t.x; x < t.x + t.width; x++) {
              expect(x < width && y < height).toBe(true);
              seen[y * width + x] = (seen[y * width + x] ?? 0) + 1;
            }
          }
        }
        expect(seen.every((n) => n === 1)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('begins in the middle and ends at a corner', () => {
    const tiles = spiralTiles(500, 500, 100);
    expect(tiles[0]).toEqual({ x: 200, y: 200, width: 100, height: 100 });
    const last = tiles.at(-1);
    expect(Math.max(Math.abs((last?.x ?? 0) - 200), Math.abs((last?.y ?? 0) - 200))).toBe(200);
  });
});
