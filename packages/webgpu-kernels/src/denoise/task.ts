import { MAX_FILM_SIDE_PX, MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { Requirements } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { compareResults } from '../gbuffer/compare.js';
import { SURFACE_FLOATS } from '../gbuffer/film.js';
import { probeTile } from '../pathtrace/probe-tile.js';
import type { TaskKind } from '../task-kind.js';
import {
  canary,
  canaryOf,
  contains,
  grow,
  HALO_PX,
  PICTURE_OUTPUT,
  pixelsOf,
  RADIANCE_FLOATS,
  resultBytes,
  windowOf,
} from './film.js';
import { DENOISE_VERSION } from './version.js';

/**
 * Noise taken out of a tile of a rendered picture. Its two inputs are blobs that cover `window`: the picture's means so far,
 * and the guides (see film.ts); they are the task's, so that the parameters do not name them. Pure.
 */

export const DENOISE = 'denoise';

const integer = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const Side = integer(1, MAX_FILM_SIDE_PX);
const Offset = integer(0, MAX_FILM_SIDE_PX - 1);
/** Pixels, from the film's top left. */
const PixelRect = v.strictObject({ x: Offset, y: Offset, width: Side, height: Side });

export const DenoiseParams = v.pipe(
  v.strictObject({
    film: v.strictObject({ width: Side, height: Side }),
    /** What the inputs cover. */
    window: PixelRect,
    /** What is asked for. */
    tile: PixelRect,
  }),
  v.check((p) => contains({ x: 0, y: 0, ...p.film }, p.window), 'a window within the film'),
  v.check((p) => contains({ x: 0, y: 0, ...p.film }, p.tile), 'a tile within the film'),
  v.check((p) => contains(p.window, windowOf(p.film, p.tile)), 'a window that covers all that the tile depends on'),
  v.check((p) => resultBytes(p) <= MAX_OUTPUT_BYTES, `a result of at most ${MAX_OUTPUT_BYTES} bytes`),
);
export type DenoiseParams = v.InferOutput<typeof DenoiseParams>;

/** Lengths of a task's inputs: the picture, the guides. */
export function inputBytes({ window }: Pick<DenoiseParams, 'window'>): readonly [radiance: number, guides: number] {
  const pixels = window.width * window.height;
  return [4 * RADIANCE_FLOATS * pixels, 4 * SURFACE_FLOATS * pixels];
}

/** Side (pixels) of what a probe recomputes. */
const PROBE_SIDE_PX = 2;

/** What filtering a pixel costs, in what a path tracer does at a vertex of a path (see its `workUnits`). */
const UNITS_A_PIXEL = 16;

export const denoiseTask: TaskKind<DenoiseParams> = {
  kind: DENOISE,
  version: DENOISE_VERSION,
  params: DenoiseParams,

  outputs: (params) => [{ name: PICTURE_OUTPUT, bytes: resultBytes(params) }],

  workUnits: ({ tile }) => UNITS_A_PIXEL * tile.width * tile.height,

  requires(params): Requirements {
    const inputs = inputBytes(params);
    const between = 16 * area(regionOf(params));
    const largest = Math.max(resultBytes(params), between, ...inputs);
    return {
      limits: { maxStorageBufferBindingSize: largest, maxBufferSize: largest },
      memoryBytes: 2 * resultBytes(params) + 2.25 * between + inputs[0] + inputs[1],
    };
  },

  /** Up to 2 × 2 pixels somewhere in the tile, of the same inputs; `cutResult` gives the same part of a result. */
  probe(params, secret) {
    return { ...params, tile: probeTile(params.tile, PROBE_SIDE_PX, secret).tile };
  },

  fault(params, outputs) {
    const [result] = outputs;
    if (outputs.length !== 1 || !result) return `${outputs.length} outputs instead of one`;
    const bytes = resultBytes(params);
    if (result.byteLength !== bytes) return `${result.byteLength} bytes instead of ${bytes}`;
    if (canaryOf(result) !== canary(params)) return 'the canary word is wrong';
    for (const value of pixelsOf(params, result)) {
      if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return `a pixel's value is ${value}`;
    }
    return null;
  },

  compare: ([a], [b], sameClass) =>
    a && b ? compareResults(a, b, sameClass) : { kind: 'different', detail: 'a result is missing' },
};

/** The pixels for which the steps before the last one are made. */
export function regionOf({ film, tile }: Pick<DenoiseParams, 'film' | 'tile'>) {
  // Light is compared with its neighbours in the inputs.
  return grow(film, tile, HALO_PX - 1);
}

const area = ({ width, height }: { readonly width: number; readonly height: number }) => width * height;
