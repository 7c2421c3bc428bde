import type { Bytes } from '@tabgrid/protocol/bytes';
import { AssetError, reasonOf } from '../../asset-error.js';
import { COMPONENTS, ELEMENT_SIZE } from '../accessor.js';
import { broken, dangling } from '../broken.js';
import type { GltfJson, GltfPrimitive } from '../schema.js';
import { dracoTriangles } from './draco-header.js';
import type { DracoModule, LoadDraco } from './draco-module.js';
import type { RawGltf } from './raw.js';

/** KHR_draco_mesh_compression: primitives whose triangles and attributes are packed together in one buffer view. */

/** Triangles of all packed primitives together. */
const MAX_TRIANGLES = 8_000_000;
/** Bytes of all accessors that are filled. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

type Accessor = GltfJson['accessors'][number];
type DecodedMesh = InstanceType<DracoModule['Mesh']>;

function compressionOf(primitive: GltfPrimitive) {
  return primitive.extensions?.KHR_draco_mesh_compression;
}

/**
 * The same file with its packed primitives unpacked, each accessor into a buffer of its own.
 * @throws AssetError
 */
export async function unpackDraco(raw: RawGltf, load: LoadDraco | undefined): Promise<RawGltf> {
  const packed = raw.json.meshes.flatMap(({ primitives }) => primitives.filter(compressionOf));
  if (packed.length === 0) return raw;
  let triangles = 0;
  const sources = packed.map((primitive) => {
    const source = sourceOf(raw, compressionOf(primitive)?.bufferView ?? -1);
    triangles += dracoTriangles(source);
    if (triangles > MAX_TRIANGLES) throw tooMany();
    return source;
  });
  const unpacker = createUnpacker(raw, await loaded(load));
  packed.forEach((primitive, i) => {
    const source = sources[i];
    if (source) unpacker.unpack(primitive, source);
  });
  return unpacker.result();
}

async function loaded(load: LoadDraco | undefined): Promise<DracoModule> {
  if (!load) {
    throw new AssetError(
      'The model is compressed with Draco, which cannot be unpacked here. Run "gltf-transform copy in.glb out.glb".',
    );
  }
  try {
    return await load();
  } catch (error) {
    throw new AssetError(
      `The decoder for Draco meshes cannot be loaded (${reasonOf(error).slice(0, 100)}). Try again.`,
    );
  }
}

function sourceOf({ json, buffers }: RawGltf, viewIndex: number): Bytes {
  const view = json.bufferViews[viewIndex];
  if (!view) throw dangling('a primitive', 'buffer view', viewIndex);
  const buffer = buffers[view.buffer];
  if (!buffer) throw dangling(`buffer view ${viewIndex}`, 'buffer', view.buffer);
  const end = view.byteOffset + view.byteLength;
  if (end > buffer.byteLength) throw broken(`buffer view ${viewIndex} reaches past its buffer`);
  return buffer.subarray(view.byteOffset, end);
}

