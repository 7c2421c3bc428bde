import { type JobId, type Millis, TaskId } from '@tabgrid/protocol/ids';
import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { SampleRun } from '@tabgrid/protocol/records';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { type PathtraceParams, pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { Size } from './levels.js';
import { type Helper, shareOut } from './share.js';
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

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

export interface WholeRound {
  readonly job: JobId;
  /** What all of its tasks have in common. */
  readonly whole: Omit<PathtraceParams, 'tile'>;
  readonly kind: Round['kind'];
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

export function cutRound({ job, whole, kind }: WholeRound, { helpers, rowCosts }: ViewGrid): CutRound {
  const { width, height } = whole.film;
  const units = unitsOf(whole, width * height, whole.samples.count);
  const { parts, ms, workMs } = shareOut(helpers, units, Math.min(1, LEAST_ROWS / height));
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
