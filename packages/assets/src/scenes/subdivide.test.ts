import { describe, expect, it } from 'vitest';
import { type BareMesh, smoothNormals, subdivide } from './subdivide.js';

/** Closed, of valence 4 everywhere. */
const OCTAHEDRON: BareMesh = {
  positions: Float64Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1),
  indices: Uint32Array.of(0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5),
};

const radii = ({ positions }: BareMesh) =>
  Array.from({ length: positions.length / 3 }, (_, i) => Math.hypot(...positions.subarray(i * 3, i * 3 + 3)));

describe('subdivide', () => {
  it('makes four triangles of one, closed as before, turned as before', () => {
    const finer = subdivide(OCTAHEDRON);
    expect(finer.indices).toHaveLength(8 * 4 * 3);
    expect(finer.positions).toHaveLength((6 + 12) * 3);
    const seen = new Map<string, number>();
    for (let t = 0; t < finer.indices.length; t += 3) {
      for (const [k, l] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ] as const) {
        const [a = 0, b = 0] = [finer.indices[t + k], finer.indices[t + l]];
        const key = a < b ? `${a} ${b}` : `${b} ${a}`;
        seen.set(key, (seen.get(key) ?? 0) + (a < b ? 1 : -1));
      }
    }
    expect([...seen.values()].every((balance) => balance === 0)).toBe(true);
  });

  it('moves vertices by Loop’s weights', () => {
    // β of valence 4: (5/8 − (3/8)²) ÷ 4. Neighbours of (1, 0, 0) cancel out.
    const beta = (5 / 8 - 9 / 64) / 4;
    const finer = subdivide(OCTAHEDRON);
    expect(finer.positions[0]).toBeCloseTo(1 - 4 * beta, 12);
    // The middle of an edge: 3/8 of its ends, 1/8 of the two across.
    expect(radii(finer)[6]).toBeCloseTo((3 / 8) * Math.SQRT2, 12);
  });

  it('keeps a flat border where it is', () => {
    const square: BareMesh = {
      positions: Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0),
      indices: Uint32Array.of(0, 1, 2, 0, 2, 3),
    };
    const { positions } = subdivide(square);
    expect(positions.filter((_, i) => i % 3 === 2).every((z) => z === 0)).toBe(true);
    // A border edge's middle is its middle; a corner is 3/4 itself and 1/8 each neighbour.
    const points = Array.from({ length: positions.length / 3 }, (_, i) =>
      [...positions.subarray(i * 3, i * 3 + 2)].join(),
    );
    expect(points).toContain('0.5,0');
    expect(points[0]).toBe('0.125,0.125');
  });

  it('gets rounder', () => {
    const spread = (mesh: BareMesh) => Math.max(...radii(mesh)) / Math.min(...radii(mesh));
    const once = subdivide(OCTAHEDRON);
    expect(spread(subdivide(subdivide(once)))).toBeLessThan(1.1);
  });
});

describe('smoothNormals', () => {
  it('point outward from a round body', () => {
    const mesh = subdivide(OCTAHEDRON);
    const normals = smoothNormals(mesh);
    radii(mesh).forEach((radius, i) => {
      const along = [0, 1, 2].reduce((sum, c) => sum + (normals[i * 3 + c] ?? 0) * (mesh.positions[i * 3 + c] ?? 0), 0);
      expect(along / radius).toBeGreaterThan(0.99);
    });
  });

  it('are up where there is no triangle', () => {
    expect([...smoothNormals({ positions: new Float64Array(3), indices: new Uint32Array(0) })]).toEqual([0, 1, 0]);
  });
});
