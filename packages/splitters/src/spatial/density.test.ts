import type { PixelRect } from '@tabgrid/protocol/records';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amounts, cellAt, cellsFor, type Density, evenDensity } from './density.js';

/** A density whose cells are whole pixels, so that sums can be counted. */
const plain: Density = { width: 4, height: 3, columns: 4, rows: 3, cells: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };

describe('cells', () => {
  it('are about square, no smaller than a pixel, and no more than asked for', () => {
    expect(cellsFor(1280, 720)).toEqual({ columns: 64, rows: 36 });
    expect(cellsFor(100, 1000, 10)).toEqual({ columns: 1, rows: 10 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16_384 }), fc.integer({ min: 1, max: 16_384 }), (width, height) => {
        const { columns, rows } = cellsFor(width, height);
        expect(Math.max(columns, rows)).toBeLessThanOrEqual(64);
        expect(columns).toBeLessThanOrEqual(width);
        expect(rows).toBeLessThanOrEqual(height);
      }),
    );
  });

  it('hold each pixel in one of them', () => {
    const counts = new Map<number, number>();
    const cells = { width: 10, height: 7, columns: 3, rows: 2 };
    for (let y = 0; y < 7; y++)
      for (let x = 0; x < 10; x++) {
        const cell = cellAt(cells, x, y);
        counts.set(cell, (counts.get(cell) ?? 0) + 1);
      }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...counts.values()].reduce((a, b) => a + b)).toBe(70);
    expect(cellAt(cells, 0, 0)).toBe(0);
    expect(cellAt(cells, 9, 6)).toBe(5);
  });
});

describe('amounts', () => {
  it('are sums of pixels', () => {
    const amountIn = amounts(plain);
    expect(amountIn({ x: 0, y: 0, width: 4, height: 3 })).toBeCloseTo(78);
    expect(amountIn({ x: 1, y: 1, width: 2, height: 2 })).toBeCloseTo(6 + 7 + 10 + 11);
    expect(amounts(evenDensity(30, 20))({ x: 3, y: 4, width: 5, height: 6 })).toBeCloseTo(30);
  });

  it('of parts add up, where cells and pixels do not meet too', () => {
    const size = fc.integer({ min: 2, max: 60 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.infiniteStream(fc.double({ min: 0.01, max: 100, noNaN: true })),
        (width, height, values) => {
          const cells = cellsFor(width, height, 7);
          const density = {
            ...{ width, height },
            ...cells,
            cells: Array.from({ length: cells.columns * cells.rows }, () => values.next().value ?? 1),
          };
          const amountIn = amounts(density);
          const at = Math.max(1, Math.floor(width / 3));
          const left: PixelRect = { x: 0, y: 0, width: at, height };
          const right: PixelRect = { x: at, y: 0, width: width - at, height };
          const whole = amountIn({ x: 0, y: 0, width, height });
          expect(amountIn(left) + amountIn(right)).toBeCloseTo(whole, 6);
          expect(amountIn(left)).toBeGreaterThan(0);
          const mean = density.cells.reduce((a, b) => a + b) / density.cells.length;
          expect(whole / (mean * width * height)).toBeCloseTo(1, 6);
        },
      ),
    );
  });
});
