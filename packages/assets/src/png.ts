import { type Bytes, bytesOf, concatBytes } from '@tabgrid/protocol/bytes';
import { encode } from 'fast-png';

/** Signature and IHDR: what has to come before the sRGB chunk. */
const HEAD_BYTES = 33;

/** The whole sRGB chunk (PNG 3rd edition §11.3.2.5) for perceptual intent: length 1, type, 0, CRC-32 of type and data. */
const SRGB_CHUNK = Uint8Array.of(0, 0, 0, 1, 0x73, 0x52, 0x47, 0x42, 0, 0xae, 0xce, 0x1c, 0xe9);

/**
 * An sRGB PNG of 8 bits a channel. Opaque pictures are written as RGB.
 * @param rgba rows from the top, not premultiplied
 * @throws RangeError when the length is not width × height × 4, or a side is 0
 */
export function encodePng(width: number, height: number, rgba: Uint8Array): Bytes {
  if (!(width >= 1 && height >= 1) || rgba.byteLength !== width * height * 4) {
    throw new RangeError(`a picture of ${width}×${height} pixels does not have ${rgba.byteLength} bytes`);
  }
  const opaque = isOpaque(rgba);
  const png = encode(
    { width, height, channels: opaque ? 3 : 4, depth: 8, data: opaque ? withoutAlpha(rgba) : rgba },
    { zlib: { level: 6 } },
  );
  return concatBytes([bytesOf(png).subarray(0, HEAD_BYTES), SRGB_CHUNK, png.subarray(HEAD_BYTES)]);
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
