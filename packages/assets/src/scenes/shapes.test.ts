import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cross, dot, normalize, scale, subtract, vec3At } from '../math/vec3.js';
import { backdrop, panel, pillar, quad, type Shape, sphere } from './shapes.js';

interface Face {
  readonly corners: readonly [Vec3, Vec3, Vec3];
  /** Twice its area long, to its front. */
  readonly normal: Vec3;
  readonly vertexNormals: readonly Vec3[];
}

function faces({ positions, normals, indices }: Shape): Face[] {
  return Array.from({ length: indices.length / 3 }, (_, t) => {
    const ids = [indices[t * 3] ?? 0, indices[t * 3 + 1] ?? 0, indices[t * 3 + 2] ?? 0] as const;
    const corners = [vec3At(positions, ids[0]), vec3At(positions, ids[1]), vec3At(positions, ids[2])] as const;
    const normal = cross(subtract(corners[1], corners[0]), subtract(corners[2], corners[0]));
    return { corners, normal, vertexNormals: ids.map((id) => vec3At(normals, id)) };
  });
}

const area = (shape: Shape) => faces(shape).reduce((sum, { normal }) => sum + Math.hypot(...normal) / 2, 0);

/** Every triangle has an area, and its normals are unit and on its front's side. */
function expectSound(shape: Shape): void {
  for (const { normal, vertexNormals } of faces(shape)) {
    expect(Math.hypot(...normal)).toBeGreaterThan(0);
    for (const n of vertexNormals) {
      expect(Math.abs(Math.hypot(...n) - 1)).toBeLessThan(1e-5);
      expect(dot(n, normal)).toBeGreaterThan(0);
    }
  }
  expect(shape.uvs.length / 2).toBe(shape.positions.length / 3);
}

const coordinate = fc.integer({ min: -8, max: 8 });
const point = fc.tuple(coordinate, coordinate, coordinate);

describe('quad', () => {
  const corners = [
    [0, 0, 0],
    [2, 0, 0],
    [2, 3, 0],
    [0, 3, 0],
  ] as const;

  it.each([
    ['in front', [0, 0, 5], 1],
    ['behind', [0, 0, -5], -1],
  ] as const)('faces what is %s, whichever way its corners go', (_, towards, side) => {
    const [a, b, c, d] = corners;
    for (const shape of [quad([a, b, c, d], towards), quad([d, c, b, a], towards)]) {
      expectSound(shape);
      expect(area(shape)).toBeCloseTo(6, 6);
      for (const { normal } of faces(shape)) expect(Math.sign(normal[2])).toBe(side);
    }
  });
});

describe('panel', () => {
  it('is a rectangle of its size around its middle, square to where it faces', () => {
    fc.assert(
      fc.property(point, point, (center, target) => {
        fc.pre(Math.hypot(...subtract(target, center)) > 0.5);
        const shape = panel(center, target, 2, 3);
        expectSound(shape);
        expect(area(shape)).toBeCloseTo(6, 4);
        const forward = normalize(subtract(target, center), [0, 1, 0]);
        for (const { normal } of faces(shape)) expect(dot(normalize(normal, [0, 0, 0]), forward)).toBeCloseTo(1, 4);
        const sum = [0, 1, 2, 3].map((i) => vec3At(shape.positions, i)).reduce((s, p) => subtract(s, scale(p, -1)));
        for (const axis of [0, 1, 2] as const) expect(sum[axis] / 4).toBeCloseTo(center[axis], 4);
      }),
    );
  });
});

describe('sphere', () => {
  it('is closed, round and outward, with the triangles it says', () => {
    const shape = sphere([1, 2, 3], 0.5, 24, 12);
    expectSound(shape);
    expect(shape.indices).toHaveLength(2 * 24 * 11 * 3);
    for (const { corners, vertexNormals } of faces(shape)) {
      corners.forEach((corner, i) => {
        const out = subtract(corner, [1, 2, 3]);
        expect(Math.hypot(...out)).toBeCloseTo(0.5, 5);
        expect(dot(out, vertexNormals[i] ?? [0, 0, 0])).toBeCloseTo(0.5, 5);
      });
    }
    // A little less than the ball it is cut out of.
    expect(area(shape) / (4 * Math.PI * 0.25)).toBeGreaterThan(0.96);
    expect(area(shape) / (4 * Math.PI * 0.25)).toBeLessThan(1);
  });
});

describe('pillar', () => {
  it('has a top and a side, and no bottom', () => {
    const shape = pillar([1, 0, 2], 2, 0.5, 64);
    expectSound(shape);
    expect(area(shape)).toBeCloseTo(Math.PI * 4 + 2 * Math.PI * 2 * 0.5, 0);
    expect(faces(shape).some(({ normal }) => normal[1] < -1e-6)).toBe(false);
    expect(faces(shape).filter(({ corners }) => corners.every((c) => Math.abs(c[1] - 0.5) < 1e-6))).toHaveLength(64);
  });
});

describe('backdrop', () => {
  it('goes from the floor over a bend into a wall, facing up and to the front', () => {
    const shape = backdrop(4, 5, -2, 1, 3);
    expectSound(shape);
    for (const { normal } of faces(shape)) {
      expect(normal[1]).toBeGreaterThanOrEqual(-1e-6);
      expect(normal[2]).toBeGreaterThanOrEqual(-1e-6);
    }
    // Floor from z = 5 to −1, a quarter circle, a wall from y = 1 to 3.
    expect(area(shape)).toBeCloseTo(4 * (6 + Math.PI / 2 + 2), 1);
    expect([shape.uvs[1], shape.uvs.at(-1)]).toEqual([0, 1]);
  });
});
