import type { Bytes } from '@tabgrid/protocol/bytes';
import type { ImageSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { type DecodedPng, decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';

/**
 * Image decoding in Node, for tests and tools: PNG and JPEG. Pages use `decode-browser.ts`.
 * @throws Error for other types and broken files
 */
export async function decodeImage(bytes: Bytes, mimeType: string): Promise<ImageSource> {
  if (mimeType === 'image/png') return fromPng(decodePng(bytes, { checkCrc: true }));
  if (mimeType === 'image/jpeg') {
    const image = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true, maxMemoryUsageInMB: 2048 });
    return { width: image.width, height: image.height, rgba: new Uint8Array(image.data) };
  }
  throw new Error(`no decoder for ${mimeType}`);
}

/** Any PNG as 8-bit RGBA: palettes and transparency resolved, 16 bits cut to their upper 8, low depths widened. */
function fromPng(png: DecodedPng): ImageSource {
  const { width, height, depth, channels, palette } = png;
  const rgba = new Uint8Array(width * height * 4);
  const samples = depth < 8 ? unpack(png) : png.data;
  const toByte = (sample: number) =>
    depth === 16 ? sample >> 8 : depth < 8 ? Math.round((sample * 255) / (2 ** depth - 1)) : sample;
  for (let i = 0; i < width * height; i++) {
    const pixel = Array.from({ length: channels }, (_, c) => samples[i * channels + c] ?? 0);
    rgba.set(
      palette ? paletteColor(palette[pixel[0] ?? 0]) : color(pixel.map(toByte), isTransparent(png, pixel)),
      i * 4,
    );
  }
  return { width, height, rgba };
}

function color(pixel: readonly number[], transparent: boolean): number[] {
  const [a = 0, b = 0, c = 0, d = 255] = pixel;
  if (pixel.length === 1) return [a, a, a, transparent ? 0 : 255];
  if (pixel.length === 2) return [a, a, a, b];
  return [a, b, c, transparent ? 0 : d];
}

function paletteColor(entry: readonly number[] | undefined): number[] {
  const [r = 0, g = 0, b = 0, a = 255] = entry ?? [];
  return [r, g, b, a];
}

function isTransparent({ transparency, channels }: DecodedPng, pixel: readonly number[]): boolean {
  return transparency !== undefined && channels !== 2 && channels !== 4 && pixel.every((s, c) => s === transparency[c]);
}

/** Samples of 1, 2 or 4 bits: rows begin at whole bytes. */
function unpack({ width, height, depth, data }: DecodedPng): Uint8Array {
  const out = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  for (let i = 0; i < out.length; i++) {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)] ?? 0;
    out[i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
  return out;
}
