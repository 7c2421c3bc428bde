import type { Bytes } from '@tabgrid/protocol/bytes';
import { AssetError, reasonOf } from '../asset-error.js';

/** The two parts of a glTF file: the JSON, and the binary chunk that a .glb may carry. */
export interface Container {
  readonly json: unknown;
  readonly bin: Bytes | null;
}

/** Larger files are refused: 512 MiB. */
export const MAX_GLTF_BYTES = 512 * 1024 * 1024;

const GLB_MAGIC = 0x46546c67; // "glTF", little-endian
const CHUNK_JSON = 0x4e4f534a; // "JSON"
const CHUNK_BIN = 0x004e4942; // "BIN\0"

/**
 * Splits a .glb (glTF 2.0 §4.4: 12-byte header, then chunks of length, type and data) or takes a .gltf as its JSON.
 * @throws AssetError
 */
export function openContainer(file: Bytes): Container {
  if (file.byteLength === 0) throw new AssetError('The file is empty. Export it again.');
  if (file.byteLength > MAX_GLTF_BYTES) {
    const mebibytes = Math.ceil(file.byteLength / 1024 / 1024);
    throw new AssetError(
      `The file has ${mebibytes} MiB; up to 512 MiB can be read. Reduce its meshes or textures and export it again.`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength >= 4 && view.getUint32(0, true) === GLB_MAGIC) return openGlb(file, view);
  if (!looksLikeJson(file)) {
    throw new AssetError('This is not a glTF file: it begins with neither a GLB header nor JSON. Use a .glb or .gltf.');
  }
  return { json: parseJson(file), bin: null };
}

function openGlb(file: Bytes, view: DataView): Container {
  if (file.byteLength < 20) throw truncated(20, file.byteLength);
  const version = view.getUint32(4, true);
  if (version !== 2) throw new AssetError(`This is a GLB of version ${version}; export the model as glTF 2.0.`);
  const length = view.getUint32(8, true);
  if (length > file.byteLength) throw truncated(length, file.byteLength);
  let json: Bytes | null = null;
  let bin: Bytes | null = null;
  for (let offset = 12; offset + 8 <= length; ) {
    const chunkBytes = view.getUint32(offset, true);
    const type = view.getUint32(offset + 4, true);
    const start = offset + 8;
    if (start + chunkBytes > length) throw truncated(start + chunkBytes, length);
    if (type === CHUNK_JSON) json ??= file.subarray(start, start + chunkBytes);
    else if (type === CHUNK_BIN) bin ??= file.subarray(start, start + chunkBytes);
    offset = start + chunkBytes;
  }
  if (json === null) throw new AssetError('The GLB file is broken: it has no JSON chunk. Export it again.');
  return { json: parseJson(json), bin };
}

function truncated(expected: number, actual: number): AssetError {
  return new AssetError(
    `The file is truncated: it should have ${expected} bytes and has ${actual}. Download or copy it again.`,
  );
}

function looksLikeJson(file: Bytes): boolean {
  const head = new TextDecoder().decode(file.subarray(0, 256)).replace(/^\uFEFF/, '');
  return head.trimStart().startsWith('{');
}

function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new AssetError(`The glTF's JSON is broken (${reasonOf(error).slice(0, 120)}). Export the model again.`);
  }
}
