import type { Bytes } from '@tabgrid/protocol/bytes';
import type { SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import fc from 'fast-check';
import { MeshoptEncoder } from 'meshoptimizer/encoder';
import { beforeAll, describe, expect, it } from 'vitest';
import { AssetError } from '../../asset-error.js';
import { loadDraco } from '../../draco-node.js';
import { readGltf } from '../../gltf.js';
import { createFixture, packGlb, splitGlb, TRIANGLE } from '../fixtures.js';
import type { LoadDraco } from './draco-module.js';
import { dracoSheet, meshoptSheet, plainSheet } from './packed-fixtures.js';

const noImages = () => Promise.reject(new Error('none'));
const open = (file: Bytes, load: LoadDraco | undefined = loadDraco) =>
  readGltf(file, { decodeImage: noImages, ...(load && { loadDraco: load }) });

/** Corners of a triangle with all that is known of each. */
type Triangle = readonly (readonly number[])[];

/** By their places on the sheet, which packers may change: triangles in order, each begun at its first corner. */
function trianglesOf({ indices, positions, normals, uvs, colors }: SceneSource): ReadonlyMap<string, Triangle> {
  const key = ([x = 0, y = 0]: readonly number[]) => `${Math.round(x * SIDE)},${Math.round(y * SIDE)}`;
  const corner = (i: number) =>
    [[positions, 3] as const, [normals, 3] as const, [uvs, 2] as const, [colors, 4] as const].flatMap(
      ([list, size]) => [...(list?.subarray(i * size, (i + 1) * size) ?? [])],
    );
  return new Map(
    Array.from({ length: indices.length / 3 }, (_, t) => {
      const corners = Array.from(indices.subarray(t * 3, t * 3 + 3), corner);
      const keys = corners.map(key);
      const first = keys.indexOf([...keys].sort()[0] ?? '');
      const turned = [...corners.slice(first), ...corners.slice(0, first)];
      return [turned.map(key).join(' '), turned];
    }),
  );
}

const SIDE = 8;
let plain: ReadonlyMap<string, Triangle> = new Map();
beforeAll(async () => {
  plain = trianglesOf((await open(await plainSheet(SIDE))).scene);
  expect(plain.size).toBe(2 * SIDE * SIDE);
});

/** Packing may cost a hundredth. */
function expectSheet(scene: SceneSource): void {
  const found = trianglesOf(scene);
  expect([...found.keys()].sort()).toEqual([...plain.keys()].sort());
  const differences = [...plain].flatMap(([key, triangle]) =>
    triangle.flat().map((x, i) => Math.abs(x - (found.get(key)?.flat()[i] ?? Infinity))),
  );
  expect(Math.max(...differences)).toBeLessThan(0.01);
}

describe('meshopt', () => {
  it.each(['quantize', 'filter'] as const)('unpacks what another writer packed (%s)', async (method) => {
    const { scene, warnings } = await open(await meshoptSheet(SIDE, method));
    expectSheet(scene);
    expect(warnings).toEqual([]);
  });

  /** A triangle whose positions are packed under the given extension. */
  async function packed(name: string, change: object = {}, accessor: object = {}) {
    await MeshoptEncoder.ready;
    const bytes = new Uint8Array(TRIANGLE.buffer);
    const fixture = createFixture();
    const source = MeshoptEncoder.encodeGltfBuffer(bytes, 3, 12, 'ATTRIBUTES');
    const view = fixture.json.bufferViews[fixture.view(source)];
    const extension = {
      buffer: 0,
      byteOffset: view?.['byteOffset'],
      byteLength: source.byteLength,
      byteStride: 12,
      count: 3,
      mode: 'ATTRIBUTES',
      ...change,
    };
    const bufferView =
      fixture.json.bufferViews.push({ buffer: 1, byteLength: 36, byteStride: 12, extensions: { [name]: extension } }) -
      1;
    const POSITION =
      fixture.json.accessors.push({ bufferView, componentType: 5126, count: 3, type: 'VEC3', ...accessor }) - 1;
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION } }] });
    fixture.json.nodes.push({ mesh: 0 });
    return fixture.glb([{ byteLength: 36, extensions: { [name]: { fallback: true } } }]);
  }

  it.each(['EXT_meshopt_compression', 'KHR_meshopt_compression'])('is read under the name %s', async (name) => {
    expect([...(await open(await packed(name))).scene.positions]).toEqual([...TRIANGLE]);
  });

  it.each([
    ['a stride that no attribute has', { byteStride: 10 }, /a stride of 10/],
    ['a stride of nothing', { byteStride: 0 }, /a stride of 0/],
    ['a stride past 256', { byteStride: 260 }, /a stride of 260/],
    [
      'indices that are no triangles',
      { mode: 'TRIANGLES', count: 4, byteStride: 4 },
      /4 indices, which are no triangles/,
    ],
    ['indices of 12 bytes', { mode: 'INDICES' }, /a stride of 12/],
    ['filtered indices', { mode: 'INDICES', byteStride: 4, filter: 'EXPONENTIAL' }, /the filter EXPONENTIAL/],
    ['quaternions of 12 bytes', { filter: 'QUATERNION' }, /a stride of 12/],
    ['normals of 12 bytes', { filter: 'OCTAHEDRAL' }, /a stride of 12/],
    ['more than there is', { byteLength: 4000 }, /buffer view 1 reaches past its buffer/],
    ['another buffer', { buffer: 7 }, /buffer view 1 refers to buffer 7/],
    ['the buffer that is missing', { buffer: 1 }, /reaches past its buffer/],
    ['a bomb', { count: 2 ** 40 }, /more than 1 GiB/],
    ['more elements than are packed', { count: 4000 }, /cannot be unpacked/],
    ['other bytes', { byteOffset: 2 }, /cannot be unpacked|reaches past/],
  ])('is refused with %s', async (_, change, message) => {
    const failure = open(await packed('EXT_meshopt_compression', change));
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(message);
  });

  it('does not hand out more than it unpacks', async () => {
    await expect(open(await packed('EXT_meshopt_compression', {}, { count: 4 }))).rejects.toThrow(
      /reaches past its buffer view/,
    );
  });
});

