import type { BlobRef } from '@tabgrid/protocol/blob';
import { MAX_FILM_SIDE_PX, MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { Requirements } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import type { TaskKind } from '../task-kind.js';
import { compareResults } from './compare.js';
import { BLOCKS_OUTPUT, blockCount, canary, canaryOf, PIXEL_FLOATS, resultBytes } from './film.js';
import { EnvironmentManifest, Point, SceneManifest } from './manifest.js';
import { probeTile } from './probe-tile.js';
import { PATHTRACE_VERSION } from './version.js';

/** The path tracer's tasks: one tile of a film, some sample blocks of it. Pure. */

export const PATHTRACE = 'pathtrace';
export const MAX_BOUNCES = 64;
export const MAX_BLOCK_SAMPLES = 4096;
export const MAX_SAMPLES = 2 ** 24;

const integer = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const Side = integer(1, MAX_FILM_SIDE_PX);
const Offset = integer(0, MAX_FILM_SIDE_PX - 1);
const Length = v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1e9));
const UnitVector = v.pipe(
  Point,
  v.check(([x, y, z]) => Math.abs(Math.hypot(x, y, z) - 1) < 1e-3, 'a vector of length 1'),
);

export const PathtraceParams = v.pipe(
  v.strictObject({
    scene: SceneManifest,
    environment: EnvironmentManifest,
    camera: v.strictObject({
      position: Point,
      /** Orthonormal, world space; `forward` is the viewing direction. */
      right: UnitVector,
      up: UnitVector,
      forward: UnitVector,
      /** Full vertical field of view, radians. */
      yfov: v.pipe(v.number(), v.minValue(1e-4), v.maxValue(3.1)),
      /** Of an orthographic camera: height of what it sees, metres. */
      orthographicHeight: v.exactOptional(Length),
      /** A thin lens; what lies at `distance` along the view is sharp. Metres. */
      lens: v.exactOptional(
        v.strictObject({ radius: v.pipe(v.number(), v.minValue(0), v.maxValue(1e6)), distance: Length }),
      ),
    }),
    film: v.strictObject({ width: Side, height: Side }),
    /** Pixels, from the film's top left. */
    tile: v.strictObject({ x: Offset, y: Offset, width: Side, height: Side }),
    samples: v.strictObject({
      /** Index of the first sample: a multiple of `block`. */
      first: integer(0, MAX_SAMPLES),
      count: integer(1, MAX_SAMPLES),
      /** Samples that are summed together, in index order; fixed by the job. A task's last block may hold fewer. */
      block: integer(1, MAX_BLOCK_SAMPLES),
    }),
    /** Scatterings at most: 0 shows only what shines, 1 is direct light. */
    bounces: integer(0, MAX_BOUNCES),
    seed: integer(0, 0xffff_ffff),
    /** Largest radiance that a sample may get over more than one surface (fireflies); absent for no limit, which alone is unbiased. */
    clamp: v.exactOptional(v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1e9))),
  }),
  v.check(
    (p) => p.tile.x + p.tile.width <= p.film.width && p.tile.y + p.tile.height <= p.film.height,
    'a tile within the film',
  ),
  v.check((p) => p.samples.first % p.samples.block === 0, 'samples that begin with a whole block'),
  v.check((p) => p.samples.first + p.samples.count <= MAX_SAMPLES, `at most ${MAX_SAMPLES} samples a pixel`),
  v.check((p) => resultBytes(p) <= MAX_OUTPUT_BYTES, `a result of at most ${MAX_OUTPUT_BYTES} bytes`),
);
export type PathtraceParams = v.InferOutput<typeof PathtraceParams>;

/** The blobs that a task reads, in the order that the kernel expects; the same blob may stand twice. */
export function taskInputs(params: Pick<PathtraceParams, 'scene' | 'environment'>): readonly BlobRef[] {
  const { nodes, triangles, shading, tables, instances, texels } = params.scene.blobs;
  const refs = [nodes, triangles, shading, tables];
  if (instances) refs.push(instances);
  if (texels) refs.push(texels);
  if (params.environment.kind === 'map') refs.push(params.environment.texels);
  return refs;
}

/** Side (pixels) of what a probe recomputes, and the most that it may be of a task: in a small tile a single pixel. */
const PROBE_SIDE_PX = 2;
const MOST_OF_TASK = 0.01;

export const pathtraceTask: TaskKind<PathtraceParams> = {
  kind: PATHTRACE,
  version: PATHTRACE_VERSION,
  params: PathtraceParams,

  outputs: (params) => [{ name: BLOCKS_OUTPUT, bytes: resultBytes(params) }],

  /** Camera samples × path vertices at most: equal costs for equal tiles, until a cost map knows better. */
  workUnits: ({ tile, samples, bounces }) => tile.width * tile.height * samples.count * (1 + bounces),

  requires(params): Requirements {
    const inputs = taskInputs(params).map((ref) => ref.bytes);
    const largest = Math.max(resultBytes(params), ...inputs);
    return {
      limits: { maxStorageBufferBindingSize: largest, maxBufferSize: largest },
      memoryBytes: 2 * resultBytes(params) + inputs.reduce((sum, bytes) => sum + bytes, 0),
    };
  },

  /** One sample block of up to 2 × 2 pixels somewhere in the tile; `cutResult` gives the same part of a result. */
  probe(params, secret) {
    const { tile, samples } = params;
    const room = MOST_OF_TASK * tile.width * tile.height * blockCount(samples);
    const side = Math.max(1, Math.min(PROBE_SIDE_PX, Math.floor(Math.sqrt(room))));
    const { tile: part, rest } = probeTile(tile, side, secret);
    const offset = (rest % blockCount(samples)) * samples.block;
    return {
      ...params,
      tile: part,
      samples: {
        first: samples.first + offset,
        count: Math.min(samples.block, samples.count - offset),
        block: samples.block,
      },
    };
  },

  fault(params, outputs) {
    const [result] = outputs;
    if (outputs.length !== 1 || !result) return `${outputs.length} outputs instead of one`;
    const bytes = resultBytes(params);
    if (result.byteLength !== bytes) return `${result.byteLength} bytes instead of ${bytes}`;
    if (canaryOf(result) !== canary(params)) return 'the canary word is wrong';
    const view = new DataView(result.buffer, result.byteOffset);
    for (let at = 0; at < bytes - 4; at += 4 * PIXEL_FLOATS) {
      for (let channel = 0; channel < 3; channel++) {
        const sum = view.getFloat32(at + 4 * channel, true);
        if (!(sum >= 0 && sum < Number.POSITIVE_INFINITY)) return `a pixel's sum is ${sum}`;
      }
      const cost = view.getFloat32(at + 12, true);
      // Every camera ray takes at least one step, so a pixel without cost was never rendered.
      if (!(cost >= 1 && cost < Number.POSITIVE_INFINITY)) return `a pixel's cost is ${cost}`;
    }
    return null;
  },

  compare: ([a], [b], sameClass) =>
    a && b ? compareResults(a, b, sameClass) : { kind: 'different', detail: 'a result is missing' },
};
