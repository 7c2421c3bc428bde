import type { PixelRect, RenderRun } from '@tabgrid/protocol/records';
import { luminance } from '@tabgrid/webgpu-kernels/pathtrace/luminance';
import { unionOf } from '../spatial/coverage.js';
import type { Film } from './film.js';
import { afterRun, runBetween } from './samples.js';

/**
 * How noisy a picture is, and which parts of it get more samples: rounds of samples go where the error is, until all of the
 * picture is as good as it was to be. Cells are squares of one grid over the film, so that what is decided depends on the
 * film alone: neither on tiles nor on who rendered them.
 *
 * A pixel's error is told from its blocks of samples: with blocks of n_b samples and sums s_b, of n samples and the sum s
 * together, σ² = (Σ s_b² ÷ n_b − s² ÷ n) ÷ (blocks − 1) is one sample's variance, without a bias where samples are independent,
 * and σ² ÷ n the mean's. Samples of a Sobol sequence err less, so that a picture is rather better than it is said to be. Where
 * to stop is decided from the samples themselves, which is slightly biased (Kirk and Arvo 1991): a cell that looks clean
 * beside a noisy one goes on with it (in the spirit of Dammertz et al. 2010).
 */

/** Least and most that can be asked for: below, 32-bit sums tell nothing; at the most, nearly everything will do. */
export const NOISE_TARGETS = { min: 0.002, max: 1 } as const;

/** Samples a pixel before anything is said of noise: two blocks. */
export const FIRST_SAMPLES = 32;

/** Cells along a picture's longer side, and their least side in pixels. */
const CELLS_ALONG = 32;
const LEAST_CELL_PX = 16;

/** A cell's error counts in relation to its own light, or to so much of the whole picture's mean where it is darker. */
const DARK = 0.1;

/** A cell that is clean goes on beside one that is so many times as noisy as it may be. */
const NOISY_NEIGHBOUR = 2;

/** A round multiplies a cell's samples by so much at most: what was measured with few samples is a guess. */
const MOST_GROWTH = 4;

export interface NoiseGoal {
  /** Standard error of a pixel's luminance relative to the light around it, 0.002 to 1. */
  readonly target: number;
  /** Samples a pixel at most. */
  readonly most: number;
}

type Size = Pick<Film, 'width' | 'height'>;

export interface NoiseMap {
  readonly cells: readonly NoiseCell[];
  readonly columns: number;
}

interface NoiseCell {
  readonly rect: PixelRect;
  /** Root mean square of its pixels' standard errors, relative to the light; infinite where too few samples are there to tell. */
  readonly noise: number;
  /** What it is relative to: mean luminance. */
  readonly light: number;
}

/** What of a picture is how good. */
export interface NoiseView {
  /** Root mean square over the picture. */
  readonly level: number;
  /** Share of the picture that is as good as it was to be. */
  readonly met: number;
}

export function noiseMap(film: Film): NoiseMap {
  const { rects, columns } = cellsOf(film);
  const mean = lightIn(film, { x: 0, y: 0, width: film.width, height: film.height });
  const cells = rects.map((rect): NoiseCell => {
    const light = Math.max(lightIn(film, rect), DARK * mean);
    const error = errorIn(film, rect);
    return { rect, light, noise: error > 0 ? error / light : 0 };
  });
  return { cells, columns };
}

function cellsOf({ width, height }: Size): { readonly rects: readonly PixelRect[]; readonly columns: number } {
  const side = Math.max(LEAST_CELL_PX, 8 * Math.ceil(Math.max(width, height) / CELLS_ALONG / 8));
  const rects: PixelRect[] = [];
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      rects.push({ x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) });
    }
  }
  return { rects, columns: Math.ceil(width / side) };
}

/** Mean luminance. */
function lightIn({ rgb, width }: Film, rect: PixelRect): number {
  let sum = 0;
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    for (let i = 3 * (y * width + rect.x); i < 3 * (y * width + rect.x + rect.width); i += 3) {
      sum += luminance(rgb[i] ?? 0, rgb[i + 1] ?? 0, rgb[i + 2] ?? 0);
    }
  }
  return sum / (rect.width * rect.height);
}

