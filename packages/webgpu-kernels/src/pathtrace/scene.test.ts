import { nameBlob } from '@tabgrid/protocol/blob';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { box, material, quad, sceneOf, sphere } from './fixtures.js';
import {
  ALPHA_TESTED,
  LIGHT_WORDS,
  MATERIAL_WORDS,
  MATERIALS_AT,
  SINGLE_SIDED,
  sceneBytes,
  TRIANGLE_WORDS,
} from './layout.js';
import { SceneManifest } from './manifest.js';
import { nameScene, packScene } from './scene.js';
import { NO_NORMAL, octahedral } from './triangles.js';

const image = (alpha: number) => ({ width: 2, height: 1, rgba: Uint8Array.of(255, 0, 0, alpha, 0, 255, 0, 255) });
const texture = (index = 0) => ({ image: index, wrapS: 'clamp', wrapT: 'mirror', nearest: true }) as const;

const rich = () =>
  sceneOf(
    [quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0), sphere([0, 0, 0], 1, 4, 1), quad([0, 3, 0], [2, 0, 0], [0, 0, 3], 2)],
    [
      material({ baseColorTexture: texture(), emissiveTexture: texture() }),
      material({ doubleSided: true, metallicRoughnessTexture: texture() }),
      material({ emissive: [1, 2, 3], emissiveTexture: texture(), doubleSided: true }),
    ],
    [image(255)],
  );

it('fills every buffer to the length that the counts say, and names it', async () => {
  const packed = packScene(rich());
  const bytes = sceneBytes(packed.manifest.counts, packed.manifest.features);
  expect(packed.buffers.nodes.byteLength).toBe(bytes.nodes);
  expect(packed.buffers.triangles.byteLength).toBe(bytes.triangles);
  expect(packed.buffers.shading.byteLength).toBe(bytes.shading);
  expect(packed.buffers.tables.byteLength).toBe(bytes.tables);
  expect(packed.buffers.texels.byteLength).toBe(bytes.texels);
  const named = await nameScene(packed);
  expect(v.safeParse(SceneManifest, JSON.parse(JSON.stringify(named.manifest))).issues).toBeUndefined();
  expect(named.manifest.blobs.nodes).toEqual((await nameBlob(packed.buffers.nodes)).ref);
  expect(named.blobs.map((blob) => blob.ref.id)).toContain(named.manifest.blobs.texels?.id);
});

it('packs the same source to the same bytes', () => {
  expect(packScene(rich())).toEqual(packScene(rich()));
});

it('refuses manifests whose blobs do not fit their counts', async () => {
  const { manifest } = await nameScene(packScene(rich()));
  for (const role of ['nodes', 'triangles', 'shading', 'tables', 'texels'] as const) {
    const ref = manifest.blobs[role];
    const other = { ...manifest, blobs: { ...manifest.blobs, [role]: { id: ref?.id, bytes: (ref?.bytes ?? 0) + 4 } } };
    expect(v.is(SceneManifest, other), role).toBe(false);
  }
  expect(v.is(SceneManifest, { ...manifest, blobs: { ...manifest.blobs, texels: null } })).toBe(false);
  expect(v.is(SceneManifest, { ...manifest, stack: 65 })).toBe(false);
});

it('packs a scene of nothing, and one without materials', async () => {
  const empty = await nameScene(packScene(sceneOf([], [])));
  expect(v.is(SceneManifest, empty.manifest)).toBe(true);
  expect(empty.manifest.counts).toMatchObject({ triangles: 0, nodes: 1, materials: 1, lights: 0 });
  expect(empty.manifest.bounds).toEqual({ min: [0, 0, 0], max: [0, 0, 0] });
});

it('drops triangles that nothing can hit, and says so', () => {
  const bad = (positions: number[]) => ({
    positions,
    normals: new Array(9).fill(0),
    uvs: new Array(6).fill(0),
    indices: [0, 1, 2],
    material: 0,
  });
  const packed = packScene(
    sceneOf(
      [
        quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0),
        bad([0, 0, 0, 0, 0, 0, 0, 0, 0]),
        bad([0, 0, 0, 1, 1, 1, 2, 2, 2]),
        bad([0, 0, 0, Number.NaN, 1, 0, 0, 1, 0]),
        bad([0, 0, 0, Number.POSITIVE_INFINITY, 1, 0, 0, 1, 0]),
        bad([0, 0, 0, 1e20, 1, 0, 0, 1, 0]),
        bad([0, 0, 0, 1e-30, 0, 0, 0, 1e-30, 0]),
      ],
      [material({})],
    ),
  );
  expect(packed.manifest.counts.triangles).toBe(2);
  expect(packed.notes).toEqual([expect.stringContaining('6 of 8 triangles')]);
});

it('refuses indices that point outside', () => {
  const scene = sceneOf([quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0)], [material({})]);
  expect(() => packScene({ ...scene, indices: Uint32Array.of(0, 1, 9) })).toThrow(RangeError);
  expect(() => packScene({ ...scene, indices: Uint32Array.of(0, 1) })).toThrow(RangeError);
  expect(() => packScene({ ...scene, triangleMaterials: Uint32Array.of(0, 1) })).toThrow(RangeError);
  expect(() => packScene({ ...scene, triangleMaterials: Uint32Array.of(0) })).toThrow(RangeError);
  expect(() => packScene({ ...scene, uvs: new Float32Array(2) })).toThrow(RangeError);
  expect(() => packScene({ ...scene, materials: [material({ baseColorTexture: texture(3) })] })).toThrow(RangeError);
});

