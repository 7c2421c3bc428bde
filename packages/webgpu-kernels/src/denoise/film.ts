import type { Bytes } from '@tabgrid/protocol/bytes';

/**
 * The layout of what the denoiser reads and writes, for kernel, planners and coordinator alike. Little-endian 32-bit words.
 *
 *   radiance: RADIANCE_FLOATS floats a pixel of the window, row-major: linear RGB, the mean over the pixel's samples
 *   guides: GUIDE_FLOATS floats a pixel of the window, as the G-buffer kernel's surfaces (see gbuffer/film.ts)
 *   result: RADIANCE_FLOATS floats a pixel of the tile, row-major, linear RGB; then one canary word
 */

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const RADIANCE_FLOATS = 3;
const CANARY_BYTES = 4;

/** Name of the kernel's only output. */
export const PICTURE_OUTPUT = 'picture';

/** How far from a pixel others are taken into its mean. */
export const FILTER_RADIUS_PX = 8;
/** Half the side of the square in which a pixel's noise is measured. */
export const NOISE_RADIUS_PX = 3;
/** Half the side of the square over which light is smoothed before it is compared. */
export const SMOOTH_RADIUS_PX = 2;
/** How far from a pixel its result reaches: the noise of what is taken in is measured around it, against its neighbours. */
export const HALO_PX = FILTER_RADIUS_PX + SMOOTH_RADIUS_PX + NOISE_RADIUS_PX + 1;

/** What of a task's parameters decides its result's layout. */
export interface DenoisePart {
  readonly film: Size;
  /** What the inputs cover. */
  readonly window: Rect;
  readonly tile: Rect;
}

/** A rectangle with `by` pixels more on each side, as far as the film goes. */
export function grow(film: Size, rect: Rect, by: number): Rect {
  const x = Math.max(0, rect.x - by);
  const y = Math.max(0, rect.y - by);
  const right = Math.min(film.width, rect.x + rect.width + by);
  const bottom = Math.min(film.height, rect.y + rect.height + by);
  return { x, y, width: right - x, height: bottom - y };
}

/** The least that a tile's inputs have to cover. */
export function windowOf(film: Size, tile: Rect): Rect {
  return grow(film, tile, HALO_PX);
}

export function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

export function resultBytes({ tile }: Pick<DenoisePart, 'tile'>): number {
  return 4 * RADIANCE_FLOATS * tile.width * tile.height + CANARY_BYTES;
}

/** All pixels' RGB. A view where the bytes are aligned, else a copy. */
export function pixelsOf(part: Pick<DenoisePart, 'tile'>, result: Bytes): Float32Array {
  const bytes = resultBytes(part) - CANARY_BYTES;
  return result.byteOffset % 4 === 0
    ? new Float32Array(result.buffer, result.byteOffset, bytes / 4)
    : new Float32Array(result.slice(0, bytes).buffer);
}

/** The part of a result that a smaller task (a probe) within it would have given. @throws RangeError when it is not within */
export function cutResult(whole: DenoisePart, result: Bytes, part: DenoisePart): Bytes {
  if (!contains(whole.tile, part.tile)) throw new RangeError('the part does not lie within the whole');
  const pixelBytes = 4 * RADIANCE_FLOATS;
  const out = new Uint8Array(resultBytes(part));
  const row = part.tile.width * pixelBytes;
  for (let y = 0; y < part.tile.height; y++) {
    const pixel = (part.tile.y - whole.tile.y + y) * whole.tile.width + part.tile.x - whole.tile.x;
    out.set(result.subarray(pixel * pixelBytes, pixel * pixelBytes + row), y * row);
  }
  new DataView(out.buffer).setUint32(out.byteLength - CANARY_BYTES, canary(part), true);
  return out;
}

/**
 * The word that the shader itself writes after the pixels: a chained integer hash (lowbias32 by Chris Wellons) of what the
 * task is, so that neither a zeroed nor an older buffer passes. The shader computes the same.
 */
export function canary({ film, window, tile }: DenoisePart): number {
  const words = [film.width, film.height, window.x, window.y, window.width, window.height];
  words.push(tile.x, tile.y, tile.width, tile.height);
  let h = CANARY_SEED;
  for (const word of words) {
    h = (h ^ word) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x7feb_352d) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x846c_a68b) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
  }
  return h;
}

/** "deno" */
export const CANARY_SEED = 0x6465_6e6f;

/** The canary as it stands in a result. */
export function canaryOf(result: Bytes): number {
  return new DataView(result.buffer, result.byteOffset).getUint32(result.byteLength - CANARY_BYTES, true);
}
