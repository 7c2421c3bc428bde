import type { TaskId } from '@tabgrid/protocol/ids';
import type { JsonObject } from '@tabgrid/protocol/json';
import { PixelRect, type RenderRun, SampleRun } from '@tabgrid/protocol/records';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { GridState, PlannerEvent, Step } from '@tabgrid/splitters/planner';
import type { CostSample } from '@tabgrid/splitters/render/cost-sample';
import type { Part as PlannedPart } from '@tabgrid/splitters/render/parts';
import { isDone, type MoreSamples, type RenderState, renderPlanner, unitsOf } from '@tabgrid/splitters/render/planner';
import { guideOf } from '@tabgrid/splitters/render/specs';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { TaskKind } from '@tabgrid/webgpu-kernels/task-kind';
import { findTaskKind } from '@tabgrid/webgpu-kernels/task-kinds';
import * as v from 'valibot';
import type { RoundRecord } from './journal-records.js';

/**
 * What a picture's tasks are and which of them are done: its planner's state, and the count of the work. No bytes.
 *
 * 1. `done` is set exactly while the planner waits for no part of the picture.
 * 2. A part's result counts once in `progress`, from its acceptance until it is retracted.
 * 3. What looks at the picture in advance is a task of the job, but no part of the picture: it counts nowhere.
 * 4. What the planner wants is handed over once, by `next`.
 */
