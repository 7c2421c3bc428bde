import { AssetError } from '../asset-error.js';
import { COMPONENTS, ELEMENT_SIZE } from './accessor.js';
import { broken, dangling } from './broken.js';
import { validateReferences } from './references.js';
import type { GltfJson } from './schema.js';

/**
 * Bounds the work and memory that a file can ask for, and checks that every index points at something. After this each
 * accessor lies inside its buffer, and no count is larger than the bytes behind it.
 */

/** Bytes of all accessors together, read as floats: they are copied out one by one, and may overlap in the file. */
const MAX_ACCESSOR_BYTES = 1024 * 1024 * 1024;

/** Of these, what no bytes in the file stand behind: accessors that are zero but for their sparse elements. */
const MAX_ZERO_BYTES = 64 * 1024 * 1024;

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
    const element = ELEMENT_SIZE[accessor.type] * COMPONENTS[accessor.componentType].bytes;
    const floats = accessor.count * ELEMENT_SIZE[accessor.type] * 4;
    total += floats;
    if (total > MAX_ACCESSOR_BYTES) throw broken('its accessors ask for more than 1 GiB');
    if (accessor.bufferView === undefined) {
      zeros += floats;
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
  const indexBytes = COMPONENTS[sparse.indices.componentType].bytes;
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
