import { type JobId, TaskId } from '@tabgrid/protocol/ids';
import type { PixelRect, RenderRun, SampleRun } from '@tabgrid/protocol/records';
import type { TaskSpec, Verification } from '@tabgrid/protocol/task';
import { type PathtraceParams, pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { GridState, Planner, Step } from '../planner.js';
import { spiralTiles } from '../spatial/tiles.js';
import { type Cut, chooseCut } from './cut.js';
import { addResult, type Film, type FilmResult } from './film.js';
import { nextRun, splitRun } from './samples.js';

/** A picture to render. Its film depends on `base` and on the samples asked for, and on nothing else in here. */
export interface RenderJob {
  readonly id: JobId;
  /** The kernel's parameters, but for what makes one task differ from another. */
  readonly base: Omit<PathtraceParams, 'tile' | 'samples'>;
  /** Camera samples a pixel. */
  readonly spp: number;
  /** Tile side in pixels; null leaves the choice to the planner. */
  readonly tile: number | null;
  readonly verify: Verification;
}

/** Plain data. */
export interface RenderState {
  readonly job: RenderJob;
  /** Samples asked for so far, and how they were cut; the first from the launch. */
  readonly runs: readonly RenderRun[];
  /** How often tasks were made: part of their names, so that no name is used twice. */
  readonly generation: number;
  /** Tasks that are neither accepted nor failed. */
  readonly open: number;
  /** Tasks of the present generation that failed for good. */
  readonly failed: readonly TaskId[];
}

/** How a picture is asked for more. */
export interface MoreSamples {
  /** Further samples a pixel; 0 asks for what is missing and nothing else. */
  readonly spp: number;
  /**
   * For a picture that was stopped or has failed tasks: `placeKey` of every result that is there. What is missing of the
   * earlier rounds is made again before the new samples. Absent when nothing is missing.
   */
  readonly have?: readonly string[];
}

/** What a result is of, whatever its task was called. */
export function placeKey(tile: PixelRect, samples: SampleRun): string {
  return [tile.x, tile.y, tile.width, tile.height, samples.first, samples.count, samples.block].join();
}

/** The state of a picture at rest: what an `extended` event continues from. */
export function restingState(job: RenderJob, runs: readonly RenderRun[], generation: number): RenderState {
  return { job, runs, generation, open: 0, failed: [] };
}

/**
 * A picture as tiles × runs of sample blocks. All tiles of the first blocks come first, so that the whole picture is there
 * early and then becomes finer.
 */
export const renderPlanner: Planner<RenderState, RenderJob, MoreSamples, Film, FilmResult> = {
  kind: 'render',

  begin(job, grid) {
    return extend(restingState(job, [], 0), { spp: job.spp }, grid);
  },

  resume(state, event, grid) {
    switch (event.type) {
      case 'extended':
        return extend(state, event.more, grid);
      case 'accepted':
        return settle({ ...state, open: state.open - 1 });
      case 'failed':
        return settle({ ...state, open: state.open - 1, failed: [...state.failed, event.task] });
      case 'retracted':
        return [{ ...state, open: state.open + 1 }, NOTHING];
      case 'withdrawn':
      case 'tooLate':
        // This planner never withdraws.
        return [state, NOTHING];
    }
  },

  merge: addResult,
};

const NOTHING: Step = { add: [], withdraw: [] };

function settle(state: RenderState): [RenderState, Step] {
  return [state, state.open === 0 ? { ...NOTHING, done: { failed: state.failed.length } } : NOTHING];
}

function extend(state: RenderState, more: MoreSamples, grid: GridState): [RenderState, Step] {
  const { job, runs, generation } = state;
  const further = more.spp > 0 ? [furtherRun(job, runs, more.spp, grid)] : [];
  const have = new Set(more.have ?? []);
  const missing = more.have
    ? runs.flatMap((r) => partsOf(job, r)).filter((p) => !have.has(placeKey(p.tile, p.samples)))
    : [];
  const parts = [...missing, ...further.flatMap((run) => partsOf(job, run))];
  const add = parts.map((part, i) => specOf(job, `${generation}-${i}`, part));
  // A picture that was stopped left tasks open that nobody will answer.
  const open = add.length + (more.have ? 0 : state.open);
  const next = { job, runs: [...runs, ...further], generation: generation + 1, open, failed: [] };
  const step = { add, withdraw: [] };
  return [next, open === 0 ? { ...step, done: { failed: 0 } } : step];
}

function furtherRun(job: RenderJob, runs: readonly RenderRun[], spp: number, grid: GridState): RenderRun {
  const samples = nextRun(
    runs.map((run) => run.samples),
    spp,
  );
  return { samples, ...cutFor(job, samples, grid) };
}

function cutFor(job: RenderJob, run: SampleRun, grid: GridState): Cut {
  const { width, height } = job.base.film;
  const pixel = { ...job.base, tile: { x: 0, y: 0, width: 1, height: 1 }, samples: { first: 0, count: 1, block: 1 } };
  return chooseCut({ width, height, run, tile: job.tile, unitsASample: pathtraceTask.workUnits(pixel) }, grid);
}

type Part = Pick<PathtraceParams, 'tile' | 'samples'>;

function partsOf(job: RenderJob, run: RenderRun): Part[] {
  const { width, height } = job.base.film;
  const tiles = spiralTiles(width, height, run.side);
  return splitRun(run.samples, run.blocks).flatMap((samples) => tiles.map((tile) => ({ tile, samples })));
}

function specOf(job: RenderJob, name: string, part: Part): TaskSpec {
  const params: PathtraceParams = { ...job.base, ...part };
  const { inputs, requires } = equalParts(job, params);
  return {
    id: v.parse(TaskId, `${job.id}:${name}`),
    job: job.id,
    kernel: KERNEL,
    params,
    inputs,
    requires,
    workUnits: pathtraceTask.workUnits(params),
    outputBytes: pathtraceTask.outputs(params).reduce((sum, output) => sum + output.bytes, 0),
    verify: job.verify,
  };
}

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

/** What equal tiles of a job have in common is one object: there may be a million of them. */
const common = new WeakMap<RenderJob['base'], Map<string, Pick<TaskSpec, 'inputs' | 'requires'>>>();

function equalParts({ base }: RenderJob, params: PathtraceParams): Pick<TaskSpec, 'inputs' | 'requires'> {
  const { tile, samples } = params;
  const key = [tile.width, tile.height, samples.count, samples.block].join();
  const known = common.get(base) ?? new Map<string, Pick<TaskSpec, 'inputs' | 'requires'>>();
  common.set(base, known);
  const found = known.get(key) ?? { inputs: [...taskInputs(params)], requires: pathtraceTask.requires(params) };
  known.set(key, found);
  return found;
}
