import type { Bytes } from '@tabgrid/protocol/bytes';
import { AssetError, reasonOf } from '../../asset-error.js';
import { broken, dangling } from '../broken.js';
import type { GltfJson } from '../schema.js';
import type { RawGltf } from './raw.js';

/**
 * EXT_meshopt_compression and its successor KHR_meshopt_compression: buffer views whose bytes are packed elsewhere. The
 * rules for strides and counts are the extensions'; the decoder does not check them.
 */

type Compressed = NonNullable<ReturnType<typeof compressionOf>>;

/** Bytes of all buffer views together, unpacked. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

function compressionOf(view: GltfJson['bufferViews'][number]) {
  return view.extensions?.KHR_meshopt_compression ?? view.extensions?.EXT_meshopt_compression;
}

/**
 * The same file with its packed buffer views unpacked, each into a buffer of its own. The decoder is loaded with the first
 * file that needs it.
 * @throws AssetError
 */
export async function unpackMeshopt({ json, buffers }: RawGltf): Promise<RawGltf> {
  if (!json.bufferViews.some(compressionOf)) return { json, buffers };
  checkSizes(json);
  const { MeshoptDecoder } = await import('meshoptimizer/decoder');
  await MeshoptDecoder.ready;
  const unpacked: Bytes[] = [];
  const bufferViews = json.bufferViews.map((view, i) => {
    const compressed = compressionOf(view);
    if (!compressed) return view;
    const source = sourceOf(`buffer view ${i}`, compressed, buffers);
    const target = new Uint8Array(compressed.count * compressed.byteStride);
    const { count, byteStride, mode, filter } = compressed;
    try {
      MeshoptDecoder.decodeGltfBuffer(target, count, byteStride, source, mode, filter);
    } catch (error) {
      const why = reasonOf(error).slice(0, 100);
      throw new AssetError(`Meshopt data in the model cannot be unpacked (${why}). Export the model again.`);
    }
    const buffer = json.buffers.length + unpacked.push(target) - 1;
    const stride = mode === 'ATTRIBUTES' ? { byteStride } : {};
    return { buffer, byteOffset: 0, byteLength: target.byteLength, ...stride };
  });
  return {
    json: { ...json, bufferViews, buffers: [...json.buffers, ...unpacked.map(({ byteLength }) => ({ byteLength }))] },
    buffers: [...buffers, ...unpacked],
  };
}

function checkSizes(json: GltfJson): void {
  let total = 0;
  json.bufferViews.forEach((view, i) => {
    const compressed = compressionOf(view);
    if (!compressed) return;
    const fault = faultOf(compressed);
    if (fault) throw broken(`buffer view ${i} has meshopt data ${fault}`);
    total += compressed.count * compressed.byteStride;
    if (total > MAX_UNPACKED_BYTES) throw broken('its meshopt data unpacks to more than 1 GiB');
  });
}

/** What of the extension's rules is not kept. */
function faultOf({ mode, count, byteStride, filter }: Compressed): string | null {
  const strides = (...allowed: number[]) => (allowed.includes(byteStride) ? null : `of a stride of ${byteStride}`);
  if (mode !== 'ATTRIBUTES') {
    if (filter !== 'NONE') return `of indices with the filter ${filter}`;
    if (mode === 'TRIANGLES' && count % 3 !== 0) return `of ${count} indices, which are no triangles`;
    return strides(2, 4);
  }
  if (byteStride % 4 !== 0 || byteStride < 4 || byteStride > 256) return `of a stride of ${byteStride}`;
  if (filter === 'OCTAHEDRAL' || filter === 'COLOR') return strides(4, 8);
  return filter === 'QUATERNION' ? strides(8) : null;
}

function sourceOf(where: string, { buffer, byteOffset, byteLength }: Compressed, buffers: readonly Bytes[]): Bytes {
  const bytes = buffers[buffer];
  if (!bytes) throw dangling(where, 'buffer', buffer);
  if (byteOffset + byteLength > bytes.byteLength) throw broken(`${where} reaches past its buffer`);
  return bytes.subarray(byteOffset, byteOffset + byteLength);
}
