import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import { zlibSync } from 'fflate';
import { filterRows } from './png-filters.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const [RGB, RGBA] = [2, 6] as const;

/**
 * An sRGB PNG (3rd edition) of 8 bits a channel. Opaque pictures are written as RGB.
 * @param rgba rows from the top, not premultiplied
 * @throws RangeError when the length is not width × height × 4, or a side is 0
 */
export function encodePng(width: number, height: number, rgba: Uint8Array): Bytes {
  if (!(width >= 1 && height >= 1) || rgba.byteLength !== width * height * 4) {
    throw new RangeError(`a picture of ${width}×${height} pixels does not have ${rgba.byteLength} bytes`);
  }
  const opaque = isOpaque(rgba);
  const channels = opaque ? 3 : 4;
  const rows = filterRows(opaque ? withoutAlpha(rgba) : rgba, width * channels, channels);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, opaque ? RGB : RGBA], 8);
  return concatBytes([
    SIGNATURE,
    chunk('IHDR', header),
    // Perceptual intent (§11.3.2.5).
    chunk('sRGB', Uint8Array.of(0)),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Length, type, data, and the CRC of the latter two (§5.3). */
function chunk(type: string, data: Uint8Array): Bytes {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffff_ffff) >>> 0;
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
