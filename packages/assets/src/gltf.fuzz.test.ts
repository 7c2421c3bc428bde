import type { Bytes } from '@tabgrid/protocol/bytes';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AssetError } from './asset-error.js';
import { decodeImage } from './decode-node.js';
import { addAttribute, createFixture, packGlb, splitGlb, triangleFixture } from './gltf/fixtures.js';
import { readGltf } from './gltf.js';
import { encodePng } from './png.js';

/** A small file that uses as much of the format as fits: what is broken below is broken everywhere in it. */
function richFile(): Bytes {
  const fixture = triangleFixture({ material: 0 }, { skin: 0, weights: [0.5] });
  const add = (semantic: string, data: Float32Array | Uint8Array, type: 'VEC2' | 'VEC3' | 'VEC4', more = {}) =>
    addAttribute(fixture, semantic, fixture.accessor(data, type, more));
  add('NORMAL', Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1), 'VEC3');
  add('TEXCOORD_0', Uint8Array.of(0, 0, 255, 0, 0, 255), 'VEC2', { normalized: true });
  add('COLOR_0', Float32Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0), 'VEC3');
  add('JOINTS_0', Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0), 'VEC4');
  add('WEIGHTS_0', Float32Array.of(1, 0, 0, 0, 0.5, 0.5, 0, 0, 1, 0, 0, 0), 'VEC4');
  const png = encodePng(2, 1, Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 128));
  fixture.json.images.push({ bufferView: fixture.view(png), mimeType: 'image/png' });
  fixture.json.samplers.push({ wrapS: 33071 });
  fixture.json.textures.push({ source: 0, sampler: 0 });
  fixture.json.materials.push({
    pbrMetallicRoughness: { baseColorTexture: { index: 0, extensions: { KHR_texture_transform: { scale: [2, 2] } } } },
    emissiveFactor: [1, 1, 1],
    extensions: { KHR_materials_emissive_strength: { emissiveStrength: 3 } },
  });
  fixture.json.materials.push({
    normalTexture: { index: 0, scale: 0.5, texCoord: 1 },
    extensions: {
      KHR_materials_ior: { ior: 1.4 },
      KHR_materials_transmission: { transmissionFactor: 0.5, transmissionTexture: { index: 0 } },
      KHR_materials_volume: { thicknessFactor: 1, attenuationDistance: 2, attenuationColor: [1, 0.5, 0.5] },
      KHR_materials_clearcoat: { clearcoatFactor: 0.5, clearcoatNormalTexture: { index: 0 } },
      KHR_materials_sheen: { sheenColorFactor: [1, 1, 1], sheenRoughnessFactor: 0.5 },
      KHR_materials_specular: { specularFactor: 0.5, specularColorTexture: { index: 0 } },
      KHR_materials_iridescence: { iridescenceFactor: 1, iridescenceThicknessTexture: { index: 0 } },
    },
  });
  const inverseBindMatrices = fixture.accessor(
    Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    'MAT4',
  );
  fixture.json.skins.push({ joints: [6, 7], inverseBindMatrices });
  fixture.json.cameras.push(
    { type: 'perspective', perspective: { yfov: 1, znear: 0.1 } },
    { type: 'orthographic', orthographic: { xmag: 1, ymag: 1, znear: 0, zfar: 1 } },
  );
  const spot = { innerConeAngle: 0.1, outerConeAngle: 0.5 };
  const lights = [
    { type: 'point', range: 3 },
    { type: 'spot', spot },
    { type: 'directional', intensity: 2 },
  ];
  Object.assign(fixture.json, { extensions: { KHR_lights_punctual: { lights } } });
  const TRANSLATION = fixture.accessor(Float32Array.of(0, 0, 0, 1, 1, 1), 'VEC3');
  const indices = fixture.accessor(Uint8Array.of(0, 1, 2, 1), 'SCALAR');
  fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: 0 }, indices, mode: 5 }] });
  // Large enough to be instanced, and of the material with all the layers.
  const shell = { POSITION: 0, NORMAL: 1, TEXCOORD_0: 2, TEXCOORD_1: 2, TANGENT: 0 };
  shell.TANGENT = fixture.accessor(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1), 'VEC4');
  const corners = fixture.accessor(
    Uint8Array.from({ length: 64 * 3 }, (_, i) => i % 3),
    'SCALAR',
  );
  fixture.json.meshes.push({ primitives: [{ attributes: shell, indices: corners, material: 1 }] });
  const light = (index: number) => ({ extensions: { KHR_lights_punctual: { light: index } } });
  fixture.json.nodes.push(
    { mesh: 2, translation: [0, 0, 5] },
    { mesh: 2, scale: [2, 2, 2] },
    { camera: 1, ...light(0) },
    light(1),
    light(2),
    { children: [7], translation: [1, 0, 0] },
    { camera: 0, rotation: [0, 0, 0, 1] },
    { mesh: 1, extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION } } } },
  );
  const keys = fixture.accessor(Float32Array.of(0, 0.5, 1), 'SCALAR');
  const turns = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0), 'VEC4');
  const curve = fixture.accessor(
    Float32Array.from({ length: 27 }, (_, i) => i % 5),
    'VEC3',
  );
  fixture.json.animations.push({
    samplers: [
      { input: keys, output: turns },
      { input: keys, output: curve, interpolation: 'CUBICSPLINE' },
    ],
    channels: [
      { sampler: 0, target: { node: 1, path: 'rotation' } },
      { sampler: 1, target: { node: 6, path: 'translation' } },
      { sampler: 1, target: { node: 4, path: 'scale' } },
    ],
  });
  return fixture.glb();
}

