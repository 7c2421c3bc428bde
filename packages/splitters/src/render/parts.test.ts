import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { PixelRect } from '@tabgrid/protocol/records';
import { resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GridState } from '../planner.js';
import { amounts, cellsFor, type Density } from '../spatial/density.js';
import { type Cutting, cutRegions, type Part, regionsOf } from './parts.js';

const UNITS = 5;

/** Dear in the middle, cheap around it. */
function costsOf(width: number, height: number, times = 30): Density {
  const cells = cellsFor(width, height);
  return {
    ...{ width, height },
    ...cells,
    cells: Array.from({ length: cells.columns * cells.rows }, (_, i) => {
      const x = (i % cells.columns) / cells.columns - 0.5;
      const y = Math.floor(i / cells.columns) / cells.rows - 0.5;
      return Math.hypot(x, y) < 0.25 ? times : 1;
    }),
  };
}

const cutting = (width: number, height: number, change: Partial<Cutting> = {}): Cutting => ({
  ...{ width, height, tile: null, unitsASample: UNITS, costs: costsOf(width, height) },
  ...change,
});

const grid = (volunteers: number, unitsPerSecond: number): GridState => ({ volunteers, unitsPerSecond });
const whole = (width: number, height: number, count = 16) => [
  { samples: { first: 0, count, block: 16 }, rects: [{ x: 0, y: 0, width, height }] },
];

function pixelBlocks(parts: readonly Part[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { tile, samples } of parts) {
    for (let s = samples.first; s < samples.first + samples.count; s += samples.block) {
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        for (let x = tile.x; x < tile.x + tile.width; x++) {
          const key = `${x},${y},${s}`;
          found.set(key, (found.get(key) ?? 0) + 1);
        }
      }
    }
  }
  return found;
}

describe('parts by cost', () => {
  it('cost what they say: the mean pixel is the kernel’s own, and those of a round are equal', () => {
    const [width, height] = [320, 200];
    const parts = cutRegions(whole(width, height), cutting(width, height), grid(4, 100_000));
    const amountIn = amounts(costsOf(width, height));
    const price = (width * height * 16 * UNITS) / amountIn({ x: 0, y: 0, width, height });
    for (const { tile, units } of parts) expect(Math.abs((amountIn(tile) * price) / units - 1)).toBeLessThan(0.2);
    const largest = parts.filter(({ units }) => units > 0.99 * (parts[0]?.units ?? 0));
    const mean = largest.reduce((sum, { tile }) => sum + amountIn(tile), 0) / largest.length;
    expect(largest.length).toBeGreaterThan(10);
    expect(Math.max(...largest.map(({ tile }) => amountIn(tile))) / mean).toBeLessThan(1.08);
    expect(parts.reduce((sum, { units }) => sum + units, 0)).toBeCloseTo(width * height * 16 * UNITS, 0);
    // Where a pixel costs thirty times as much, tiles are small.
    const area = ({ tile }: Part) => tile.width * tile.height;
    const middle = parts.find(
      ({ tile }) => tile.x <= 160 && 160 < tile.x + tile.width && tile.y <= 100 && 100 < tile.y + tile.height,
    );
    const corner = parts.find(({ tile }) => tile.x === 0 && tile.y === 0);
    expect(corner && middle && area(corner) / area(middle)).toBeGreaterThan(5);
  });

  it('go the largest first, equal ones from the middle outwards, and all of the first samples before later ones', () => {
    const parts = cutRegions(whole(320, 200, 64), cutting(320, 200), grid(4, 100_000));
    for (const [i, part] of parts.entries()) {
      const next = parts[i + 1];
      if (!next) break;
      expect(next.samples.first).toBeGreaterThanOrEqual(part.samples.first);
      if (next.samples.first === part.samples.first) expect(next.units).toBeLessThanOrEqual(part.units);
    }
    const [first] = parts;
    expect(first && Math.abs(first.tile.x + first.tile.width / 2 - 160)).toBeLessThan(60);
    // Early passes are alike.
    const of = (from: number) => parts.filter(({ samples }) => samples.first === from).map(({ units }) => units);
    expect(new Set(of(16))).toEqual(new Set(of(0)));
  });

  it('cover every block of every pixel of their regions once, and fit into a result', () => {
    const side = fc.integer({ min: 1, max: 90 });
    const rect = fc.record({ x: side, y: side, width: side, height: side });
    fc.assert(
      fc.property(
        side,
        side,
        fc.array(rect, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 1, max: 1e7, noNaN: true }),
        fc.constantFrom(null, 8, 16),
        fc.boolean(),
        (width, height, rects, count, volunteers, speed, tile, known) => {
          const within = rects
            .map((r) => ({ ...r, x: r.x % width, y: r.y % height }))
            .map(
              (r): PixelRect => ({
                ...r,
                width: Math.min(r.width, width - r.x),
                height: Math.min(r.height, height - r.y),
              }),
            );
          const samples = { first: 16, count, block: 16 };
          const regions = regionsOf(within.map((r) => ({ tile: r, samples })));
          const costs = known ? costsOf(width, height) : null;
          const parts = cutRegions(regions, cutting(width, height, { tile, costs }), grid(volunteers, speed));
          const wanted = pixelBlocks(regions.flatMap((r) => r.rects.map((one) => ({ tile: one, samples: r.samples }))));
          expect(pixelBlocks(parts)).toEqual(wanted);
          expect([...wanted.values()].every((n) => n === 1)).toBe(true);
          for (const part of parts) {
            expect(part.units).toBeGreaterThan(0);
            expect(resultBytes(part)).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are no larger than a result may be, however little they cost', () => {
    const parts = cutRegions(whole(2000, 1200), cutting(2000, 1200), grid(2, 1e9));
    for (const part of parts) expect(resultBytes(part)).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
    expect(parts.reduce((sum, { tile }) => sum + tile.width * tile.height, 0)).toBe(2000 * 1200);
  });

  it('are even ones while nobody knows the costs, or the owner has chosen their side', () => {
    for (const change of [{ costs: null }, { tile: 16 }]) {
      const parts = cutRegions(whole(64, 48), cutting(64, 48, change), grid(2, 20_000));
      expect(new Set(parts.map(({ tile }) => `${tile.width} ${tile.height}`))).toEqual(new Set(['16 16']));
      expect(parts.every(({ units }) => units === 16 * 16 * 16 * UNITS)).toBe(true);
    }
  });
});
