import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { PixelRect, SampleRun } from '@tabgrid/protocol/records';
import { resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import type { GridState } from '../planner.js';
import { intersection, unionOf } from '../spatial/coverage.js';
import { type AmountIn, amounts, type Density } from '../spatial/density.js';
import { splitRect } from '../spatial/split.js';
import { fromTheMiddle, spiralTiles } from '../spatial/tiles.js';
import { chooseCut, LEAST_SIDE_PX, MOST_TASKS } from './cut.js';
import { splitRun } from './samples.js';
import { paceOf, taskSizes } from './sizes.js';

/** From what of a picture is to be rendered to parts, one a task. Nothing here can change a bit of the picture. */

/** What a task computes of the picture. */
export interface Part {
  readonly tile: PixelRect;
  readonly samples: SampleRun;
}

export interface PricedPart extends Part {
  readonly units: number;
}

/** Pixels of which the same samples are wanted. */
export interface Region {
  readonly samples: SampleRun;
  /** They do not overlap. */
  readonly rects: readonly PixelRect[];
}

export interface Cutting {
  readonly width: number;
  readonly height: number;
  /** Tile side that the owner asked for; null leaves the choice. */
  readonly tile: number | null;
  /** Mean work units of one sample of one pixel. */
  readonly unitsASample: number;
  /** What samples cost where; null while nobody knows. */
  readonly costs: Density | null;
}

/** In the order in which they should be tried: all of the first samples' before those of later ones. */
export function cutRegions(regions: readonly Region[], cutting: Cutting, grid: GridState): readonly PricedPart[] {
  const { costs, tile } = cutting;
  const passes = regions.flatMap(({ samples, rects }) => {
    const { side, blocks } = chooseCut({ ...cutting, run: samples }, grid);
    return splitRun(samples, blocks).map((run) => ({ samples: run, rects, side }));
  });
  if (tile !== null || costs === null) return passes.flatMap((pass) => evenParts(pass, cutting));
  return costedParts(passes, cutting, costs, grid);
}

interface EvenPass extends Region {
  readonly side: number;
}

/** Squares of one grid over the whole picture, as far as they lie in the region. */
function evenParts(
  { samples, rects, side }: EvenPass,
  { width, height, unitsASample }: Cutting,
): readonly PricedPart[] {
  const units = samples.count * unitsASample;
  return spiralTiles(width, height, side).flatMap((square) =>
    rects.flatMap((rect) => {
      const tile = intersection(square, rect);
      return tile ? [{ tile, samples, units: areaOf(tile) * units }] : [];
    }),
  );
}

/** Tiles of equal cost, of sizes that suit the grid. */
function costedParts(
  regions: readonly Region[],
  { width, height, unitsASample }: Cutting,
  costs: Density,
  grid: GridState,
): readonly PricedPart[] {
  const amountIn = amounts(costs);
  const whole = amountIn({ x: 0, y: 0, width, height });
  const passes = regions.map(({ samples, rects }) => {
    /** Work units of an amount of cost in this pass: the mean pixel's are the kernel's own. */
    const price = (width * height * samples.count * unitsASample) / whole;
    const units = rects.reduce((sum, rect) => sum + amountIn(rect), 0) * price;
    const pixels = rects.reduce((sum, rect) => sum + areaOf(rect), 0);
    return { samples, rects, price, units, most: Math.max(1, Math.floor(pixels / LEAST_SIDE_PX ** 2)) };
  });
  const sizes = taskSizes(passes, paceOf(grid), MOST_TASKS);
  return passes.flatMap(({ samples, rects, price }, i) => {
    const shared = allot(rects, sizes[i] ?? [], (rect) => amountIn(rect) * price);
    const most = pixelsThatFit(samples);
    const parts = shared.flatMap(({ rect, units }) =>
      splitRect(rect, units, amountIn).flatMap((tile, k) => fitting(tile, units[k] ?? 0, most, amountIn)),
    );
    // Of equal ones those first that people look at.
    const middle = fromTheMiddle(width, height);
    parts.sort((a, b) => b.units - a.units || middle(a.tile) - middle(b.tile));
    return parts.map(({ tile, units }) => ({ tile, samples, units }));
  });
}

/** Pixels of which a task's blocks fit into one result. */
function pixelsThatFit(samples: SampleRun): number {
  const bytes = (pixels: number) => resultBytes({ tile: { x: 0, y: 0, width: pixels, height: 1 }, samples });
  const [empty, one] = [bytes(0), bytes(1)];
  return Math.floor((MAX_OUTPUT_BYTES - empty) / (one - empty));
}

/** Pixels a tile has at least on the average of a rectangle: a few that cost much are not cut into crumbs. */
const LEAST_PIXELS = LEAST_SIDE_PX ** 2 / 4;

/**
 * Gives each rectangle tasks, by how much there is of it: the largest tasks first, each to where most is left. What a rectangle
 * gets is then made to fit exactly.
 * @param sizes descending
 */
function allot(
  rects: readonly PixelRect[],
  sizes: readonly number[],
  unitsOf: (rect: PixelRect) => number,
): readonly { readonly rect: PixelRect; readonly units: readonly number[] }[] {
  const places = rects.map((rect) => {
    const all = unitsOf(rect);
    return { rect, all, left: all, most: Math.max(1, Math.floor(areaOf(rect) / LEAST_PIXELS)), units: [] as number[] };
  });
  for (const size of sizes) {
    let best: (typeof places)[number] | null = null;
    for (const place of places) {
      if (place.units.length < place.most && (!best || place.left > best.left)) best = place;
    }
    if (!best) break;
    best.units.push(size);
    best.left -= size;
  }
  return places.map(({ rect, all, units }) => {
    const given = units.reduce((sum, size) => sum + size, 0);
    return { rect, units: given > 0 ? units.map((size) => (size * all) / given) : [all] };
  });
}

const areaOf = ({ width, height }: PixelRect): number => width * height;

/** Halves what does not fit into a result. */
function fitting(
  tile: PixelRect,
  units: number,
  most: number,
  amountIn: AmountIn,
): readonly { readonly tile: PixelRect; readonly units: number }[] {
  if (areaOf(tile) <= most) return [{ tile, units }];
  return splitRect(tile, [1, 1], areaOf).flatMap((half) =>
    fitting(half, units * (amountIn(half) / amountIn(tile)), most, amountIn),
  );
}

/** The regions that parts make, each of the samples that it is of. */
export function regionsOf(parts: readonly Part[]): readonly Region[] {
  const bySamples = new Map<string, { readonly samples: SampleRun; readonly rects: PixelRect[] }>();
  for (const { tile, samples } of parts) {
    const key = [samples.first, samples.count, samples.block].join();
    const found = bySamples.get(key);
    if (found) found.rects.push(tile);
    else bySamples.set(key, { samples, rects: [tile] });
  }
  return [...bySamples.values()]
    .sort((a, b) => a.samples.first - b.samples.first)
    .map(({ samples, rects }) => ({ samples, rects: unionOf(rects) }));
}
