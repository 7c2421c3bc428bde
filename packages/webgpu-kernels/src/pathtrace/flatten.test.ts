import { describe, expect, it } from 'vitest';
import { material, quad, sceneOf } from './fixtures.js';
import { flattenInstances } from './flatten.js';
import { packScene } from './scene.js';

const base = sceneOf(
  [quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0), quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 1)],
  [material({}), material({})],
);
const scene = (...transforms: number[][]) => ({
  ...base,
  tangents: Float32Array.from({ length: 32 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 1 : 0)),
  instances: [{ firstTriangle: 2, triangleCount: 2, transforms: Float32Array.from(transforms.flat()) }],
});

describe('flattenInstances', () => {
  it('leaves a scene without instances as it is', () => {
    expect(flattenInstances(base)).toBe(base);
  });

  it('writes a mesh out at each of its places, and nowhere else', () => {
    const flat = flattenInstances(scene([1, 0, 0, 5, 0, 1, 0, 0, 0, 0, 1, 0], [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 7]));
    expect(flat.instances).toBeUndefined();
    expect([...flat.triangleMaterials]).toEqual([0, 0, 1, 1, 1, 1]);
    const cornerOf = (triangle: number, corner: number) => {
      const vertex = flat.indices[3 * triangle + corner] ?? 0;
      return [...flat.positions.subarray(3 * vertex, 3 * vertex + 3)];
    };
    expect(cornerOf(2, 1)).toEqual([6, 0, 0]);
    expect(cornerOf(4, 2)).toEqual([2, 2, 7]);
  });

  it('keeps fronts fronts where a place mirrors, and turns normals by the inverse transpose', () => {
    const flat = flattenInstances(scene([-1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0]));
    const [a, b, c] = [6, 7, 8].map((i) => {
      const vertex = flat.indices[i] ?? 0;
      return {
        p: flat.positions.subarray(3 * vertex, 3 * vertex + 3),
        n: flat.normals.subarray(3 * vertex, 3 * vertex + 3),
      };
    });
    if (!a || !b || !c) throw new Error('no triangle');
    const e = (q: typeof a, k: number) => (q.p[k] ?? 0) - (a.p[k] ?? 0);
    const normal = [
      e(b, 1) * e(c, 2) - e(b, 2) * e(c, 1),
      e(b, 2) * e(c, 0) - e(b, 0) * e(c, 2),
      e(b, 0) * e(c, 1) - e(b, 1) * e(c, 0),
    ];
    const length = Math.hypot(...normal);
    normal.forEach((x, k) => {
      expect(a.n[k]).toBeCloseTo(x / length, 6);
    });
    const vertex = flat.indices[6] ?? 0;
    expect([...(flat.tangents?.subarray(4 * vertex, 4 * vertex + 4) ?? [])]).toEqual([-1, 0, 0, -1]);
  });

  it('leaves out a place that is not finite, and one that is flat has no triangle to hit', () => {
    const flat = flattenInstances(scene([Number.NaN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]));
    expect(flat.triangleMaterials).toHaveLength(2);
    const packed = packScene(scene([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]));
    expect(packed.manifest.counts.triangles).toBe(2);
  });
});
