import { describe, expect, it } from 'vitest';
import { boxMesh, type Mesh, squareMesh } from './meshes.js';

type Point = readonly [number, number, number];

const pointOf = (list: Float32Array, i: number): Point => [
  list[3 * i] ?? 0,
  list[3 * i + 1] ?? 0,
  list[3 * i + 2] ?? 0,
];

function triangles({ positions, indices }: Mesh): readonly (readonly [Point, Point, Point])[] {
  return Array.from({ length: indices.length / 3 }, (_, t) => {
    const corner = (k: number) => pointOf(positions, indices[3 * t + k] ?? 0);
    return [corner(0), corner(1), corner(2)];
  });
}

/** Six times the volume between the origin and a triangle: positive where it is seen counter-clockwise from outside. */
function volume([a, b, c]: readonly [Point, Point, Point]): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

describe('a box', () => {
  const mesh = boxMesh();

  it('shows its outside', () => {
    for (const triangle of triangles(mesh)) expect(volume(triangle)).toBeGreaterThan(0);
  });

  it('has a normal of length 1 at each corner, outwards', () => {
    expect(mesh.normals).toHaveLength(mesh.positions.length);
    for (let i = 0; i < mesh.normals.length / 3; i++) {
      const [n, p] = [pointOf(mesh.normals, i), pointOf(mesh.positions, i)];
      expect(Math.hypot(...n)).toBeCloseTo(1);
      expect(n[0] * p[0] + n[1] * p[1] + n[2] * p[2]).toBeGreaterThan(0.5);
    }
  });

  it('is closed: each edge is gone along once each way', () => {
    const edges = new Map<string, number>();
    const name = (p: Point) => p.map((x) => x.toFixed(5)).join();
    for (const [a, b, c] of triangles(mesh)) {
      for (const [from, to] of [
        [a, b],
        [b, c],
        [c, a],
      ] as const) {
        const [key, way] = name(from) < name(to) ? [`${name(from)} ${name(to)}`, 1] : [`${name(to)} ${name(from)}`, -1];
        edges.set(key, (edges.get(key) ?? 0) + way);
      }
    }
    expect([...edges.values()].filter((ways) => ways !== 0)).toEqual([]);
  });
});

it('a box has its whole volume', () => {
  expect(triangles(boxMesh()).reduce((sum, one) => sum + volume(one) / 6, 0)).toBeCloseTo(8);
});

it('a square faces its z axis', () => {
  const mesh = squareMesh();
  const area = triangles(mesh).reduce(
    (sum, [a, b, c]) => sum + ((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2,
    0,
  );
  expect(area).toBeCloseTo(4);
  expect(pointOf(mesh.normals, 3)).toEqual([0, 0, 1]);
});
