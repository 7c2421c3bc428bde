import type { Bytes } from '@tabgrid/protocol/bytes';
import type { SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../decode-node.js';
import { type GltfResult, readGltf } from '../gltf.js';
import { cross, dot, subtract, vec3At } from '../math/vec3.js';
import { BUILTIN_SCENES, buildScene } from './build.js';

/** Generous: a busy machine. */
const LIMIT_MS = 120_000;
const results = new Map<string, GltfResult>();

/** Built by the suites of all scenes, which run first. */
function sceneOf(name: string): SceneSource {
  const result = results.get(name);
  if (!result) throw new Error(`${name} was not built`);
  return result.scene;
}

describe.each(BUILTIN_SCENES)('%s', (name) => {
  let file: Bytes;
  let result: GltfResult;
  beforeAll(async () => {
    file = await buildScene(name);
    result = await readGltf(file, { decodeImage });
    results.set(name, result);
  }, LIMIT_MS);

  it('reads without a warning, below 70,000 triangles, with one camera', () => {
    expect(result.warnings).toEqual([]);
    expect(result.scene.indices.length / 3).toBeLessThan(70_000);
    expect(result.scene.cameras.map((camera) => camera.name)).toEqual(['camera']);
  });

  it(
    'is the same file every time',
    async () => {
      expect(Buffer.from(await buildScene(name)).equals(file)).toBe(true);
    },
    LIMIT_MS,
  );

  it('has light, and unit normals on the side of its triangles’ fronts', () => {
    const { positions, normals, indices, materials } = result.scene;
    expect(materials.some(({ emissive }) => Math.max(...emissive) > 0)).toBe(true);
    let bad = 0;
    for (let t = 0; t < indices.length; t += 3) {
      const ids = [indices[t] ?? 0, indices[t + 1] ?? 0, indices[t + 2] ?? 0] as const;
      const [a, b, c] = [vec3At(positions, ids[0]), vec3At(positions, ids[1]), vec3At(positions, ids[2])];
      const face = cross(subtract(b, a), subtract(c, a));
      for (const id of ids) {
        const normal = vec3At(normals, id);
        if (Math.abs(Math.hypot(...normal) - 1) > 1e-3 || !(dot(face, normal) > 0)) bad++;
      }
    }
    expect(bad).toBe(0);
  });
});

describe('cornell', () => {
  it('has the published room: 556 × 548.8 × 559.2 mm, a lamp of 130 × 105 mm', () => {
    const scene = sceneOf('cornell');
    const axis = (c: number) => scene.positions.filter((_, i) => i % 3 === c);
    const extent = [0, 1, 2].map((c) => Math.max(...axis(c)) - Math.min(...axis(c)));
    for (const [i, size] of [0.556, 0.5488, 0.5592].entries()) expect(extent[i]).toBeCloseTo(size, 5);
    const lamp = scene.materials.findIndex(({ name }) => name === 'lamp');
    const triangles = [...scene.triangleMaterials.keys()].filter((t) => scene.triangleMaterials[t] === lamp);
    const area = triangles.reduce((sum, t) => {
      const [a, b, c] = [0, 1, 2].map((k) => vec3At(scene.positions, scene.indices[t * 3 + k] ?? 0));
      return a && b && c ? sum + Math.hypot(...cross(subtract(b, a), subtract(c, a))) / 2 : sum;
    }, 0);
    expect(area).toBeCloseTo(0.13 * 0.105, 6);
    // Red is at the viewer's left: the camera looks along +Z, so that is +X.
    const red = scene.materials.findIndex(({ name }) => name === 'red');
    const redTriangle = scene.triangleMaterials.indexOf(red);
    expect(scene.positions[(scene.indices[redTriangle * 3] ?? 0) * 3]).toBeGreaterThan(0.5);
    expect(scene.cameras[0]?.yfov).toBeCloseTo((39.3077 * Math.PI) / 180, 5);
  });
});

describe('spheres', () => {
  it('covers metallic × roughness, has glowing ones and a textured floor', () => {
    const scene = sceneOf('spheres');
    const grid = scene.materials.filter(({ name }) => name.startsWith('metallic'));
    expect(new Set(grid.map(({ metallic }) => metallic)).size).toBe(5);
    expect(new Set(grid.map(({ roughness }) => roughness)).size).toBe(7);
    expect(grid).toHaveLength(35);
    expect(
      scene.materials.filter(({ name, emissive }) => name.endsWith('glow') && Math.max(...emissive) > 1),
    ).toHaveLength(2);
    const floor = scene.materials.find(({ name }) => name === 'floor');
    expect(scene.images[floor?.baseColorTexture?.image ?? -1]).toMatchObject({ width: 1024, height: 1024 });
  });
});

describe('bunny', () => {
  it('stands on its pedestal, 1.2 m high', () => {
    const scene = sceneOf('bunny');
    const porcelain = scene.materials.findIndex(({ name }) => name === 'porcelain');
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    scene.indices.forEach((vertex, i) => {
      if (scene.triangleMaterials[Math.floor(i / 3)] !== porcelain) return;
      low = Math.min(low, scene.positions[vertex * 3 + 1] ?? 0);
      high = Math.max(high, scene.positions[vertex * 3 + 1] ?? 0);
    });
    expect(low).toBeCloseTo(0.14, 4);
    expect(high - low).toBeCloseTo(1.2, 4);
  });
});
