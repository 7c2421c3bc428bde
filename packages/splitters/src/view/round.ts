import { type JobId, type Millis, TaskId, type VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { SampleRun } from '@tabgrid/protocol/records';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { PIXEL_FLOATS, resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { type PathtraceParams, pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { Size } from './levels.js';
import { type Sharing, shareOut } from './share.js';
import { cutStrips, type Strip } from './strips.js';

/** One round of a view as tasks: a strip for everybody who takes part, as large as they are fast. */

/** What is asked for at one time. */
export interface Round {
  readonly job: JobId;
  readonly kind: 'rough' | 'finer' | 'more';
  /** Film pixels to one of the round's, each way. */
  readonly step: number;
  readonly size: Size;
  readonly samples: SampleRun;
  readonly begunAt: Millis;
  /** How long it would take if all were as expected, and the work's part of that; null when nobody is there. */
  readonly expectedMs: Millis | null;
  readonly workMs: Millis | null;
  /** Whether something was ended for it, and may still be in its way: its time says nothing of the next one's. */
  readonly interrupts: boolean;
}

/** Somebody who could take part. */
export interface Helper {
  readonly volunteer: VolunteerId;
  /** Beside its part's own time: the way there and back, what runs on it, what it has to fetch first. */
  readonly fixedMs: Millis;
  /** A work unit on it. Above 0. */
  readonly unitMs: Millis;
  /** A byte of a result on the way here. */
  readonly byteMs: Millis;
}

/** What the planner may know of the grid. */
export interface ViewGrid {
  readonly now: Millis;
  readonly helpers: readonly Helper[];
  /** What the rows of the picture before cost, from the top; null before the first. */
  readonly rowCosts: readonly number[] | null;
}

/** Fewer rows are not worth a message. */
const LEAST_ROWS = 4;

/** A part that takes longer than this is cut: the first half then travels while the second is computed. */
const PIECE_MS: Millis = 250;
const MOST_PIECES = 4;

/** One block of one pixel in a result. */
const PIXEL_BYTES = 4 * PIXEL_FLOATS;

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

export interface WholeRound {
  readonly job: JobId;
  /** What all of its tasks have in common. */
  readonly whole: Omit<PathtraceParams, 'tile'>;
  readonly kind: Round['kind'];
  /** How much longer work and results take than expected. */
  readonly slip: number;
}

export interface CutRound {
  readonly tasks: readonly TaskSpec[];
  /** When all of it would be here, and the work's part of that; Infinity while nobody is there. */
  readonly ms: Millis;
  readonly workMs: Millis;
}

/** Work units of so many samples of so many pixels. */
export function unitsOf(whole: Omit<PathtraceParams, 'tile' | 'samples'>, pixels: number, samples: number): number {
  const one = { tile: { x: 0, y: 0, width: 1, height: 1 }, samples: { first: 0, count: 1, block: 1 } };
  return pathtraceTask.workUnits({ ...whole, ...one }) * pixels * samples;
}

/**
 * Shares so many samples of so many pixels out.
 * @param slip how much longer work and results take than expected
 */
export function shareRound(
  whole: Omit<PathtraceParams, 'tile' | 'samples'>,
  {
    pixels,
    samples,
    leastShare = 0,
  }: { readonly pixels: number; readonly samples: number; readonly leastShare?: number },
  helpers: readonly Helper[],
  slip: number,
): Sharing {
  const units = unitsOf(whole, pixels, samples);
  const bytesAUnit = (pixels * PIXEL_BYTES) / units;
  const sharers = helpers.map(({ volunteer, fixedMs, unitMs, byteMs }) => {
    return { volunteer, fixedMs, unitMs: slip * (unitMs + bytesAUnit * byteMs) };
  });
  return shareOut(sharers, units, leastShare);
}

export function cutRound({ job, whole, kind, slip }: WholeRound, { helpers, rowCosts }: ViewGrid): CutRound {
  const { width, height } = whole.film;
  const { count } = whole.samples;
  const units = unitsOf(whole, width * height, count);
  const asked = { pixels: width * height, samples: count, leastShare: Math.min(1, LEAST_ROWS / height) };
  const { parts, ms, workMs } = shareRound(whole, asked, helpers, slip);
  const pieces = kind === 'rough' ? 1 : Math.min(MOST_PIECES, Math.max(1, Math.round(ms / PIECE_MS)));
  const shares = parts.flatMap(({ share }) => Array.from({ length: pieces }, () => share / pieces));
  const most = Math.max(1, Math.floor(height / LEAST_ROWS));
  const cut = shares.length === 0 ? [1] : shares.length > most ? parts.slice(0, most).map(equal) : shares;
  const strips = cutStrips(height, cut, rowCosts).flatMap((strip) => bounded(strip, width));
  // One class for the whole round: the scheduler looks at its tasks together.
  const tallest = strips.reduce((a, b) => (a.height >= b.height ? a : b));
  const requires = pathtraceTask.requires(paramsOf(whole, tallest));
  const inputs = [...taskInputs(whole)];
  const tasks = strips.map((strip, i): TaskSpec => {
    const params = paramsOf(whole, strip);
    return {
      id: v.parse(TaskId, `${job}:${i}`),
      ...{ job, kernel: KERNEL, params, inputs, requires },
      workUnits: units * strip.cost,
      outputBytes: resultBytes(params),
      // A wrong pixel is gone with the next camera, and nothing rests on it.
      verify: 'none',
    };
  });
  return { tasks, ms, workMs };
}

function paramsOf(whole: Omit<PathtraceParams, 'tile'>, { y, height }: Strip): PathtraceParams {
  return { ...whole, tile: { x: 0, y, width: whole.film.width, height } };
}

const equal = (_: unknown, __: number, all: readonly unknown[]): number => 1 / all.length;

/** A strip in parts whose results fit into a message. */
function bounded({ y, height, cost }: Strip, width: number): readonly Strip[] {
  const rowBytes = resultBytes({ tile: { x: 0, y: 0, width, height: 1 }, samples: { first: 0, count: 1, block: 1 } });
  const count = Math.ceil(height / Math.max(1, Math.floor(MAX_OUTPUT_BYTES / rowBytes)));
  return Array.from({ length: count }, (_, i) => {
    const top = Math.round((i * height) / count);
    const bottom = Math.round(((i + 1) * height) / count);
    return { y: y + top, height: bottom - top, cost: (cost * (bottom - top)) / height };
  });
}