function metas(scene: ReturnType<typeof rich>) {
  const words = new Uint32Array(packScene(scene).buffers.triangles.buffer);
  return Array.from({ length: words.length / TRIANGLE_WORDS }, (_, i) => words[TRIANGLE_WORDS * i + 3] ?? 0);
}

it('marks single-sided triangles, and alpha only where it can let a ray through', () => {
  const one = (overrides: Parameters<typeof material>[0], alpha = 255) =>
    metas(sceneOf([quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0)], [material(overrides)], [image(alpha)]))[0] ?? 0;
  expect(one({}) & SINGLE_SIDED).not.toBe(0);
  expect(one({ doubleSided: true }) & SINGLE_SIDED).toBe(0);
  const tested = (overrides: Parameters<typeof material>[0], alpha?: number) =>
    (one(overrides, alpha) & ALPHA_TESTED) !== 0;
  expect(tested({ baseColor: [1, 1, 1, 0.2] })).toBe(false);
  expect(tested({ alphaMode: 'blend' })).toBe(false);
  expect(tested({ alphaMode: 'blend', baseColor: [1, 1, 1, 0.2] })).toBe(true);
  expect(tested({ alphaMode: 'blend', baseColorTexture: texture() }, 255)).toBe(false);
  expect(tested({ alphaMode: 'blend', baseColorTexture: texture() }, 128)).toBe(true);
  expect(tested({ alphaMode: 'mask', alphaCutoff: 0.5, baseColor: [1, 1, 1, 0.6] })).toBe(false);
  expect(tested({ alphaMode: 'mask', alphaCutoff: 0.5, baseColor: [1, 1, 1, 0.4] })).toBe(true);
});

it('lists every shining triangle by power, density over its area', () => {
  const scene = sceneOf(
    [
      quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 1),
      quad([5, 0, 0], [2, 0, 0], [0, 1, 0], 2),
      quad([9, 0, 0], [1, 0, 0], [0, 1, 0], 0),
    ],
    [material({}), material({ emissive: [1, 1, 1] }), material({ emissive: [3, 3, 3], doubleSided: true })],
  );
  const { manifest, buffers } = packScene(scene);
  expect(manifest.counts.lights).toBe(4);
  expect(manifest.lightPower).toBeCloseTo(1 + 2 * 3 * 2, 5);
  const at = 4 * (MATERIALS_AT + MATERIAL_WORDS * 3);
  const words = new Uint32Array(buffers.tables.buffer, at);
  const floats = new Float32Array(buffers.tables.buffer, at);
  const triangles = new Uint32Array(buffers.triangles.buffer);
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    const triangle = words[LIGHT_WORDS * i] ?? 0;
    expect(triangles[TRIANGLE_WORDS * triangle + 7]).toBe(i + 1);
    const big = ((triangles[TRIANGLE_WORDS * triangle + 3] ?? 0) & 0xffff) === 2;
    sum += (floats[LIGHT_WORDS * i + 3] ?? 0) * (big ? 1 : 0.5);
    expect(floats[LIGHT_WORDS * i + 3]).toBeCloseTo(big ? 6 / 13 : 0.5 / 13 / 0.5, 5);
  }
  expect(sum).toBeCloseTo(1, 5);
});

it('makes no light of what is black, has no area, or a black texture', () => {
  const black = { width: 1, height: 1, rgba: Uint8Array.of(0, 0, 0, 255) };
  const scene = sceneOf(
    box([0, 0, 0], [1, 1, 1], 0),
    [material({ emissive: [5, 5, 5], emissiveTexture: texture() })],
    [black],
  );
  expect(packScene(scene).manifest.counts.lights).toBe(0);
});

it('encodes normals to within a thousandth, and marks what is none', () => {
  for (const n of [
    [0, 1, 0],
    [0, 0, -1],
    [0.6, -0.48, -0.64],
    [-0.36, 0.48, 0.8],
    [-1, 0, 0],
  ]) {
    const word = octahedral(Float32Array.from(n), 0);
    const [u, w] = [((word << 16) >> 16) / 32_767, (word >> 16) / 32_767];
    let [x, y] = [u, w];
    const z = 1 - Math.abs(u) - Math.abs(w);
    if (z < 0) [x, y] = [(1 - Math.abs(w)) * (u < 0 ? -1 : 1), (1 - Math.abs(u)) * (w < 0 ? -1 : 1)];
    const length = Math.hypot(x, y, z);
    expect((x * (n[0] ?? 0) + y * (n[1] ?? 0) + z * (n[2] ?? 0)) / length).toBeGreaterThan(0.999_999);
  }
  expect(octahedral(Float32Array.of(0, 0, 0), 0)).toBe(NO_NORMAL);
  expect(octahedral(Float32Array.of(Number.NaN, 0, 1), 0)).toBe(NO_NORMAL);
});
