import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { Requirements } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { probeTile } from '../pathtrace/probe-tile.js';
import { PathtraceParams, taskInputs } from '../pathtrace/task.js';
import type { TaskKind } from '../task-kind.js';
import { compareResults } from './compare.js';
import { AT, canary, canaryOf, PIXELS_OUTPUT, pixelFloats, pixelsOf, resultBytes } from './film.js';
import { GBUFFER_VERSION } from './version.js';

/**
 * What a path tracer's camera rays meet first, for a tile of a film of any size: base colours and normals that guide a
 * denoiser, and what tells in advance how long each pixel will take. Pure.
 */

export const GBUFFER = 'gbuffer';
/** Rays a pixel in one task: each pixel is one lane's, and a submission has to stay short. */
export const MAX_RAYS = 64;

const { samples: _, ...view } = PathtraceParams.pipe[0].entries;
const integer = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

export const GbufferParams = v.pipe(
  v.strictObject({
    ...view,
    /** Camera rays a pixel, those of the path tracer's samples of the same numbers on the same film. */
    samples: v.strictObject({ first: integer(0, 2 ** 24 - MAX_RAYS), count: integer(1, MAX_RAYS) }),
    /** Whether what the pixels cost is wanted beside what is seen there. */
    costs: v.boolean(),
  }),
  v.check(
    (p) => p.tile.x + p.tile.width <= p.film.width && p.tile.y + p.tile.height <= p.film.height,
    'a tile within the film',
  ),
  v.check((p) => resultBytes(p) <= MAX_OUTPUT_BYTES, `a result of at most ${MAX_OUTPUT_BYTES} bytes`),
);
export type GbufferParams = v.InferOutput<typeof GbufferParams>;

/** Side (pixels) of what a probe recomputes. */
const PROBE_SIDE_PX = 2;

export const gbufferTask: TaskKind<GbufferParams> = {
  kind: GBUFFER,
  version: GBUFFER_VERSION,
  params: GbufferParams,

  outputs: (params) => [{ name: PIXELS_OUTPUT, bytes: resultBytes(params) }],

  /** Camera rays. */
  workUnits: ({ tile, samples }) => tile.width * tile.height * samples.count,

  requires(params): Requirements {
    const inputs = taskInputs(params).map((ref) => ref.bytes);
    const largest = Math.max(resultBytes(params), ...inputs);
    return {
      limits: { maxStorageBufferBindingSize: largest, maxBufferSize: largest },
      memoryBytes: 2 * resultBytes(params) + inputs.reduce((sum, bytes) => sum + bytes, 0),
    };
  },

  /** Up to 2 × 2 pixels somewhere in the tile; `cutResult` gives the same part of a result. */
  probe(params, secret) {
    return { ...params, tile: probeTile(params.tile, PROBE_SIDE_PX, secret).tile };
  },

  fault(params, outputs) {
    const [result] = outputs;
    if (outputs.length !== 1 || !result) return `${outputs.length} outputs instead of one`;
    const bytes = resultBytes(params);
    if (result.byteLength !== bytes) return `${result.byteLength} bytes instead of ${bytes}`;
    if (canaryOf(result) !== canary(params)) return 'the canary word is wrong';
    const floats = pixelsOf(params, result);
    const step = pixelFloats(params);
    for (let at = 0; at < floats.length; at += step) {
      const found = pixelFault(floats, at, params.costs);
      if (found !== null) return found;
    }
    return null;
  },

  compare: ([a], [b], sameClass) =>
    a && b ? compareResults(a, b, sameClass) : { kind: 'different', detail: 'a result is missing' },
};

/** Sums of rounded numbers. */
const SLACK = 1e-4;

function pixelFault(floats: Float32Array, at: number, costs: boolean): string | null {
  const of = (place: number) => floats[at + place] ?? Number.NaN;
  for (let i = 0; i < 3; i++) {
    const colour = of(AT.colour + i);
    if (!(colour >= 0 && colour < Number.POSITIVE_INFINITY)) return `a pixel's colour is ${colour}`;
  }
  const depth = of(AT.depth);
  if (!(depth >= 0 && depth < Number.POSITIVE_INFINITY)) return `a pixel's depth is ${depth}`;
  const length = Math.hypot(of(AT.normal), of(AT.normal + 1), of(AT.normal + 2));
  if (!(length <= 1 + SLACK)) return `a pixel's normal has the length ${length}`;
  const hit = of(AT.hit);
  if (!(hit >= 0 && hit <= 1 + SLACK)) return `a pixel is hit by ${hit} of its rays`;
  if (!costs) return null;
  // Every camera ray takes at least one step, so a pixel without cost was never rendered.
  for (const [place, least] of [
    [AT.steps, 1],
    [AT.material, 0],
    [AT.lights, 0],
    [AT.bounces, 0],
  ] as const) {
    const cost = of(place);
    if (!(cost >= least - SLACK && cost < Number.POSITIVE_INFINITY)) return `a pixel's cost is ${cost}`;
  }
  return null;
}