export interface Ledger {
  readonly state: RenderState;
  /** How many tasks failed for good, when nothing is left to come; null while something is. */
  readonly done: { readonly failed: number } | null;
  readonly progress: Progress;
  has(task: TaskId): boolean;
  /** Of a part of the picture, in the present round. */
  paramsOf(task: TaskId): PathtraceParams | undefined;
  /** Of a task that looks at the picture in advance, until it is done with. */
  guide(task: TaskId): GuideTask | undefined;
  begin(grid: GridState): readonly TaskSpec[];
  extend(more: MoreSamples, grid: GridState): readonly TaskSpec[];
  /** Further samples as a part of the same round, when nothing of it is waited for; `next` hands their tasks over. */
  refine(runs: readonly RenderRun[], costs: CostSample | undefined, grid: GridState): void;
  /** @returns false when it was accepted before, or is none of the job's */
  accepted(task: TaskId, measured?: CostSample, grid?: GridState): boolean;
  failed(task: TaskId, grid?: GridState): void;
  /** @returns false when it was not accepted */
  retracted(task: TaskId): boolean;
  /** The scheduler's answers to a withdrawal. */
  withdrawn(task: TaskId, grid: GridState): void;
  tooLate(task: TaskId, grid: GridState): void;
  /** What the planner wants since it was asked last, in the middle of a round. */
  next(): Pick<Step, 'add' | 'withdraw'>;
  /** A result of an earlier round or visit. */
  counted(part: PlannedPart): void;
  uncounted(part: PlannedPart): void;
  /** Work units of a part, of the present round or another. */
  unitsOf(task: TaskId, part: PlannedPart): number;
  /** Of a task of the present round. */
  isAccepted(task: TaskId): boolean;
  /** The present round's tasks, as they are kept. */
  round(): Pick<RoundRecord, 'parts' | 'guides'>;
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

export interface GuideTask {
  readonly kind: TaskKind<JsonObject>;
  readonly params: JsonObject;
}

/** A ledger that goes on in the middle of a round. */
export interface LedgerBefore extends Pick<RoundRecord, 'parts' | 'guides'> {
  readonly progress: Progress;
  /** Those of `parts` that are accepted. */
  readonly accepted: readonly TaskId[];
}

/** Nobody is there to be known of: nothing is cut anew. */
const NO_GRID: GridState = { volunteers: 0, unitsPerSecond: null };

interface OpenPart {
  readonly params: PathtraceParams;
  readonly units: number;
}

export function createLedger(initial: RenderState, before?: LedgerBefore): Ledger {
  const { job } = initial;
  let state = initial;
  const parts = new Map<TaskId, OpenPart>();
  const guides = new Map<TaskId, GuideTask>();
  const accepted = new Set<TaskId>(before?.accepted);
  let progress: Progress = before?.progress ?? { tasks: 0, accepted: 0, units: 0, unitsDone: 0 };
  let wanted: Pick<Step, 'add' | 'withdraw'> = { add: [], withdraw: [] };
  for (const { task, tile, samples, units } of before?.parts ?? []) {
    parts.set(task, { params: { ...job.base, tile, samples }, units });
  }
  for (const { task, kernel, params } of before?.guides ?? []) takeGuide(task, kernel, params);

  function takeGuide(task: TaskId, kernel: string, params: JsonObject): void {
    const kind = findTaskKind(kernel);
    if (kind) guides.set(task, { kind, params });
  }

  /** @returns work units of what is part of the picture */
  const take = (specs: readonly TaskSpec[]): { readonly tasks: number; readonly units: number } => {
    let [tasks, units] = [0, 0];
    for (const { id, kernel, params, workUnits } of specs) {
      if (guideOf(id) !== null) {
        takeGuide(id, kernel.kind, params);
        continue;
      }
      parts.set(id, { params: { ...job.base, ...v.parse(Part, params) }, units: workUnits });
      tasks++;
      units += workUnits;
    }
    return { tasks, units };
  };

  const count = (units: number, sign: 1 | -1): void => {
    progress = { ...progress, accepted: progress.accepted + sign, unitsDone: progress.unitsDone + sign * units };
  };

  const start = ([next, step]: [RenderState, Step]): readonly TaskSpec[] => {
    state = next;
    parts.clear();
    guides.clear();
    accepted.clear();
    // What an earlier round left undone is part of this one.
    const { tasks, units } = take(step.add);
    progress = { ...progress, tasks: progress.accepted + tasks, units: progress.unitsDone + units };
    return step.add;
  };

  const tell = (event: PlannerEvent<MoreSamples, CostSample>, grid: GridState): void => {
    const [next, { add, withdraw }] = renderPlanner.resume(state, event, grid);
    state = next;
    if (add.length + withdraw.length === 0) return;
    const { tasks, units } = take(add);
    progress = { ...progress, tasks: progress.tasks + tasks, units: progress.units + units };
    wanted = { add: [...wanted.add, ...add], withdraw: [...wanted.withdraw, ...withdraw] };
  };

  return {
    get state() {
      return state;
    },
    get done() {
      return isDone(state) ? { failed: state.failed.length } : null;
    },
    get progress() {
      return progress;
    },
    has: (task) => parts.has(task) || guides.has(task),
    paramsOf: (task) => parts.get(task)?.params,
    guide: (task) => guides.get(task),
    begin: (grid) => start(renderPlanner.begin(job, grid)),
    extend: (more, grid) => start(renderPlanner.resume(state, { type: 'extended', more }, grid)),
    refine: (runs, costs, grid) => tell({ type: 'extended', more: { spp: 0, runs, ...(costs && { costs }) } }, grid),
    accepted(task, measured, grid = NO_GRID) {
      const event = { type: 'accepted', task, ...(measured && { measured }) } as const;
      if (guides.delete(task)) {
        tell(event, grid);
        return true;
      }
      const part = parts.get(task);
      if (!part || accepted.has(task)) return false;
      accepted.add(task);
      count(part.units, 1);
      tell(event, grid);
      return true;
    },
    failed(task, grid = NO_GRID) {
      guides.delete(task);
      tell({ type: 'failed', task }, grid);
    },
    retracted(task) {
      const part = parts.get(task);
      if (!part || !accepted.delete(task)) return false;
      count(part.units, -1);
      tell({ type: 'retracted', task }, NO_GRID);
      return true;
    },
    withdrawn(task, grid) {
      guides.delete(task);
      const part = parts.get(task);
      if (part) {
        parts.delete(task);
        progress = { ...progress, tasks: progress.tasks - 1, units: progress.units - part.units };
      }
      tell({ type: 'withdrawn', task }, grid);
    },
    tooLate: (task, grid) => tell({ type: 'tooLate', task }, grid),
    next() {
      const next = wanted;
      wanted = { add: [], withdraw: [] };
      return next;
    },
    counted(part) {
      const units = unitsOf(job, part);
      progress = { ...progress, tasks: progress.tasks + 1, units: progress.units + units };
      count(units, 1);
    },
    uncounted: (part) => count(unitsOf(job, part), -1),
    unitsOf: (task, part) => parts.get(task)?.units ?? unitsOf(job, part),
    isAccepted: (task) => accepted.has(task),
    round: () => ({
      parts: [...parts].map(([task, { params, units }]) => ({
        task,
        tile: params.tile,
        samples: params.samples,
        units,
      })),
      guides: [...guides].map(([task, { kind, params }]) => ({ task, kernel: kind.kind, params })),
    }),
  };
}
