import type { Orbit } from '@tabgrid/assets/math/orbit';
import { describe, expect, it } from 'vitest';
import { viewMatrix } from './view-matrix.js';

/** 90° high, from z = 10 at the origin. */
const ORBIT: Orbit = {
  camera: { position: [0, 0, 10], right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1], yfov: Math.PI / 2 },
  target: [0, 0, 0],
  distance: 10,
  radius: 2,
};

function seen(matrix: Float32Array, [x, y, z]: readonly [number, number, number]) {
  const row = (r: number) =>
    (matrix[r] ?? 0) * x + (matrix[r + 4] ?? 0) * y + (matrix[r + 8] ?? 0) * z + (matrix[r + 12] ?? 0);
  const w = row(3);
  return { x: row(0) / w, y: row(1) / w, depth: row(2) / w, w };
}

describe('the view', () => {
  it('has the target in its middle, and its edges where the angle says', () => {
    const matrix = viewMatrix(ORBIT, 2);
    expect(seen(matrix, [0, 0, 0])).toMatchObject({ x: expect.closeTo(0), y: expect.closeTo(0) });
    expect(seen(matrix, [0, 10, 0]).y).toBeCloseTo(1);
    expect(seen(matrix, [20, 0, 0]).x).toBeCloseTo(1);
  });

  it('is farther back with depth, from −1 to 1, and all bodies are between', () => {
    const matrix = viewMatrix(ORBIT, 2);
    const [front, back] = [seen(matrix, [0, 0, 2]).depth, seen(matrix, [0, 0, -2]).depth];
    expect(front).toBeGreaterThan(-1);
    expect(back).toBeGreaterThan(front);
    expect(back).toBeLessThan(1);
    expect(seen(matrix, [0, 0, 11]).w).toBeLessThan(0);
  });

  it('sees in a narrow picture as much to the sides as in one of 3 : 2', () => {
    const edge = (aspect: number) => 1 / seen(viewMatrix(ORBIT, aspect), [1, 0, 0]).x;
    expect(edge(0.75)).toBeCloseTo(edge(1.5));
    expect(edge(3)).toBeCloseTo(2 * edge(1.5));
  });

  it('turns and moves with its camera', () => {
    const { camera } = ORBIT;
    const moved = viewMatrix({ ...ORBIT, camera: { ...camera, position: [3, 1, 10] } }, 2);
    expect(seen(moved, [3, 1, 0])).toMatchObject({ x: expect.closeTo(0), y: expect.closeTo(0) });
    const aside = { ...camera, position: [10, 0, 0], right: [0, 0, -1], forward: [-1, 0, 0] } as const;
    expect(seen(viewMatrix({ ...ORBIT, camera: aside }, 2), [0, 0, -5]).x).toBeGreaterThan(0);
  });
});