function createUnpacker({ json, buffers }: RawGltf, draco: DracoModule) {
  const accessors = [...json.accessors];
  const added: Bytes[] = [];
  const filledFrom = new Map<number, string>();
  const unpacked = new Map<GltfPrimitive, GltfPrimitive>();
  let bytes = 0;

  /** Gives an accessor its data; two primitives may share it only where they share the packed data too. */
  const fill = (index: number, from: string, change: Pick<Accessor, 'count' | 'componentType'>, read: () => Bytes) => {
    const accessor = accessors[index];
    if (!accessor) throw dangling('a primitive', 'accessor', index);
    const before = filledFrom.get(index);
    if (before === from) return;
    if (before !== undefined) throw broken(`accessor ${index} is filled from two places`);
    filledFrom.set(index, from);
    bytes += change.count * ELEMENT_SIZE[accessor.type] * COMPONENTS[change.componentType].bytes;
    if (bytes > MAX_UNPACKED_BYTES) throw broken('its Draco data unpacks to more than 1 GiB');
    const bufferView = json.bufferViews.length + added.push(read()) - 1;
    const { type, normalized = false } = accessor;
    accessors[index] = { type, normalized, ...change, bufferView };
  };

  const unpackMesh = (primitive: GltfPrimitive, decoder: InstanceType<DracoModule['Decoder']>, mesh: DecodedMesh) => {
    const { attributes = {}, bufferView = -1 } = compressionOf(primitive) ?? {};
    for (const [semantic, id] of Object.entries(attributes)) {
      const index = primitive.attributes[semantic];
      const accessor = accessors[index ?? -1];
      if (index === undefined || !accessor) throw broken(`Draco data for ${semantic} has no accessor`);
      const attribute = decoder.GetAttributeByUniqueId(mesh, id);
      if (attribute.ptr === 0) throw broken(`its Draco data has no attribute ${id}`);
      if (attribute.num_components() !== ELEMENT_SIZE[accessor.type]) {
        throw broken(`its Draco data has another number of components than accessor ${index}`);
      }
      const { componentType } = accessor;
      const change = { count: mesh.num_points(), componentType };
      const size = change.count * ELEMENT_SIZE[accessor.type] * COMPONENTS[componentType].bytes;
      fill(index, `${bufferView} ${id}`, change, () =>
        copyOut(draco, size, (pointer) =>
          decoder.GetAttributeDataArrayForAllPoints(mesh, attribute, dataType(draco, componentType), size, pointer),
        ),
      );
    }
    const triangles = { count: mesh.num_faces() * 3, componentType: 5125 } as const;
    const indices = primitive.indices ?? accessors.push({ type: 'SCALAR', ...triangles }) - 1;
    const size = triangles.count * 4;
    fill(indices, `${bufferView}`, triangles, () =>
      copyOut(draco, size, (pointer) => decoder.GetTrianglesUInt32Array(mesh, size, pointer)),
    );
    // A list of triangles, also where a strip was packed.
    unpacked.set(primitive, { ...primitive, indices, mode: 4 });
  };

  return {
    unpack(primitive: GltfPrimitive, source: Bytes): void {
      try {
        const buffer = new draco.DecoderBuffer();
        const decoder = new draco.Decoder();
        const mesh = new draco.Mesh();
        buffer.Init(new Int8Array(source.buffer, source.byteOffset, source.byteLength), source.byteLength);
        const status = decoder.DecodeBufferToMesh(buffer, mesh);
        if (!status.ok()) throw new Error(status.error_msg());
        if (mesh.num_faces() > MAX_TRIANGLES) throw tooMany();
        unpackMesh(primitive, decoder, mesh);
        for (const object of [mesh, decoder, buffer]) draco.destroy(object);
      } catch (error) {
        if (error instanceof AssetError) throw error;
        throw new AssetError(
          `Draco data in the model cannot be unpacked (${reasonOf(error).slice(0, 100)}). Export the model again.`,
        );
      }
    },
    result(): RawGltf {
      const views = added.map(({ byteLength }, i) => ({ buffer: json.buffers.length + i, byteOffset: 0, byteLength }));
      return {
        json: {
          ...json,
          accessors,
          meshes: json.meshes.map((mesh) => ({
            ...mesh,
            primitives: mesh.primitives.map((primitive) => unpacked.get(primitive) ?? primitive),
          })),
          bufferViews: [...json.bufferViews, ...views],
          buffers: [...json.buffers, ...added.map(({ byteLength }) => ({ byteLength }))],
        },
        buffers: [...buffers, ...added],
      };
    },
  };
}

/** Lets `write` fill that many bytes of the decoder's memory, and copies them. */
function copyOut(draco: DracoModule, size: number, write: (pointer: number) => boolean): Bytes {
  const pointer = draco._malloc(size);
  if (pointer === 0 && size > 0) throw new Error('out of memory');
  if (!write(pointer)) throw new Error('the decoder refuses');
  const out = draco.HEAPU8.slice(pointer, pointer + size);
  draco._free(pointer);
  return out;
}

function dataType(draco: DracoModule, componentType: Accessor['componentType']): number {
  const types = {
    5120: draco.DT_INT8,
    5121: draco.DT_UINT8,
    5122: draco.DT_INT16,
    5123: draco.DT_UINT16,
    5125: draco.DT_UINT32,
    5126: draco.DT_FLOAT32,
  };
  return types[componentType];
}

function tooMany(): AssetError {
  return new AssetError(`The model has more than ${MAX_TRIANGLES / 1e6} million triangles. Simplify its meshes.`);
}
