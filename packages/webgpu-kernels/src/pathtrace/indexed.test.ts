import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { box, lookAt, material, quad, sceneOf, sphere } from './fixtures.js';
import { INDEXED_TRIANGLE_WORDS, sceneBytes, TRIANGLE_WORDS } from './layout.js';
import { packScene } from './scene.js';
import type { SceneSource } from './scene-source.js';
import { instancedScene, rowsOf } from './test-instances.js';
import { render, type Shot } from './test-render.js';

/** Everything that the corners of triangles have: normals, two sets of texture coordinates, tangents, colours. */
function dressed(scene: SceneSource): SceneSource {
  const vertices = scene.positions.length / 3;
  return {
    ...scene,
    uvs1: Float32Array.from({ length: 2 * vertices }, (_, i) => (i * 37) % 11),
    tangents: Float32Array.from({ length: 4 * vertices }, (_, i) => [0.6, 0, -0.8, i % 8 < 4 ? 1 : -1][i & 3] ?? 0),
    colors: Float32Array.from({ length: 4 * vertices }, (_, i) => (i % 4 === 3 ? 1 : 0.4 + ((i * 13) % 7) / 12)),
  };
}

const texels = (width: number, seed: number) => ({
  width,
  height: 4,
  rgba: Uint8Array.from({ length: 16 * width }, (_, i) => 255 - ((i * seed) % 97)),
});
const texture = { image: 0, wrapS: 'repeat', wrapT: 'mirror', nearest: false } as const;
const materials = [
  material({ baseColor: [0.8, 0.8, 0.8, 1], baseColorTexture: { ...texture, set: 1 } }),
  material({ metallic: 1, roughness: 0.3, normalTexture: { texture: { ...texture, image: 1 }, scale: 0.7 } }),
  material({ baseColorTexture: texture, alphaMode: 'blend', baseColor: [1, 1, 1, 0.6], doubleSided: true }),
  material({ emissive: [7, 6, 5], baseColor: [0, 0, 0, 1] }),
];
const images = [texels(5, 31), texels(3, 57)];
const floor = quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0);
const lamp = quad([-0.5, 2, -0.5], [1, 0, 0], [0, 0, 1], 3);
const ball = sphere([0, 0.6, 0], 0.6, 8, 1);
const crate = box([0.7, 0, -0.4], [1.3, 1, 0.4], 2);

const flat = dressed(sceneOf([floor, lamp, ball, ...crate], materials, images));
const placed = [
  { meshes: [ball, ...crate], places: [rowsOf([-1, 0, 0]), rowsOf([0.2, 0, 0], [0, 1, 0], 0.7, [-1, 1, 1])] },
];
const apart = dressed(instancedScene([floor, lamp], placed, materials, images));
/** So small a target that triangles are indexed wherever that makes a buffer smaller. */
const pack = { targetBytes: 1 };

it('shares vertices where whole triangles would not fit, and takes less room', () => {
  const whole = packScene(flat).manifest;
  const shared = packScene(flat, pack).manifest;
  expect(whole.counts.vertices).toBeUndefined();
  expect(shared.counts.vertices).toBe(new Set(flat.indices).size);
  expect(
    sceneBytes(shared.counts, shared.features).triangles / sceneBytes(whole.counts, whole.features).triangles,
  ).toBe(INDEXED_TRIANGLE_WORDS / TRIANGLE_WORDS);
  const room = ({ counts, features }: typeof whole) => sceneBytes(counts, features).shading;
  expect(room(shared)).toBeLessThan(room(whole));
});

it('leaves triangles whole where every one has vertices of its own: no buffer would be smaller', () => {
  const loose = quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0);
  const triangle = { ...loose, indices: [0, 1, 2] };
  const { counts } = packScene(dressed(sceneOf([triangle, triangle, triangle], materials, images)), pack).manifest;
  expect(counts.vertices).toBeUndefined();
});

it('takes more triangles a leaf where the nodes would not fit', () => {
  const many = sceneOf([sphere([0, 0, 0], 1, 32, 0)], [material({})]);
  const whole = packScene(many).manifest.counts;
  const fewer = packScene(many, { targetBytes: 24 * whole.nodes }).manifest.counts;
  expect(fewer.triangles).toBe(whole.triangles);
  expect(fewer.nodes).toBeLessThan(0.75 * whole.nodes);
});

it('refuses what no volunteer takes, with what each part needs', () => {
  const large = sceneOf([sphere([0, 0, 0], 1, 90, 0)], [material({})]);
  expect(() => packScene(large, { largestBytes: 2 ** 20 })).toThrow(
    'its triangles need 2 MiB and its normals and texture coordinates need 2 MiB, but no volunteer takes more than 1 MiB in one piece',
  );
});

describe.runIf((await nodeGpu()) !== null)('indexed triangles', { timeout: 300_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  it.each([
    ['a scene in the world', flat],
    ['one with instances', apart],
  ])('%s: the same light, bit for bit', async (_, scene) => {
    const shot: Shot = {
      scene,
      environment: { kind: 'constant', radiance: [0.2, 0.3, 0.4] },
      camera: lookAt([0.5, 1.4, 4], [0, 0.7, 0], 0.8),
      width: 24,
      height: 17,
      spp: 8,
      bounces: 3,
    };
    const whole = await render(gpu, shot);
    const shared = await render(gpu, { ...shot, pack });
    expect(new Set(whole.rgb).size).toBeGreaterThan(500);
    expect(shared.rgb.filter((x, i) => x !== whole.rgb[i])).toHaveLength(0);
  });
});