describe('Draco', () => {
  it.each(['edgebreaker', 'sequential'] as const)('unpacks what another writer packed (%s)', async (method) => {
    const { scene, warnings } = await open(await dracoSheet(SIDE, method));
    expectSheet(scene);
    expect(warnings).toEqual([]);
  });

  it('is loaded only for a file that needs it', async () => {
    let loads = 0;
    const counting = () => {
      loads++;
      return loadDraco();
    };
    await open(await plainSheet(2), counting);
    expect(loads).toBe(0);
    await open(await dracoSheet(2, 'sequential'), counting);
    expect(loads).toBe(1);
  });

  it('says what to do where there is no decoder, or it cannot be loaded', async () => {
    const file = await dracoSheet(2, 'sequential');
    await expect(readGltf(file, { decodeImage: noImages })).rejects.toThrow(/gltf-transform copy/);
    const offline = open(file, () => Promise.reject(new Error('no network')));
    await expect(offline).rejects.toThrow(AssetError);
    await expect(offline).rejects.toThrow(/cannot be loaded \(no network\)/);
  });

  /** A Draco file with other JSON or other packed bytes. */
  async function bent(change: (json: DracoJson, data: Bytes) => unknown) {
    const { json, bin } = splitGlb(await dracoSheet(4, 'edgebreaker'));
    const parsed: DracoJson = JSON.parse(json);
    const data = bin.slice();
    change(parsed, data);
    return packGlb(new TextEncoder().encode(JSON.stringify(parsed)), data);
  }
  interface DracoJson {
    meshes: { primitives: Record<string, unknown>[] }[];
    accessors: Record<string, unknown>[];
  }
  const primitive = (json: DracoJson) => {
    const found = json.meshes[0]?.primitives[0];
    if (!found) throw new Error('no primitive');
    return found;
  };
  const compress = (extension: object) => ({ extensions: { KHR_draco_mesh_compression: extension } });

  it('makes indices where the file names none, and takes the counts that were packed', async () => {
    const without = await bent((json) => delete primitive(json)['indices']);
    expect((await open(without)).scene.indices).toHaveLength(3 * 32);
    const other = await bent((json) => {
      for (const accessor of json.accessors) accessor['count'] = 1;
    });
    expect((await open(other)).scene.indices).toHaveLength(3 * 32);
  });

  const attributes = { POSITION: 0 };
  it.each<[string, (json: DracoJson, data: Bytes) => unknown, RegExp]>([
    ['a view that is not there', (j) => Object.assign(primitive(j), compress({ bufferView: 9, attributes })), /view 9/],
    [
      'an attribute that was not packed',
      (j) => Object.assign(primitive(j), compress({ bufferView: 0, attributes: { POSITION: 77 } })),
      /no attribute 77/,
    ],
    [
      'an attribute without an accessor',
      (j) => Object.assign(primitive(j), compress({ bufferView: 0, attributes: { TANGENT: 0 } })),
      /TANGENT has no accessor/,
    ],
    [
      'an accessor of another form',
      (j) => Object.assign(primitive(j), compress({ bufferView: 0, attributes: { POSITION: 2 } })),
      /another number of components/,
    ],
    [
      'an accessor that two primitives fill',
      (j) =>
        j.meshes[0]?.primitives.push({ ...primitive(j), ...compress({ bufferView: 0, attributes: { POSITION: 1 } }) }),
      /filled from two places/,
    ],
    ['other data', (_, data) => data.fill(7, 0, 5), /does not begin like Draco data/],
    ['an older version', (_, data) => data.set([1], 5), /version 1.2/],
    ['a cloud of points', (_, data) => data.set([0], 7), /holds no triangles/],
    ['metadata', (_, data) => data.set([0x80], 10), /holds metadata/],
    ['a bomb', (_, data) => data.set([0xff, 0xff, 0xff, 0x7f], 13), /more than 8 million triangles/],
    ['broken data', (_, data) => data.fill(0xaa, 30), /cannot be unpacked/],
  ])('is refused with %s', async (_, change, message) => {
    const failure = open(await bent(change));
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(message);
  });
});

/** Generous: hundreds of files, on a busy machine. */
describe('packed data with bits turned over', { timeout: 180_000 }, () => {
  it.each([
    ['meshopt', () => meshoptSheet(3, 'filter'), 300],
    ['Draco, edgebreaker', () => dracoSheet(3, 'edgebreaker'), 60],
    ['Draco, sequential', () => dracoSheet(3, 'sequential'), 60],
  ] as const)('is read or refused: %s', async (_, make, numRuns) => {
    const file = await make();
    const start = file.byteLength - splitGlb(file).bin.byteLength;
    const flips = fc.array(fc.tuple(fc.integer({ min: start, max: file.byteLength - 1 }), fc.nat(7)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(flips, async (chosen) => {
        const turned = file.slice();
        for (const [at, bit] of chosen) turned[at] = (turned[at] ?? 0) ^ (1 << bit);
        try {
          const { scene } = await open(turned);
          expect(scene.indices.every((index) => index < scene.positions.length / 3)).toBe(true);
        } catch (error) {
          if (!(error instanceof AssetError)) throw error;
        }
      }),
      { numRuns },
    );
  });
});
