import type { Bytes } from '@tabgrid/protocol/bytes';
import { MAX_TEXTURE_SIDE_PX } from './layout.js';
import type { ImageSource } from './scene-source.js';

/** Images as the texel store takes them: what is of one colour shrinks to a texel, what is too large is halved. */

/** sRGB byte → linear 0…1 (IEC 61966-2-1). */
export const SRGB_TO_LINEAR: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
});

function linearToSrgb(x: number): number {
  return Math.round(255 * (x <= 0.0031308 ? x * 12.92 : 1.055 * x ** (1 / 2.4) - 0.055));
}

export interface StoredImage {
  readonly image: ImageSource;
  /** First texel. */
  readonly at: number;
  /** Mean linear RGB, decoded from sRGB. */
  readonly mean: readonly [number, number, number];
  /** Whether every texel's alpha is 255. */
  readonly opaque: boolean;
}

export interface TexelStore {
  readonly texels: Bytes;
  /** In the order of the images given; the same image object is stored once. */
  readonly images: readonly StoredImage[];
  readonly notes: readonly string[];
}

/**
 * @param images what is used, with whether its RGB is sRGB-encoded (so that halving averages light, not codes)
 * @throws RangeError when an image's bytes do not fit its size
 */
export function storeTexels(images: readonly { image: ImageSource; srgb: boolean }[], budgetBytes: number): TexelStore {
  const shrunk = images.map(({ image, srgb }) => {
    if (image.width < 1 || image.height < 1 || image.rgba.length !== 4 * image.width * image.height) {
      throw new RangeError(`an image of ${image.width} × ${image.height} with ${image.rgba.length} bytes`);
    }
    return { image: ofOneColour(image) ? { width: 1, height: 1, rgba: image.rgba.slice(0, 4) } : image, srgb };
  });
  let halved = 0;
  for (;;) {
    const total = shrunk.reduce((sum, { image }) => sum + image.rgba.length, 0);
    const largest = Math.max(0, ...shrunk.map(({ image }) => image.rgba.length));
    const tooWide = shrunk.some(({ image }) => Math.max(image.width, image.height) > MAX_TEXTURE_SIDE_PX);
    if ((total <= budgetBytes && !tooWide) || largest <= 4) break;
    for (const entry of shrunk) {
      const { width, height, rgba } = entry.image;
      const over = Math.max(width, height) > MAX_TEXTURE_SIDE_PX || (total > budgetBytes && rgba.length === largest);
      if (!over) continue;
      entry.image = halve(entry.image, entry.srgb);
      halved++;
    }
  }
  const texels = new Uint8Array(shrunk.reduce((sum, { image }) => sum + image.rgba.length, 0));
  let at = 0;
  const stored = shrunk.map(({ image }): StoredImage => {
    texels.set(image.rgba, at);
    const first = at / 4;
    at += image.rgba.length;
    return { image, at: first, ...summary(image) };
  });
  const budget = Math.round(budgetBytes / 2 ** 20);
  return {
    texels,
    images: stored,
    notes: halved === 0 ? [] : [`textures were halved ${halved} times, to fit ${budget} MiB`],
  };
}

function ofOneColour({ rgba }: ImageSource): boolean {
  for (let i = 4; i < rgba.length; i++) if (rgba[i] !== rgba[i & 3]) return false;
  return true;
}

/** Half the size (rounded down, at least 1) by averaging; a last odd row or column joins its neighbour. */
function halve({ width, height, rgba }: ImageSource, srgb: boolean): ImageSource {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const out = new Uint8Array(4 * w * h);
  for (let y = 0; y < h; y++) {
    const [top, bottom] = [Math.floor((y * height) / h), Math.floor(((y + 1) * height) / h)];
    for (let x = 0; x < w; x++) {
      const [left, right] = [Math.floor((x * width) / w), Math.floor(((x + 1) * width) / w)];
      const sum = [0, 0, 0, 0];
      for (let sy = top; sy < bottom; sy++) {
        for (let sx = left; sx < right; sx++) {
          for (let c = 0; c < 4; c++) {
            const byte = rgba[4 * (sy * width + sx) + c] ?? 0;
            sum[c] = (sum[c] ?? 0) + (srgb && c < 3 ? (SRGB_TO_LINEAR[byte] ?? 0) : byte);
          }
        }
      }
      const texels = (bottom - top) * (right - left);
      for (let c = 0; c < 4; c++) {
        const mean = (sum[c] ?? 0) / texels;
        out[4 * (y * w + x) + c] = srgb && c < 3 ? linearToSrgb(mean) : Math.round(mean);
      }
    }
  }
  return { width: w, height: h, rgba: out };
}

function summary({ rgba }: ImageSource): Pick<StoredImage, 'mean' | 'opaque'> {
  const sum: [number, number, number] = [0, 0, 0];
  let opaque = true;
  for (let i = 0; i < rgba.length; i += 4) {
    sum[0] += SRGB_TO_LINEAR[rgba[i] ?? 0] ?? 0;
    sum[1] += SRGB_TO_LINEAR[rgba[i + 1] ?? 0] ?? 0;
    sum[2] += SRGB_TO_LINEAR[rgba[i + 2] ?? 0] ?? 0;
    opaque &&= rgba[i + 3] === 255;
  }
  const texels = rgba.length / 4;
  return { mean: [sum[0] / texels, sum[1] / texels, sum[2] / texels], opaque };
}
