import type { TaskId } from '@tabgrid/protocol/ids';
import { PixelRect, SampleRun } from '@tabgrid/protocol/records';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { GridState, PlannerEvent, Step } from '@tabgrid/splitters/planner';
import { type MoreSamples, type RenderState, renderPlanner } from '@tabgrid/splitters/render/planner';
import { type PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { RoundRecord } from './journal-records.js';

/**
 * What a picture's tasks are and which of them are done: its planner's state, and the count of the work. No bytes.
 *
 * 1. `done` is set exactly while the planner waits for no task.
 * 2. A task's result counts once in `progress`, from its acceptance until it is retracted.
 */
export interface Ledger {
  readonly state: RenderState;
  /** How many tasks failed for good, when nothing is left to come; null while something is. */
  readonly done: { readonly failed: number } | null;
  readonly progress: Progress;
  has(task: TaskId): boolean;
  /** Of a task of the present round. */
  paramsOf(task: TaskId): PathtraceParams | undefined;
  begin(grid: GridState): readonly TaskSpec[];
  extend(more: MoreSamples, grid: GridState): readonly TaskSpec[];
  /** @returns false when it was accepted before, or is none of the job's */
  accepted(task: TaskId): boolean;
  failed(task: TaskId): void;
  /** @returns false when it was not accepted */
  retracted(task: TaskId): boolean;
  /** A result of an earlier round or visit. */
  counted(params: PathtraceParams): void;
  uncounted(params: PathtraceParams): void;
  /** Of a task of the present round. */
  isAccepted(task: TaskId): boolean;
  /** The present round's tasks, as they are kept. */
  parts(): RoundRecord['parts'];
}

/** Tasks and work units, of all rounds. */
export interface Progress {
  readonly tasks: number;
  readonly accepted: number;
  readonly units: number;
  readonly unitsDone: number;
}

/** What one task computes of the picture. */
export const Part = v.object({ tile: PixelRect, samples: SampleRun });
export type Part = v.InferOutput<typeof Part>;

/** A ledger that goes on in the middle of a round. */
export interface LedgerBefore {
  readonly progress: Progress;
  readonly parts: RoundRecord['parts'];
  /** Those of `parts` that are accepted. */
  readonly accepted: readonly TaskId[];
}

/** Accepting and failing never cut anything. */
const NO_GRID: GridState = { volunteers: 0, unitsPerSecond: null };

export function createLedger(initial: RenderState, before?: LedgerBefore): Ledger {
  const { job } = initial;
  let state = initial;
  const tasks = new Map<TaskId, PathtraceParams>();
  const accepted = new Set<TaskId>(before?.accepted);
  let progress: Progress = before?.progress ?? { tasks: 0, accepted: 0, units: 0, unitsDone: 0 };
  let done: { readonly failed: number } | null =
    state.open === 0 && state.runs.length > 0 ? { failed: state.failed.length } : null;
  for (const { task, tile, samples } of before?.parts ?? []) tasks.set(task, { ...job.base, tile, samples });

  const count = (params: PathtraceParams, sign: 1 | -1): void => {
    const units = sign * pathtraceTask.workUnits(params);
    progress = { ...progress, accepted: progress.accepted + sign, unitsDone: progress.unitsDone + units };
  };

  const add = ([next, step]: [RenderState, Step]): readonly TaskSpec[] => {
    state = next;
    done = step.done ?? null;
    tasks.clear();
    accepted.clear();
    // What an earlier round left undone is part of this one.
    let units = progress.unitsDone;
    for (const task of step.add) {
      tasks.set(task.id, { ...job.base, ...v.parse(Part, task.params) });
      units += task.workUnits;
    }
    progress = { ...progress, tasks: progress.accepted + step.add.length, units };
    return step.add;
  };

  const tell = (event: PlannerEvent<MoreSamples>): void => {
    const [next, step] = renderPlanner.resume(state, event, NO_GRID);
    state = next;
    done = step.done ?? null;
  };

  return {
    get state() {
      return state;
    },
    get done() {
      return done;
    },
    get progress() {
      return progress;
    },
    has: (task) => tasks.has(task),
    paramsOf: (task) => tasks.get(task),
    begin: (grid) => add(renderPlanner.begin(job, grid)),
    extend: (more, grid) => add(renderPlanner.resume(state, { type: 'extended', more }, grid)),
    accepted(task) {
      const params = tasks.get(task);
      if (!params || accepted.has(task)) return false;
      accepted.add(task);
      count(params, 1);
      tell({ type: 'accepted', task });
      return true;
    },
    failed: (task) => tell({ type: 'failed', task }),
    retracted(task) {
      const params = tasks.get(task);
      if (!params || !accepted.delete(task)) return false;
      count(params, -1);
      tell({ type: 'retracted', task });
      return true;
    },
    counted(params) {
      const units = pathtraceTask.workUnits(params);
      progress = { ...progress, tasks: progress.tasks + 1, units: progress.units + units };
      count(params, 1);
    },
    uncounted: (params) => count(params, -1),
    isAccepted: (task) => accepted.has(task),
    parts: () => [...tasks].map(([task, { tile, samples }]) => ({ task, tile, samples })),
  };
}
