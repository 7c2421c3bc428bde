import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { box, material, quad, sceneOf, sphere } from './fixtures.js';
import { INSTANCE_WORDS, LEAF_COUNT_SHIFT, LEAF_FLAG, MIRRORED, NODE_WORDS, TRIANGLE_WORDS } from './layout.js';
import { SceneManifest } from './manifest.js';
import { nameScene, packScene } from './scene.js';
import { instancedScene, rowsOf } from './test-instances.js';

const materials = [material({ doubleSided: true }), material({ emissive: [1, 1, 1] })];
const floor = quad([-1, 0, 1], [2, 0, 0], [0, 0, -2], 0);
const lamp = quad([0, 2, 0], [1, 0, 0], [0, 0, 1], 1);
const ball = sphere([0, 0, 0], 0.5, 6, 0);
const crate = box([0, 0, 0], [1, 2, 3], 0);
const turned = rowsOf([4, 0, 0], [0, 1, 0], 0.5);
const mirrored = rowsOf([-2, 1, 0], [0, 0, 1], 0, [-1, 1, 2]);
const scene = (ballAt = rowsOf([0, 1, 0])) =>
  instancedScene(
    [floor, lamp],
    [
      { meshes: [ball], places: [ballAt, turned] },
      { meshes: crate, places: [mirrored] },
    ],
    materials,
  );

describe('a scene with instances', () => {
  const packed = packScene(scene());
  const { counts } = packed.manifest;
  const nodes = new Uint32Array(packed.buffers.nodes.buffer);
  const triangles = new Uint32Array(packed.buffers.triangles.buffer);
  const instances = new Uint32Array(packed.buffers.instances.buffer);
  const floats = new Float32Array(instances.buffer);
  const ballTriangles = ball.indices.length / 3;
  const record = (i: number) => NODE_WORDS * (counts.upperNodes ?? 0) + INSTANCE_WORDS * i;
  /** By number: the world, both balls, the crates. */
  const byNumber = Array.from({ length: 4 }, (_, i) => record(i)).toSorted(
    (a, b) => ((instances[a + 31] ?? 0) & ~MIRRORED) - ((instances[b + 31] ?? 0) & ~MIRRORED),
  );

  it('has a tree for the world and one for each mesh, and a place for each of them', async () => {
    expect(counts.instances).toBe(4);
    expect(counts.triangles).toBe(4 + ballTriangles + 12);
    expect(packed.triangles).toBe(4 + 2 * ballTriangles + 12);
    const { manifest } = await nameScene(packed);
    expect(v.safeParse(SceneManifest, JSON.parse(JSON.stringify(manifest))).issues).toBeUndefined();
    const roots = byNumber.map((at) => instances[at + 27]);
    expect(roots[1]).toBe(roots[2]);
    expect(new Set(roots).size).toBe(3);
  });

  it('leads from each root to the triangles of that mesh alone, once each', () => {
    const found = byNumber.map((at) => {
      const sources: number[] = [];
      const visit = (node: number): void => {
        for (const half of [3, 7]) {
          const reference = nodes[NODE_WORDS * node + half] ?? 0;
          if (reference < LEAF_FLAG) visit(reference);
          // An empty leaf is looked at too: it must not lead into another mesh.
          const count = reference < LEAF_FLAG ? 0 : Math.max(1, (reference >>> LEAF_COUNT_SHIFT) & 15);
          for (let k = 0; k < count; k++)
            sources.push(triangles[TRIANGLE_WORDS * ((reference & 0x7ff_ffff) + k) + 11] ?? -1);
        }
      };
      visit(instances[at + 27] ?? 0);
      return [...new Set(sources)].toSorted((a, b) => a - b);
    });
    const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
    expect(found[0]).toEqual(range(0, 4));
    expect(found[1]).toEqual(range(4, ballTriangles));
    expect(found[3]).toEqual(range(4 + ballTriangles, 12));
  });

  it('stores matrices that undo each other, and which of them mirror', () => {
    for (const at of byNumber) {
      const m = (from: number, row: number, column: number) => floats[at + from + 4 * row + column] ?? 0;
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 4; column++) {
          const product = [0, 1, 2].reduce(
            (sum, k) => sum + m(12, row, k) * m(0, k, column),
            column === 3 ? m(12, row, 3) : 0,
          );
          expect(product).toBeCloseTo(row === column ? 1 : 0, 5);
        }
      }
    }
    expect(byNumber.map((at) => ((instances[at + 31] ?? 0) & MIRRORED) !== 0)).toEqual([false, false, false, true]);
  });

  it('bounds everything where it stands', () => {
    const { min, max } = packed.manifest.bounds;
    // The crate's corners: x −2 … −3, y 1 … 3, z 0 … 6. The ball at 4 reaches to 4.5.
    expect(min[0]).toBeCloseTo(-3, 4);
    expect(max[2]).toBeCloseTo(6, 4);
    expect(max[0]).toBeGreaterThanOrEqual(4.5);
    expect(max[0]).toBeLessThan(4.8);
  });

  it('changes one small blob when a mesh moves', () => {
    const moved = packScene(scene(rowsOf([0.3, 1.7, 2], [1, 1, 0], 1)));
    expect(moved.buffers.instances).not.toEqual(packed.buffers.instances);
    for (const role of ['nodes', 'triangles', 'shading', 'tables', 'texels'] as const) {
      expect(moved.buffers[role], role).toEqual(packed.buffers[role]);
    }
    expect(moved.buffers.instances.byteLength).toBeLessThan(1000);
  });

  it('leaves out places that no ray finds back from, and says so', () => {
    const flat = rowsOf([0, 0, 0], [0, 1, 0], 0, [1, 0, 1]);
    const broken = rowsOf([Number.NaN, 0, 0]);
    const far = rowsOf([1e12, 0, 0]);
    const places = [flat, broken, far, rowsOf([0, 0, 0], [1, 0, 0], 0.5)];
    const some = packScene(instancedScene([floor], [{ meshes: [ball], places }], materials));
    expect(some.manifest.counts.instances).toBe(2);
    expect(some.notes).toEqual([expect.stringContaining('3 places')]);
    const none = packScene(instancedScene([floor], [{ meshes: [ball], places: [flat] }], materials));
    expect(none.manifest.counts.instances).toBeUndefined();
    expect(none.manifest.counts.triangles).toBe(2);
    const nothing = packScene(instancedScene([], [{ meshes: [ball], places: [flat] }], materials));
    expect(nothing.manifest.counts).toMatchObject({ triangles: 0, nodes: 1 });
  });

  it('refuses meshes that overlap, end beyond the scene, or shine', () => {
    const one = { firstTriangle: 0, triangleCount: 2, transforms: Float32Array.from(turned) };
    const flat = sceneOf([floor, lamp], materials);
    const pack =
      (...instances: (typeof one)[]) =>
      () =>
        packScene({ ...flat, instances });
    expect(pack(one)).not.toThrow();
    expect(pack(one, { ...one, firstTriangle: 1 })).toThrow(/overlaps/);
    expect(pack({ ...one, triangleCount: 5 })).toThrow(/ends beyond the scene's 4/);
    expect(pack({ ...one, transforms: new Float32Array(11) })).toThrow(/3 × 4/);
    expect(pack({ ...one, firstTriangle: 2 })).toThrow(/2 triangles from triangle 2 on shines/);
  });
});
