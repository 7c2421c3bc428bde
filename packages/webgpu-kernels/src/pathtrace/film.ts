import type { Bytes } from '@tabgrid/protocol/bytes';

/**
 * The layout of a result, for kernel, planners and coordinator alike. Little-endian 32-bit words: for each sample block of
 * the task, for each pixel of the tile (row-major), PIXEL_FLOATS floats – sums of red, green, blue over the block's
 * samples, and the cost of these samples: traversal steps, and what shading took in steps – then one canary word.
 */

export const PIXEL_FLOATS = 4;
const CANARY_BYTES = 4;

/** Name of the kernel's only output. */
export const BLOCKS_OUTPUT = 'blocks';

/** What of a task's parameters decides its result's layout. */
export interface FilmPart {
  readonly film: { readonly width: number; readonly height: number };
  readonly tile: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly samples: { readonly first: number; readonly count: number; readonly block: number };
  readonly bounces: number;
  readonly seed: number;
}

/** Sample blocks that a task fills; the last one may hold fewer samples. */
export function blockCount(samples: FilmPart['samples']): number {
  return Math.ceil(samples.count / samples.block);
}

/** Index in the film of the task's first block. */
export function firstBlock(samples: FilmPart['samples']): number {
  return samples.first / samples.block;
}

/** Samples in the task's block `index`, counted from 0. */
export function samplesInBlock(samples: FilmPart['samples'], index: number): number {
  return Math.max(0, Math.min(samples.block, samples.count - index * samples.block));
}

export function resultBytes(part: Pick<FilmPart, 'tile' | 'samples'>): number {
  const pixels = part.tile.width * part.tile.height;
  return 4 * PIXEL_FLOATS * pixels * blockCount(part.samples) + CANARY_BYTES;
}

/** The floats of the task's block `index`: PIXEL_FLOATS a pixel. A view where the bytes are aligned, else a copy. */
export function blockFloats(part: Pick<FilmPart, 'tile' | 'samples'>, result: Bytes, index: number): Float32Array {
  const floats = PIXEL_FLOATS * part.tile.width * part.tile.height;
  const from = result.byteOffset + 4 * floats * index;
  return from % 4 === 0
    ? new Float32Array(result.buffer, from, floats)
    : new Float32Array(result.slice(4 * floats * index, 4 * floats * (index + 1)).buffer);
}

/** The part of a result that a smaller task (a probe) within it would have given. @throws RangeError when it is not within */
export function cutResult(whole: FilmPart, result: Bytes, part: FilmPart): Bytes {
  const dx = part.tile.x - whole.tile.x;
  const dy = part.tile.y - whole.tile.y;
  const blockOffset = firstBlock(part.samples) - firstBlock(whole.samples);
  const blocks = blockCount(part.samples);
  const fits =
    dx >= 0 &&
    dy >= 0 &&
    dx + part.tile.width <= whole.tile.width &&
    dy + part.tile.height <= whole.tile.height &&
    Number.isInteger(blockOffset) &&
    part.samples.block === whole.samples.block &&
    blockOffset >= 0 &&
    blockOffset + blocks <= blockCount(whole.samples) &&
    samplesInBlock(part.samples, blocks - 1) === samplesInBlock(whole.samples, blockOffset + blocks - 1);
  if (!fits) throw new RangeError('the part does not lie within the whole');
  const pixelBytes = 4 * PIXEL_FLOATS;
  const out = new Uint8Array(resultBytes(part));
  let at = 0;
  for (let b = 0; b < blocks; b++) {
    for (let y = 0; y < part.tile.height; y++) {
      const pixel = ((blockOffset + b) * whole.tile.height + dy + y) * whole.tile.width + dx;
      out.set(result.subarray(pixel * pixelBytes, (pixel + part.tile.width) * pixelBytes), at);
      at += part.tile.width * pixelBytes;
    }
  }
  new DataView(out.buffer).setUint32(at, canary(part), true);
  return out;
}

/**
 * The word that the shader itself writes after the sums: a chained integer hash (lowbias32 by Chris Wellons) of what the
 * task is, so that neither a zeroed nor an older buffer passes. film.wgsl computes the same.
 */
export function canary(part: FilmPart): number {
  const { film, tile, samples } = part;
  const words = [film.width, film.height, tile.x, tile.y, tile.width, tile.height];
  words.push(samples.first, samples.count, samples.block, part.bounces, part.seed);
  let h = 0x7461_6267; // "tabg"
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