/** Read, or refused with an AssetError; then what was read is whole. */
async function readOrRefuse(file: Bytes): Promise<'read' | 'refused'> {
  try {
    const { scene } = await readGltf(file, { decodeImage, time: 0.3 });
    const vertices = scene.positions.length / 3;
    expect(scene.indices.every((index) => index < vertices)).toBe(true);
    for (const list of [scene.positions, scene.normals, scene.uvs, scene.uvs1, scene.tangents, scene.colors]) {
      expect(list?.every(Number.isFinite) ?? true).toBe(true);
    }
    for (const [list, size] of [
      [scene.uvs, 2],
      [scene.uvs1, 2],
      [scene.tangents, 4],
      [scene.colors, 4],
    ] as const) {
      if (list) expect(list).toHaveLength(vertices * size);
    }
    for (const { firstTriangle, triangleCount, transforms } of scene.instances ?? []) {
      expect(firstTriangle + triangleCount).toBeLessThanOrEqual(scene.indices.length / 3);
      expect(transforms.every(Number.isFinite)).toBe(true);
    }
    expect(scene.triangleMaterials.every((material) => material < scene.materials.length)).toBe(true);
    expect(scene.triangleMaterials).toHaveLength(scene.indices.length / 3);
    return 'read';
  } catch (error) {
    if (!(error instanceof AssetError)) throw error;
    return 'refused';
  }
}

/** Generous: hundreds of files, on a busy machine. */
describe('a broken file', { timeout: 180_000 }, () => {
  const file = richFile();
  const { json, bin } = splitGlb(file);

  beforeAll(async () => expect(await readOrRefuse(file)).toBe('read'));

  it('is refused when cut off, wherever', async () => {
    for (let length = 0; length < file.byteLength; length += length < 64 ? 1 : 7) {
      expect(await readOrRefuse(file.slice(0, length))).toBe('refused');
    }
  });

  it('is read or refused with bits turned over', async () => {
    const flips = fc.array(fc.tuple(fc.nat(file.byteLength - 1), fc.nat(7)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(flips, async (chosen) => {
        const bent = file.slice();
        for (const [at, bit] of chosen) bent[at] = (bent[at] ?? 0) ^ (1 << bit);
        await readOrRefuse(bent);
      }),
      { numRuns: 400 },
    );
  });

  it('is read or refused with any number of its JSON replaced', async () => {
    const spots = [...json.matchAll(/(?<=[:[,])-?\d+(\.\d+)?(?=[,\]}])/g)];
    const odd = fc.constantFrom(
      '-1',
      '0',
      '1',
      '2',
      '7',
      '255',
      '65536',
      '1e9',
      '4294967296',
      '1e300',
      '0.5',
      'null',
      '"x"',
      '[]',
      '{}',
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(spots.length - 1), odd, async (chosen, value) => {
        const spot = spots[chosen];
        if (!spot) return;
        const bent = json.slice(0, spot.index) + value + json.slice(spot.index + spot[0].length);
        await readOrRefuse(packGlb(new TextEncoder().encode(bent), bin));
      }),
      { numRuns: 400 },
    );
  });

  it('is read or refused with any JSON at all', async () => {
    const anything = fc.record({ asset: fc.constant({ version: '2.0' }), nodes: fc.anything(), meshes: fc.anything() });
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, fc.object()), async (value) => {
        await readOrRefuse(packGlb(new TextEncoder().encode(JSON.stringify(value) ?? ''), bin));
      }),
      { numRuns: 200 },
    );
  });

  it('does not grow: many views of one buffer are counted before they are copied', async () => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(new Float32Array(3 * 30_000), 'VEC3');
    const accessor = fixture.json.accessors[POSITION] ?? {};
    for (let i = 0; i < 4000; i++) fixture.json.accessors.push({ ...accessor });
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION } }] });
    fixture.json.nodes.push({ mesh: 0 });
    await expect(readGltf(fixture.glb(), { decodeImage })).rejects.toThrow(/more than 1 GiB/);
  });
});
