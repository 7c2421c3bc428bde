import type { FilmView, TileView } from '@tabgrid/coordinator/api';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Millis } from '@tabgrid/protocol/ids';

/**
 * Brings a linear film onto an 8-bit raster, a little at a time, so that a big film never holds up the page.
 *
 * Invariants:
 * 1. The raster is cut into blocks; a block's `painted` is the film revision that it last showed.
 * 2. A block is stale while its `painted` is older than the newest revision seen. Nothing but stale blocks is painted.
 * 3. Blocks under tiles that were just accepted come first, the others follow in a round, so that each stale block is
 *    painted after at most one round, whatever arrives meanwhile.
 * 4. A film wider or higher than `MAX_RASTER_SIDE_PX` is averaged down in linear light before it is tone-mapped.
 */

/** More pixels than a stage shows, and a raster of 16 MiB at most. */
export const MAX_RASTER_SIDE_PX = 2048;

/** Side of a block in raster pixels: about a millisecond of tone mapping. */
export const BLOCK_PX = 64;

/** Tone-maps linear RGB to display-ready opaque RGBA, pixel by pixel. */
export type Shade = (rgb: Float32Array) => Bytes;

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Film pixels to one raster pixel, along each side. */
  readonly step: number;
}

/** The raster of a film: the film's own size up to the limit, else the film's divided by a whole number. */
export function rasterOf(filmWidth: number, filmHeight: number, maxSide = MAX_RASTER_SIDE_PX): Raster {
  const step = Math.max(1, Math.ceil(Math.max(filmWidth, filmHeight) / maxSide));
  return { width: Math.ceil(filmWidth / step), height: Math.ceil(filmHeight / step), step };
}

/** Receives one block of RGBA, opaque, `width` × `height`, for the place (x, y) of the raster. */
export type Put = (rgba: Bytes, x: number, y: number, width: number, height: number) => void;

export interface Painter {
  readonly raster: Raster;
  /** Takes note of a revision and of the tiles that stand in it. */
  note(revision: number, tiles: readonly TileView[]): void;
  /**
   * Paints stale blocks until the budget is spent, at least one.
   * @param sweepMs of it for blocks that no tile was seen to change
   * @returns how many blocks
   */
  paint(film: Pick<FilmView, 'width' | 'height' | 'rgb'>, budgetMs: Millis, sweepMs?: Millis): number;
  /** Everything has to be shaded anew. */
  restyle(): void;
  stale(): boolean;
}

export interface PainterDeps {
  readonly shade: Shade;
  readonly put: Put;
  readonly now: () => Millis;
}

export function createPainter(filmWidth: number, filmHeight: number, deps: PainterDeps): Painter {
  const raster = rasterOf(filmWidth, filmHeight);
  const columns = Math.ceil(raster.width / BLOCK_PX);
  const rows = Math.ceil(raster.height / BLOCK_PX);
  const painted = new Float64Array(columns * rows).fill(-1);
  const scratch = new Float32Array(BLOCK_PX * BLOCK_PX * 3);
  let revision = -1;
  // A new job's film begins to count again: what was painted when is told by a count of our own.
  let generation = 0;
  let staleBlocks = 0;
  let cursor = 0;
  const urgent: number[] = [];
  let accepted = new Map<string, number>();

  function blocksUnder(tile: TileView): number[] {
    const side = BLOCK_PX * raster.step;
    const blocks: number[] = [];
    const lastRow = Math.min(rows - 1, Math.floor((tile.y + tile.height - 1) / side));
    const lastColumn = Math.min(columns - 1, Math.floor((tile.x + tile.width - 1) / side));
    for (let row = Math.max(0, Math.floor(tile.y / side)); row <= lastRow; row++) {
      for (let column = Math.max(0, Math.floor(tile.x / side)); column <= lastColumn; column++) {
        blocks.push(row * columns + column);
      }
    }
    return blocks;
  }

  function nextUrgent(): number | null {
    for (let block = urgent.pop(); block !== undefined; block = urgent.pop()) {
      if ((painted[block] ?? generation) < generation) return block;
    }
    return null;
  }

  function nextInRound(): number | null {
    for (let looked = 0; looked < painted.length; looked++) {
      const block = cursor;
      cursor = (cursor + 1) % painted.length;
      if ((painted[block] ?? generation) < generation) return block;
    }
    return null;
  }

  function paintBlock(block: number, film: Pick<FilmView, 'width' | 'height' | 'rgb'>): void {
    const x0 = (block % columns) * BLOCK_PX;
    const y0 = Math.floor(block / columns) * BLOCK_PX;
    const width = Math.min(BLOCK_PX, raster.width - x0);
    const height = Math.min(BLOCK_PX, raster.height - y0);
    const light = scratch.subarray(0, width * height * 3);
    average(film, raster.step, x0, y0, width, height, light);
    deps.put(deps.shade(light), x0, y0, width, height);
    painted[block] = generation;
    staleBlocks--;
  }

  return {
    raster,
    note(next, tiles) {
      const now = new Map<string, number>();
      for (const tile of tiles) {
        if (tile.state !== 'accepted') continue;
        const key = `${tile.x},${tile.y},${tile.width},${tile.height}`;
        now.set(key, tile.volunteer);
        if (accepted.get(key) !== tile.volunteer) urgent.push(...blocksUnder(tile));
      }
      accepted = now;
      if (next === revision) return;
      revision = next;
      generation++;
      staleBlocks = painted.length;
    },
    paint(film, budgetMs, sweepMs = budgetMs) {
      const end = deps.now() + budgetMs;
      let count = 0;
      const spend = (next: () => number | null, until: Millis): void => {
        while (staleBlocks > 0 && (count === 0 || deps.now() < until)) {
          const block = next();
          if (block === null) return;
          paintBlock(block, film);
          count++;
        }
      };
      spend(nextUrgent, end);
      spend(nextInRound, Math.min(end, deps.now() + sweepMs));
      return count;
    },
    restyle() {
      generation++;
      staleBlocks = painted.length;
    },
    stale: () => staleBlocks > 0,
  };
}

/** Averages `step` × `step` film pixels (fewer at the edges) to each raster pixel of a block. */
function average(
  film: Pick<FilmView, 'width' | 'height' | 'rgb'>,
  step: number,
  x0: number,
  y0: number,
  width: number,
  height: number,
  out: Float32Array,
): void {
  const { rgb } = film;
  let at = 0;
  for (let y = y0; y < y0 + height; y++) {
    const filmEndY = Math.min(film.height, (y + 1) * step);
    for (let x = x0; x < x0 + width; x++) {
      const filmEndX = Math.min(film.width, (x + 1) * step);
      let r = 0;
      let g = 0;
      let b = 0;
      for (let fy = y * step; fy < filmEndY; fy++) {
        for (let i = (fy * film.width + x * step) * 3; i < (fy * film.width + filmEndX) * 3; i += 3) {
          r += rgb[i] ?? 0;
          g += rgb[i + 1] ?? 0;
          b += rgb[i + 2] ?? 0;
        }
      }
      const share = 1 / ((filmEndY - y * step) * (filmEndX - x * step));
      out[at++] = r * share;
      out[at++] = g * share;
      out[at++] = b * share;
    }
  }
}
