import { ImageUtils } from '@gltf-transform/core';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { ImageSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { AssetError, reasonOf } from '../asset-error.js';
import { downscale } from '../downscale.js';
import type { OpenGltf } from './open.js';
import { type ResourceLookup, readUri } from './resources.js';

/** Larger images are refused before they are decoded: 128 Mpx, 16,384 a side. */
const MAX_DECODED_PIXELS = 128 * 1024 * 1024;
const MAX_DECODED_SIDE_PX = 16_384;
/** Larger images are scaled down. */
const MAX_SIDE_PX = 4096;
/** All images together: 64 Mpx, which is 256 MiB of texels. Beyond it, the bound of a side is halved for all. */
const MAX_TOTAL_PIXELS = 64 * 1024 * 1024;
const MIN_SIDE_PX = 256;

/**
 * Decodes an image file to 8-bit RGBA as stored: no colour conversion, no premultiplication. Rejects with any Error
 * where it cannot.
 */
export type DecodeImage = (bytes: Bytes, mimeType: string) => Promise<ImageSource>;

export interface ImageTable {
  /** Takes an image of the file into the scene; null where the texture names none that can be used. */
  use(imageIndex: number): number | null;
  /** Reads and decodes each image that was taken, once, one after the other. @throws AssetError */
  decodeAll(): Promise<ImageSource[]>;
}

export interface ImageTableDeps {
  readonly gltf: OpenGltf;
  readonly decodeImage: DecodeImage;
  readonly resource: ResourceLookup | undefined;
  warn(warning: string): void;
}

interface Encoded {
  readonly name: string;
  readonly bytes: Bytes;
  readonly mimeType: string;
  readonly size: readonly [number, number] | null;
}

export function createImageTable(deps: ImageTableDeps): ImageTable {
  const taken: number[] = [];
  return {
    use(imageIndex) {
      if (!deps.gltf.json.images[imageIndex]) return null;
      const known = taken.indexOf(imageIndex);
      return known >= 0 ? known : taken.push(imageIndex) - 1;
    },
    async decodeAll() {
      const encoded = taken.map((index) => readEncoded(deps, index));
      const bound = sideBound(encoded);
      const images: ImageSource[] = [];
      for (const image of encoded) images.push(await decode(deps, image, bound));
      return images;
    },
  };
}

function readEncoded({ gltf, resource }: ImageTableDeps, index: number): Encoded {
  const image = gltf.json.images[index];
  const view = gltf.json.bufferViews[image?.bufferView ?? -1];
  let bytes: Bytes;
  if (view) {
    const buffer = gltf.buffers[view.buffer] ?? new Uint8Array(0);
    bytes = buffer.subarray(view.byteOffset, view.byteOffset + view.byteLength);
  } else if (image?.uri !== undefined) {
    bytes = readUri(image.uri, resource);
  } else {
    throw new AssetError(`The glTF is broken: image ${index} has no data. Export the model again.`);
  }
  const uriName = image?.uri?.startsWith('data:') ? undefined : image?.uri;
  const name = image?.name || uriName || `image ${index}`;
  const sniffed = sniffImageType(bytes);
  const mimeType = sniffed ?? image?.mimeType ?? 'application/octet-stream';
  return { name, bytes, mimeType, size: sniffed ? sizeOf(bytes, sniffed) : null };
}

/** An image's type by its first bytes, which are more reliable than what files declare; null when unknown. */
export function sniffImageType(bytes: Bytes): string | null {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'image/webp';
  if (/^....ftypavi[fs]/s.test(text)) return 'image/avif';
  if (text.startsWith('\xabKTX 20')) return 'image/ktx2';
  return null;
}

function sizeOf(bytes: Bytes, mimeType: string): readonly [number, number] | null {
  try {
    // A copy: the library reads on past the end of a view into a larger buffer.
    return ImageUtils.getSize(bytes.slice(), mimeType);
  } catch {
    return null; // broken or unusual: the decoder will say
  }
}

/** The largest side so that all images fit together; sizes that no header told count as nothing. */
function sideBound(images: readonly Encoded[]): number {
  for (let bound = MAX_SIDE_PX; bound > MIN_SIDE_PX; bound /= 2) {
    const pixels = images.reduce((sum, { size }) => sum + (size ? scaledPixels(size[0], size[1], bound) : 0), 0);
    if (pixels <= MAX_TOTAL_PIXELS) return bound;
  }
  return MIN_SIDE_PX;
}

function scaledPixels(width: number, height: number, bound: number): number {
  const factor = Math.max(1, Math.max(width, height) / bound);
  return (width / factor) * (height / factor);
}

async function decode({ decodeImage, warn }: ImageTableDeps, encoded: Encoded, bound: number): Promise<ImageSource> {
  const { name, bytes, mimeType, size } = encoded;
  if (size) refuseHuge(name, size[0], size[1]);
  let image: ImageSource;
  try {
    image = await decodeImage(bytes, mimeType);
  } catch (error) {
    throw new AssetError(
      `The texture "${name}" (${mimeType}) cannot be decoded: ${reasonOf(error).slice(0, 160)}. Export it as PNG or JPEG.`,
    );
  }
  const { width, height, rgba } = image;
  refuseHuge(name, width, height);
  if (!(width >= 1 && height >= 1) || rgba.byteLength !== width * height * 4) {
    throw new AssetError(`The texture "${name}" (${mimeType}) decodes to nothing. Export it as PNG or JPEG.`);
  }
  if (width <= bound && height <= bound) return image;
  const smaller = downscale(image, bound);
  warn(`The texture "${name}" of ${width}×${height} pixels is scaled down to ${smaller.width}×${smaller.height}.`);
  return smaller;
}

function refuseHuge(name: string, width: number, height: number): void {
  if (width <= MAX_DECODED_SIDE_PX && height <= MAX_DECODED_SIDE_PX && width * height <= MAX_DECODED_PIXELS) return;
  throw new AssetError(
    `The texture "${name}" has ${width}×${height} pixels; up to 16,384 a side and 128 megapixels are read. Scale it down.`,
  );
}
