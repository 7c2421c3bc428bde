import { type Bytes, bytesOf, sha256Hex } from '@tabgrid/protocol/bytes';
import type { PixelRect, SampleRun } from '@tabgrid/protocol/records';
import { blockCount, blockFloats, PIXEL_FLOATS, samplesInBlock } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { luminance } from '@tabgrid/webgpu-kernels/pathtrace/luminance';

/**
 * The film: a fold of accepted results.
 *
 * 1. A pixel's sums are those of its blocks 0, 1, 2, … added in this order in 32-bit floats, whatever the order in which
 *    results came: a block that comes early waits in `pending`.
 * 2. A block is added to a pixel once: a repeated or overlapping result changes nothing.
 * 3. So the film is a function of the set of results, and can be rebuilt from them, or have one taken out.
 * 4. `rgb` is always sums ÷ counts, and 0 where there is no sample.
 */
export interface Film {
  readonly width: number;
  readonly height: number;
  /** RGB sums, row-major. */
  readonly sums: Float32Array<ArrayBuffer>;
  /** What its samples cost, summed; see the kernel. */
  readonly cost: Float32Array<ArrayBuffer>;
  /** Samples in `sums`, a pixel. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Blocks in `sums`, a pixel, and Σ (luminance of a block's sum)² ÷ its samples: what the pixel's noise is told from. */
  readonly blocks: Uint32Array<ArrayBuffer>;
  readonly squares: Float32Array<ArrayBuffer>;
  /** Number of the sample with which the next block begins that the pixel takes. */
  readonly next: Uint32Array<ArrayBuffer>;
  /** Linear RGB means, row-major; a live view that later results change. */
  readonly rgb: Float32Array<ArrayBuffer>;
  /** Results with a block that came before an earlier one of the same pixel, by key. */
  readonly pending: Map<string, FilmResult>;
}

/** One accepted result, valid by its kernel's `fault`. */
export interface FilmResult {
  /** Of its task. */
  readonly key: string;
  readonly tile: PixelRect;
  readonly samples: SampleRun;
  readonly result: Bytes;
}

/** An empty film. @throws RangeError when the memory for it cannot be had */
export function createFilm(width: number, height: number): Film {
  const pixels = width * height;
  return {
    width,
    height,
    sums: new Float32Array(3 * pixels),
    cost: new Float32Array(pixels),
    counts: new Uint32Array(pixels),
    blocks: new Uint32Array(pixels),
    squares: new Float32Array(pixels),
    next: new Uint32Array(pixels),
    rgb: new Float32Array(3 * pixels),
    pending: new Map(),
  };
}

/** Adds a result. @returns the same film. @throws RangeError for a tile that does not lie within it */
export function addResult(film: Film, result: FilmResult): Film {
  const { tile } = result;
  if (tile.x + tile.width > film.width || tile.y + tile.height > film.height) {
    throw new RangeError(`a tile at ${tile.x}, ${tile.y} does not lie within ${film.width} × ${film.height} pixels`);
  }
  const { moved, whole } = fold(film, result);
  if (!whole) film.pending.set(result.key, result);
  if (moved) foldPending(film, tile);
  return film;
}

/** Adds what waited for this part of the film, as long as anything moves: a part of a result may have its turn before the rest. */
function foldPending(film: Film, part: PixelRect): void {
  for (let again = true; again && film.pending.size > 0; ) {
    again = false;
    for (const [key, waiting] of film.pending) {
      if (!intersect(part, waiting.tile)) continue;
      const { moved, whole } = fold(film, waiting);
      if (whole) film.pending.delete(key);
      again ||= moved;
    }
  }
}

/** Adds the blocks whose turn it is. @returns whether there was any, and whether nothing of the result has to wait */
function fold(film: Film, { tile, samples, result }: FilmResult): { readonly moved: boolean; readonly whole: boolean } {
  const { first, block } = samples;
  let moved = false;
  let whole = true;
  for (let b = 0; b < blockCount(samples); b++) {
    const floats = blockFloats({ tile, samples }, result, b);
    const count = samplesInBlock(samples, b);
    for (let y = 0; y < tile.height; y++) {
      for (let x = 0; x < tile.width; x++) {
        const pixel = (tile.y + y) * film.width + tile.x + x;
        const next = film.next[pixel] ?? 0;
        const begin = first + b * block;
        if (next === begin) {
          addBlock(film, pixel, floats, PIXEL_FLOATS * (y * tile.width + x), count);
          film.next[pixel] = begin + block;
          moved = true;
        } else if (next < begin) {
          whole = false;
        }
      }
    }
  }
  return { moved, whole };
}

function addBlock(film: Film, pixel: number, from: Float32Array, at: number, count: number): void {
  const samples = (film.counts[pixel] ?? 0) + count;
  film.counts[pixel] = samples;
  film.blocks[pixel] = (film.blocks[pixel] ?? 0) + 1;
  const light = luminance(from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0);
  film.squares[pixel] = (film.squares[pixel] ?? 0) + (light * light) / count;
  film.cost[pixel] = (film.cost[pixel] ?? 0) + (from[at + 3] ?? 0);
  for (let c = 0; c < 3; c++) {
    // Storing into a Float32Array rounds the sum of two floats correctly, as 32-bit addition does.
    film.sums[3 * pixel + c] = (film.sums[3 * pixel + c] ?? 0) + (from[at + c] ?? 0);
    film.rgb[3 * pixel + c] = (film.sums[3 * pixel + c] ?? 0) / samples;
  }
}

/**
 * Takes a result out.
 * @param others all other results that were added; those that touch its tile are folded anew there
 */
export function removeResult(film: Film, removed: Omit<FilmResult, 'result'>, others: Iterable<FilmResult>): Film {
  if (film.pending.delete(removed.key)) {
    // Some of its blocks may have had their turn.
    if (removed.samples.first >= largestNext(film, removed.tile)) return film;
  }
  clear(film, removed.tile);
  for (const other of others) {
    if (other.key !== removed.key && intersect(removed.tile, other.tile)) addResult(film, other);
  }
  return film;
}

function largestNext(film: Film, tile: PixelRect): number {
  let largest = 0;
  for (let y = tile.y; y < tile.y + tile.height; y++) {
    for (let x = tile.x; x < tile.x + tile.width; x++) {
      largest = Math.max(largest, film.next[y * film.width + x] ?? 0);
    }
  }
  return largest;
}

function clear(film: Film, tile: PixelRect): void {
  for (let y = tile.y; y < tile.y + tile.height; y++) {
    const from = y * film.width + tile.x;
    const to = from + tile.width;
    film.sums.fill(0, 3 * from, 3 * to);
    film.rgb.fill(0, 3 * from, 3 * to);
    film.cost.fill(0, from, to);
    film.counts.fill(0, from, to);
    film.blocks.fill(0, from, to);
    film.squares.fill(0, from, to);
    film.next.fill(0, from, to);
  }
}

function intersect(a: PixelRect, b: PixelRect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Linear RGB, row-major from the top: each pixel's mean over the samples that it has. A live view. */
export function filmRgb(film: Film): Float32Array<ArrayBuffer> {
  return film.rgb;
}

/** SHA-256 of `filmRgb` as 32-bit little-endian floats: equal for equal pictures, however they were cut. */
export async function filmSha256(film: Film): Promise<string> {
  // Every engine that has WebGPU runs on little-endian machines.
  return await sha256Hex(bytesOf(film.rgb));
}