/** Root mean square of the pixels' standard errors. */
function errorIn({ sums, squares, counts, blocks, width }: Film, rect: PixelRect): number {
  let sum = 0;
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    for (let i = y * width + rect.x; i < y * width + rect.x + rect.width; i++) {
      const [n, b] = [counts[i] ?? 0, blocks[i] ?? 0];
      if (b < 2) return Number.POSITIVE_INFINITY;
      const s = luminance(sums[3 * i] ?? 0, sums[3 * i + 1] ?? 0, sums[3 * i + 2] ?? 0);
      sum += Math.max(0, ((squares[i] ?? 0) - (s * s) / n) / (b - 1) / n);
    }
  }
  return Math.sqrt(sum / (rect.width * rect.height));
}

export function noiseView({ cells }: NoiseMap, target: number): NoiseView {
  let [all, met, squares] = [0, 0, 0];
  for (const { rect, noise } of cells) {
    const area = areaOf(rect);
    all += area;
    if (noise <= target) met += area;
    squares += area * noise * noise;
  }
  return { level: Math.sqrt(squares / all), met: met / all };
}

export interface Further {
  /** None when the picture is as good as it was to be, or has all the samples that it may have. */
  readonly runs: readonly RenderRun[];
  /** Samples, of all pixels together, that are likely to be wanted after these. */
  readonly later: number;
}

/** @param before all runs so far, whose samples are in the film */
export function furtherRuns({ cells, columns }: NoiseMap, before: readonly RenderRun[], goal: NoiseGoal): Further {
  const wanted = new Map<string, { first: number; until: number; rects: PixelRect[] }>();
  let later = 0;
  for (const [i, { rect, noise }] of cells.entries()) {
    const around = neighbours(cells, columns, i);
    const noisy = Math.max(noise, around / NOISY_NEIGHBOUR);
    const first = nextSample(before, rect);
    if (noisy <= goal.target || first >= goal.most) continue;
    // Errors fall as 1/√N.
    const enough = Math.min(goal.most, first * Math.min(MOST_GROWTH ** 2, (noisy / goal.target) ** 2));
    const until = Math.min(goal.most, levelFor(first, enough));
    const key = `${first} ${until}`;
    const found = wanted.get(key);
    if (found) found.rects.push(rect);
    else wanted.set(key, { first, until, rects: [rect] });
    later += areaOf(rect) * Math.max(0, enough - until);
  }
  const runs = [...wanted.values()]
    .sort((a, b) => a.first - b.first || a.until - b.until)
    .map(({ first, until, rects }) => ({ samples: runBetween(first, until), rects: unionOf(rects) }));
  return { runs, later };
}

/** So many more samples for every pixel, whatever it has. */
export function moreOfEach(film: Size, before: readonly RenderRun[], spp: number): readonly RenderRun[] {
  const wanted = new Map<number, PixelRect[]>();
  for (const rect of cellsOf(film).rects) {
    const first = nextSample(before, rect);
    wanted.set(first, [...(wanted.get(first) ?? []), rect]);
  }
  return [...wanted]
    .sort(([a], [b]) => a - b)
    .map(([first, rects]) => ({ samples: runBetween(first, first + spp), rects: unionOf(rects) }));
}

/** Samples that a cell has next: a level above those that it has, and a later one where more are surely wanted. */
function levelFor(first: number, enough: number): number {
  const most = Math.min(enough, MOST_GROWTH * first);
  let level = levelAbove(first);
  for (let next = levelAbove(level); next <= most; next = levelAbove(next)) level = next;
  return level;
}

/** 32, 48, 64, 96, 128, 192, …: what lies between two of them is one block, or a few. */
function levelAbove(samples: number): number {
  for (let power = FIRST_SAMPLES; ; power *= 2) {
    if (power > samples) return power;
    if (1.5 * power > samples) return 1.5 * power;
  }
}

/** The number with which a cell's next samples begin. Every run takes all of a cell or nothing of it. */
function nextSample(runs: readonly RenderRun[], { x, y }: PixelRect): number {
  const own = runs.filter(({ rects }) => rects?.some((rect) => holds(rect, x, y)) ?? true);
  return Math.max(0, ...own.map(({ samples }) => afterRun(samples)));
}

function neighbours(cells: readonly NoiseCell[], columns: number, i: number): number {
  const column = i % columns;
  let most = 0;
  for (const dy of [-columns, 0, columns]) {
    for (const dx of [-1, 0, 1]) {
      if (column + dx < 0 || column + dx >= columns) continue;
      most = Math.max(most, cells[i + dy + dx]?.noise ?? 0);
    }
  }
  return most;
}

const holds = (rect: PixelRect, x: number, y: number): boolean =>
  x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;

const areaOf = ({ width, height }: PixelRect): number => width * height;
