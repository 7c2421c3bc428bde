import type { Bytes } from '@tabgrid/protocol/bytes';

/**
 * The layout of a result, for kernel, planners and coordinator alike. Little-endian 32-bit words: for each pixel of the tile
 * (row-major) SURFACE_FLOATS floats and, where the task asks for costs, COST_FLOATS more; then one canary word. Every number
 * is the mean over the pixel's camera rays; what a ray that hits nothing would have is 0, but for the depth, which is the mean
 * over those that hit.
 *
 *   surface: base colour RGB (linear), depth (m along the ray), shading normal XYZ (world space, towards the viewer), share of
 *     rays that hit anything
 *   cost: traversal steps (boxes and triangles met); material (see `material` in the shader); lights that can shine on the
 *     point; bounces to expect beyond it
 */

export const SURFACE_FLOATS = 8;
export const COST_FLOATS = 4;
const CANARY_BYTES = 4;

/** Name of the kernel's only output. */
export const PIXELS_OUTPUT = 'pixels';

/** Places of the numbers within a pixel. */
export const AT = {
  colour: 0,
  depth: 3,
  normal: 4,
  hit: 7,
  steps: 8,
  material: 9,
  lights: 10,
  bounces: 11,
} as const;

/** What of a task's parameters decides its result's layout. */
export interface GbufferPart {
  readonly film: { readonly width: number; readonly height: number };
  readonly tile: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly samples: { readonly first: number; readonly count: number };
  readonly costs: boolean;
  readonly bounces: number;
  readonly seed: number;
}

export function pixelFloats({ costs }: Pick<GbufferPart, 'costs'>): number {
  return costs ? SURFACE_FLOATS + COST_FLOATS : SURFACE_FLOATS;
}

export function resultBytes(part: Pick<GbufferPart, 'tile' | 'costs'>): number {
  return 4 * pixelFloats(part) * part.tile.width * part.tile.height + CANARY_BYTES;
}

/** All pixels' floats. A view where the bytes are aligned, else a copy. */
export function pixelsOf(part: Pick<GbufferPart, 'tile' | 'costs'>, result: Bytes): Float32Array {
  const floats = (resultBytes(part) - CANARY_BYTES) / 4;
  return result.byteOffset % 4 === 0
    ? new Float32Array(result.buffer, result.byteOffset, floats)
    : new Float32Array(result.slice(0, 4 * floats).buffer);
}

/** The part of a result that a smaller task (a probe) within it would have given. @throws RangeError when it is not within */
export function cutResult(whole: GbufferPart, result: Bytes, part: GbufferPart): Bytes {
  const dx = part.tile.x - whole.tile.x;
  const dy = part.tile.y - whole.tile.y;
  const fits =
    dx >= 0 &&
    dy >= 0 &&
    dx + part.tile.width <= whole.tile.width &&
    dy + part.tile.height <= whole.tile.height &&
    part.costs === whole.costs &&
    part.samples.first === whole.samples.first &&
    part.samples.count === whole.samples.count;
  if (!fits) throw new RangeError('the part does not lie within the whole');
  const pixelBytes = 4 * pixelFloats(part);
  const out = new Uint8Array(resultBytes(part));
  for (let y = 0; y < part.tile.height; y++) {
    const from = ((dy + y) * whole.tile.width + dx) * pixelBytes;
    out.set(result.subarray(from, from + part.tile.width * pixelBytes), y * part.tile.width * pixelBytes);
  }
  new DataView(out.buffer).setUint32(out.byteLength - CANARY_BYTES, canary(part), true);
  return out;
}

/**
 * The word that the shader itself writes after the pixels: a chained integer hash (lowbias32 by Chris Wellons) of what the
 * task is, so that neither a zeroed nor an older buffer passes. gbuffer.wgsl computes the same.
 */
export function canary({ film, tile, samples, costs, bounces, seed }: GbufferPart): number {
  const words = [film.width, film.height, tile.x, tile.y, tile.width, tile.height];
  words.push(samples.first, samples.count, costs ? 1 : 0, bounces, seed);
  let h = 0x6762_7566; // "gbuf"
  for (const word of words) {
    h = (h ^ word) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x7feb_352d) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x846c_a68b) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
  }
  return h;
}

/** The canary as it stands in a result. */
export function canaryOf(result: Bytes): number {
  return new DataView(result.buffer, result.byteOffset).getUint32(result.byteLength - CANARY_BYTES, true);
}
