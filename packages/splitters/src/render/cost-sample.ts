import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { AT, pixelFloats, pixelsOf } from '@tabgrid/webgpu-kernels/gbuffer/film';
import type { GbufferParams } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { blockCount, blockFloats, PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { cellAt, cellsFor, type Density } from '../spatial/density.js';
import type { Film } from './film.js';

/**
 * What results tell of a picture's costs, a cell of a coarse grid each: what a planner may know of pixels. Drivers make it of
 * a result's bytes; everything in here is plain data.
 */

/** The grid of a picture's cells. */
export type Cells = Omit<Density, 'cells'>;

/** Measured: what camera samples cost in the path tracer's own units (steps). */
export interface MeasuredCost {
  readonly kind: 'measured';
  /** Cell, samples in it, their cost together. */
  readonly cells: readonly (readonly [cell: number, samples: number, cost: number])[];
  /** Time on the volunteer's GPU, and whose; null for what was not one task. */
  readonly run: { readonly ms: Millis; readonly volunteer: VolunteerId } | null;
}

/** Seen: what the camera rays of each cell meet first. */
export interface SeenCost {
  readonly kind: 'seen';
  /** A cell each, row-major: mean numbers of its rays. */
  readonly cells: readonly SeenCell[];
}

export interface SeenCell {
  readonly hit: number;
  readonly steps: number;
  readonly material: number;
  readonly lights: number;
  readonly bounces: number;
}

export type CostSample = MeasuredCost | SeenCost;

/** Of the prepass's camera samples on the path tracer: so many of a job's own at most, as a share. */
export const PREPASS_SHARE = 0.01;
const LEAST_CELLS = 12;
const CELLS = [64, 48, 32, 24, 16, LEAST_CELLS] as const;

/** The cells of a picture: as many as its samples can afford to have looked at in advance. */
export function costCells({ width, height }: { readonly width: number; readonly height: number }, spp: number): Cells {
  const affordable = PREPASS_SHARE * width * height * spp;
  for (const most of CELLS) {
    const found = cellsFor(width, height, most);
    if (found.columns * found.rows <= affordable || most === LEAST_CELLS) return { width, height, ...found };
  }
  return { width, height, ...cellsFor(width, height, LEAST_CELLS) };
}

/** What a path tracer's result tells. @param cells of the picture whose film it is of, or whose pixels are those cells (a pilot's) */
export function costOfResult(
  cells: Cells,
  params: PathtraceParams,
  result: Bytes,
  run: MeasuredCost['run'],
): MeasuredCost {
  const { tile, samples, film } = params;
  const scaled = { ...cells, width: film.width, height: film.height };
  const sums = new Float64Array(cells.columns * cells.rows);
  const pixels = new Float64Array(sums.length);
  for (let b = 0; b < blockCount(samples); b++) {
    const floats = blockFloats(params, result, b);
    for (let y = 0; y < tile.height; y++) {
      for (let x = 0; x < tile.width; x++) {
        const cell = cellAt(scaled, tile.x + x, tile.y + y);
        sums[cell] = (sums[cell] ?? 0) + (floats[PIXEL_FLOATS * (y * tile.width + x) + 3] ?? 0);
        if (b === 0) pixels[cell] = (pixels[cell] ?? 0) + 1;
      }
    }
  }
  return measuredOf(sums, (cell) => (pixels[cell] ?? 0) * samples.count, run);
}

function measuredOf(sums: Float64Array, samplesOf: (cell: number) => number, run: MeasuredCost['run']): MeasuredCost {
  const cells: [number, number, number][] = [];
  for (const [cell, cost] of sums.entries()) {
    const samples = samplesOf(cell);
    if (samples > 0) cells.push([cell, samples, cost]);
  }
  return { kind: 'measured', cells, run };
}

/** What is in a film already. */
export function costOfFilm(cells: Cells, film: Pick<Film, 'width' | 'height' | 'cost' | 'counts'>): MeasuredCost {
  const sums = new Float64Array(cells.columns * cells.rows);
  const counts = new Float64Array(sums.length);
  for (let y = 0; y < film.height; y++) {
    for (let x = 0; x < film.width; x++) {
      const cell = cellAt(cells, x, y);
      const pixel = y * film.width + x;
      sums[cell] = (sums[cell] ?? 0) + (film.cost[pixel] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + (film.counts[pixel] ?? 0);
    }
  }
  return measuredOf(sums, (cell) => counts[cell] ?? 0, null);
}

/** What a G-buffer tells whose film's pixels are the cells. */
export function costOfSeen(params: GbufferParams, result: Bytes): SeenCost {
  const floats = pixelsOf(params, result);
  const size = pixelFloats(params);
  const cells: SeenCell[] = [];
  for (let at = 0; at < floats.length; at += size) {
    const of = (place: number) => floats[at + place] ?? 0;
    cells.push({
      hit: of(AT.hit),
      steps: of(AT.steps),
      material: of(AT.material),
      lights: of(AT.lights),
      bounces: of(AT.bounces),
    });
  }
  return { kind: 'seen', cells };
}
