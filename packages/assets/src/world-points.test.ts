import { describe, expect, it } from 'vitest';
import { vec3At } from './math/vec3.js';
import { worldPoints } from './world-points.js';

const NOTHING = { normals: new Float32Array(0), uvs: new Float32Array(0), triangleMaterials: new Uint32Array(0) };
const scene = (positions: number[], indices: number[], instances?: Parameters<typeof worldPoints>[0]['instances']) => ({
  ...NOTHING,
  positions: Float32Array.from(positions),
  indices: Uint32Array.from(indices),
  materials: [],
  images: [],
  cameras: [],
  ...(instances && { instances }),
});
const pointsOf = (flat: Float32Array) => Array.from({ length: flat.length / 3 }, (_, i) => vec3At(flat, i));

describe('worldPoints', () => {
  it('are the vertices where nothing is instanced', () => {
    const flat = scene([0, 0, 0, 1, 0, 0, 0, 1, 0], [0, 1, 2]);
    expect(worldPoints(flat)).toBe(flat.positions);
  });

  it('are the flat vertices, and an instanced mesh wherever it stands, not where it was modelled', () => {
    const transforms = Float32Array.of(1, 0, 0, 100, 0, 1, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 2, 0, 50, 0, 0, 2, 0);
    const instanced = scene(
      [0, 0, 0, 1, 0, 0, 0, 1, 0, -3, 0, 0, 3, 0, 0, 0, 3, 0],
      [0, 1, 2, 3, 4, 5],
      [{ firstTriangle: 1, triangleCount: 1, transforms }],
    );
    const points = pointsOf(worldPoints(instanced));
    expect(points.slice(0, 3)).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(points.slice(3).toSorted(([a], [b]) => a - b)).toEqual([
      [-6, 50, 0],
      [0, 56, 0],
      [6, 50, 0],
      [97, 0, 0],
      [100, 3, 0],
      [103, 0, 0],
    ]);
  });

  it('are few enough for a mesh that stands in very many places', () => {
    const places = 200_000;
    const transforms = new Float32Array(places * 12).fill(1);
    const corners = Array.from({ length: 300 }, (_, i) => [Math.sin(i), Math.cos(i * 7), Math.sin(i * 3)]).flat();
    const many = scene(
      corners,
      Array.from({ length: 300 }, (_, i) => i),
      [{ firstTriangle: 0, triangleCount: 100, transforms }],
    );
    expect(worldPoints(many).length / 3).toBeLessThanOrEqual(2_000_000);
  });
});
