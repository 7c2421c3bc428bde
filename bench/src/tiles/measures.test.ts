import { describe, expect, it } from 'vitest';
import { balanceOf, correlation, errorOf, evenTiles, imbalanceOf, predictedBalance, ranksOf } from './measures.js';

describe('figures of cuts', () => {
  it('are mean over most, and its inverse', () => {
    expect(balanceOf([1, 1, 2])).toBeCloseTo(2 / 3);
    expect(imbalanceOf([1, 1, 2])).toBeCloseTo(1.5);
  });

  it('predict what a map says of its own cuts', () => {
    const map = { width: 320, height: 200, columns: 2, rows: 1, cells: [1, 5] };
    const found = predictedBalance(map, 8, () => 0.5);
    expect(found).toBeGreaterThan(0.95);
    expect(found).toBeLessThan(1);
  });

  it('cut evenly to the pixel', () => {
    const tiles = evenTiles({ width: 100, height: 70 }, 4, 3);
    expect(tiles).toHaveLength(12);
    expect(tiles.reduce((sum, t) => sum + t.width * t.height, 0)).toBe(7000);
    expect(Math.max(...tiles.map((t) => t.width)) - Math.min(...tiles.map((t) => t.width))).toBeLessThanOrEqual(1);
  });
});

describe('figures of maps', () => {
  const truth = { width: 8, height: 8, columns: 2, rows: 2, cells: [1, 2, 3, 10] };
  const tiles = evenTiles(truth, 2, 2);

  it('leave the scale out', () => {
    const twice = { ...truth, cells: truth.cells.map((c) => 2 * c) };
    expect(errorOf(twice, truth, tiles).error).toBeCloseTo(0);
    expect(errorOf(twice, truth, tiles).rank).toBeCloseTo(1);
    const even = { ...truth, cells: [4, 4, 4, 4] };
    expect(errorOf(even, truth, tiles)).toEqual({ error: 0.75, rank: 0 });
    const wrong = { ...truth, cells: [10, 3, 2, 1] };
    expect(errorOf(wrong, truth, tiles).rank).toBeCloseTo(-1);
  });

  it('rank equal values equally', () => {
    expect(ranksOf([5, 1, 5, 3])).toEqual([2.5, 0, 2.5, 1]);
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1);
    expect(correlation([1, 1, 1], [2, 4, 6])).toBe(0);
  });
});
