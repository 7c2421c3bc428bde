import { AssetError } from '../asset-error.js';
import type { GltfJson } from './schema.js';

/**
 * Bounds the work and memory that a file can ask for, and checks that every index points at something. After this the
 * library may be handed the JSON: each accessor lies inside its buffer, and no count is larger than the bytes behind it.
 */

/** Bytes of all accessors together: they are copied out one by one, and may overlap in the file. */
const MAX_ACCESSOR_BYTES = 1024 * 1024 * 1024;

/** Of these, what no bytes in the file stand behind: accessors that are zero but for their sparse elements. */
const MAX_ZERO_BYTES = 64 * 1024 * 1024;

const COMPONENT_BYTES: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
const ELEMENT_SIZE = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 } as const;

type Accessor = GltfJson['accessors'][number];

/** @throws AssetError naming the first thing that is wrong */
export function validateGltf(json: GltfJson, bufferBytes: readonly number[]): void {
  validateBuffers(json, bufferBytes);
  validateAccessors(json);
  validateReferences(json);
}

function validateBuffers(json: GltfJson, bufferBytes: readonly number[]): void {
  json.buffers.forEach((buffer, i) => {
    const actual = bufferBytes[i] ?? 0;
    if (actual < buffer.byteLength) {
      throw new AssetError(
        `The model's data is truncated: buffer ${i} should have ${buffer.byteLength} bytes and has ${actual}. Copy or export the file again.`,
      );
    }
  });
  json.bufferViews.forEach((view, i) => {
    const buffer = json.buffers[view.buffer];
    if (!buffer) throw dangling(`buffer view ${i}`, 'buffer', view.buffer);
    if (view.byteOffset + view.byteLength > buffer.byteLength) throw broken(`buffer view ${i} reaches past its buffer`);
  });
}

function validateAccessors(json: GltfJson): void {
  let [total, zeros] = [0, 0];
  json.accessors.forEach((accessor, i) => {
    const where = `accessor ${i}`;
    const element = ELEMENT_SIZE[accessor.type] * (COMPONENT_BYTES[accessor.componentType] ?? 4);
    total += accessor.count * element;
    if (total > MAX_ACCESSOR_BYTES) throw broken('its accessors ask for more than 1 GiB');
    if (accessor.bufferView === undefined) {
      zeros += accessor.count * element;
      if (zeros > MAX_ZERO_BYTES) throw broken('its accessors ask for more than 64 MiB of zeros');
    } else {
      checkExtent(json, where, accessor.bufferView, accessor.byteOffset ?? 0, accessor.count, element);
    }
    if (accessor.sparse) checkSparse(json, where, accessor, accessor.sparse, element);
  });
}

function checkSparse(
  json: GltfJson,
  where: string,
  accessor: Accessor,
  sparse: NonNullable<Accessor['sparse']>,
  element: number,
): void {
  if (sparse.count > accessor.count) throw broken(`${where} replaces more elements than it has`);
  const indexBytes = COMPONENT_BYTES[sparse.indices.componentType] ?? 4;
  checkExtent(json, where, sparse.indices.bufferView, sparse.indices.byteOffset, sparse.count, indexBytes);
  checkExtent(json, where, sparse.values.bufferView, sparse.values.byteOffset, sparse.count, element);
}

function checkExtent(
  json: GltfJson,
  where: string,
  viewIndex: number,
  byteOffset: number,
  count: number,
  element: number,
): void {
  const view = json.bufferViews[viewIndex];
  if (!view) throw dangling(where, 'buffer view', viewIndex);
  const stride = view.byteStride ?? element;
  if (stride < element) throw broken(`${where} has elements of ${element} bytes at a stride of ${stride}`);
  if (count > 0 && byteOffset + (count - 1) * stride + element > view.byteLength) {
    throw broken(`${where} reaches past its buffer view`);
  }
}

function validateReferences(json: GltfJson): void {
  const check = (where: string, what: string, index: number | undefined, list: readonly unknown[]) => {
    if (index !== undefined && index >= list.length) throw dangling(where, what, index);
  };
  check('the file', 'scene', json.scene, json.scenes);
  json.scenes.forEach((scene, i) => {
    for (const node of scene.nodes) check(`scene ${i}`, 'node', node, json.nodes);
  });
  json.nodes.forEach((node, i) => {
    const where = `node ${i}`;
    for (const child of node.children) check(where, 'node', child, json.nodes);
    check(where, 'mesh', node.mesh, json.meshes);
    check(where, 'camera', node.camera, json.cameras);
    check(where, 'skin', node.skin, json.skins);
    const instancing = node.extensions?.EXT_mesh_gpu_instancing?.attributes ?? {};
    for (const accessor of Object.values(instancing)) check(where, 'accessor', accessor, json.accessors);
  });
  json.meshes.forEach((mesh, i) => {
    const where = `mesh ${i}`;
    for (const primitive of mesh.primitives) {
      check(where, 'material', primitive.material, json.materials);
      check(where, 'accessor', primitive.indices, json.accessors);
      for (const accessor of Object.values(primitive.attributes)) check(where, 'accessor', accessor, json.accessors);
      for (const target of primitive.targets ?? []) {
        for (const accessor of Object.values(target)) check(where, 'accessor', accessor, json.accessors);
      }
    }
  });
  json.skins.forEach((skin, i) => {
    for (const joint of skin.joints) check(`skin ${i}`, 'node', joint, json.nodes);
    check(`skin ${i}`, 'accessor', skin.inverseBindMatrices, json.accessors);
  });
  json.materials.forEach((material, i) => {
    const pbr = material.pbrMetallicRoughness;
    const textures = [
      pbr?.baseColorTexture,
      pbr?.metallicRoughnessTexture,
      material.emissiveTexture,
      material.normalTexture,
    ];
    for (const texture of textures) check(`material ${i}`, 'texture', texture?.index, json.textures);
  });
  json.textures.forEach((texture, i) => {
    const where = `texture ${i}`;
    check(where, 'sampler', texture.sampler, json.samplers);
    check(where, 'image', texture.source, json.images);
    check(where, 'image', texture.extensions?.EXT_texture_webp?.source, json.images);
    check(where, 'image', texture.extensions?.EXT_texture_avif?.source, json.images);
  });
  json.images.forEach((image, i) => {
    check(`image ${i}`, 'buffer view', image.bufferView, json.bufferViews);
  });
}

function broken(what: string): AssetError {
  return new AssetError(`The glTF is broken: ${what}. Export the model again.`);
}

function dangling(where: string, what: string, index: number): AssetError {
  return broken(`${where} refers to ${what} ${index}, which does not exist`);
}
