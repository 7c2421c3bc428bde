import type { Bytes } from '@tabgrid/protocol/bytes';
import { broken } from '../broken.js';

const TRIANGULAR_MESH = 1;
const EDGEBREAKER = 1;
const HAS_METADATA = 0x8000;

/**
 * The number of triangles that Draco data claims to have, before any of it is decoded (Draco bitstream 2.2, the one that
 * KHR_draco_mesh_compression is for: header, then the connectivity's first numbers).
 * @throws AssetError
 */
export function dracoTriangles(data: Bytes): number {
  const magic = String.fromCharCode(...data.subarray(0, 5));
  if (magic !== 'DRACO' || data.byteLength < 11) throw broken('its Draco data does not begin like Draco data');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [major, minor] = [view.getUint8(5), view.getUint8(6)];
  if (major !== 2 || minor !== 2) throw broken(`its Draco data is of version ${major}.${minor} instead of 2.2`);
  if (view.getUint8(7) !== TRIANGULAR_MESH) throw broken('its Draco data holds no triangles');
  if ((view.getUint16(9, true) & HAS_METADATA) !== 0) throw broken('its Draco data holds metadata');
  if (view.getUint8(8) !== EDGEBREAKER) return varint(data, 11).value;
  // The kind of traversal, the number of vertices, and then that of triangles.
  return varint(data, varint(data, 12).next).value;
}

/** Seven bits a byte, lowest first, the eighth says that there are more. */
function varint(data: Bytes, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = data[at + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw broken('its Draco data is cut off');
}
