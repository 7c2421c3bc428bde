import type { JobId, TaskId } from '@tabgrid/protocol/ids';
import type { RenderRun } from '@tabgrid/protocol/records';
import type { TaskSpec, Verification } from '@tabgrid/protocol/task';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { GridState, Planner, PlannerEvent, Step } from '../planner.js';
import { type CostKnowledge, costMap, knowNothing, knowsCosts, learnCost } from './cost-map.js';
import { type Cells, type CostSample, costCells, PREPASS_SHARE } from './cost-sample.js';
import { addResult, type Film, type FilmResult } from './film.js';
import { missingOf } from './missing.js';
import { cutRegions, type Part, type PricedPart, type Region, regionsOf } from './parts.js';
import {
  answered,
  askedBack,
  learnt,
  lookedAt,
  noteDone,
  openPlan,
  type Plan,
  type PlannedTask,
  pacedByMap,
  takenBack,
} from './plan.js';
import { nextRun, sampleCount } from './samples.js';
import { paceOf } from './sizes.js';
import { guideOf, guideSpecs, type RenderBase, specsOf } from './specs.js';

/** A picture to render. Its film depends on `base` and on the samples asked for, and on nothing else in here. */
export interface RenderJob {
  readonly id: JobId;
  readonly base: RenderBase;
  /** Camera samples a pixel. */
  readonly spp: number;
  /** Tile side in pixels; null leaves the choice to the planner. */
  readonly tile: number | null;
  readonly verify: Verification;
}

/** Plain data. */
export interface RenderState {
  readonly job: RenderJob;
  /** Samples asked for so far; the first from the launch. */
  readonly runs: readonly RenderRun[];
  /** How often tasks were made: part of their names, so that no name is used twice. */
  readonly generation: number;
  /** Parts of the picture that are neither accepted nor failed. */
  readonly open: number;
  /** Parts of the present round that failed for good. */
  readonly failed: readonly TaskId[];
  /** Tasks that look at the picture in advance and have not answered. */
  readonly guides: readonly TaskId[];
  /** What may be cut anew of the present round, and by what; null where nothing is, as where the owner chose the tiles. */
  readonly plan: Plan | null;
}

/** How a picture is asked for more. */
export interface MoreSamples {
  /** Further samples a pixel; 0 asks for what is missing and nothing else. */
  readonly spp: number;
  /** Instead of `spp`: which samples of which pixels. */
  readonly runs?: readonly RenderRun[];
  /**
   * For a picture that was stopped or has failed tasks: what every result that is there is of. What is missing of the
   * earlier rounds is made again before the new samples. Absent when nothing is missing.
   */
  readonly have?: readonly Part[];
  /** What the samples that are there have cost. */
  readonly costs?: CostSample;
}

/** The state of a picture at rest: what an `extended` event continues from. */
export function restingState(job: RenderJob, runs: readonly RenderRun[], generation: number): RenderState {
  return { job, runs, generation, open: 0, failed: [], guides: [], plan: null };
}

/** The state of a picture in the middle of a round, as far as it is stored. What its costs are is learned anew. */
export function recoveredState(
  resting: RenderState,
  round: Pick<RenderState, 'open' | 'failed' | 'guides'> & { readonly tasks: readonly PlannedTask[] },
): RenderState {
  const { job } = resting;
  const { tasks, ...moved } = round;
  return { ...resting, ...moved, plan: job.tile === null ? openPlan(knowNothing(cellsOf(job)), tasks, 0, 1) : null };
}

/** Whether nothing of the picture is waited for. */
export function isDone({ runs, open, plan }: RenderState): boolean {
  return runs.length > 0 && open === 0 && !plan?.asked;
}

/** Work units of a part of which no more is known. */
export function unitsOf({ base }: RenderJob, { tile, samples }: Part): number {
  return tile.width * tile.height * samples.count * unitsASample(base);
}

/** The cells in which drivers tell of a picture's costs. */
export function cellsOf({ base, spp }: RenderJob): Cells {
  return costCells(base.film, spp);
}

/**
 * A picture as tiles × runs of sample blocks. All tiles of the first blocks come first, so that the whole picture is there
 * early and then becomes finer.
 *
 * While nobody knows what the picture costs where, tiles are even ones: nobody waits for a map. Beside them the first tasks look
 * at the picture in advance, where that is worth it; when they are back, and whenever results show that the map was wrong or the
 * grid has changed, what nobody has begun is taken back and cut anew, into tiles of equal cost.
 */
export const renderPlanner: Planner<RenderState, RenderJob, MoreSamples, Film, FilmResult, CostSample> = {
  kind: 'render',

  begin(job, grid) {
    return extend(restingState(job, [], 0), { spp: job.spp }, grid);
  },

  resume(state, event, grid) {
    switch (event.type) {
      case 'extended':
        return extend(state, event.more, grid);
      case 'accepted':
      case 'failed':
      case 'retracted':
        return guideOf(event.task) === null ? partMoved(state, event, grid) : guideMoved(state, event, grid);
      case 'withdrawn':
      case 'tooLate':
        return answer(state, event, grid);
    }
  },

  merge: addResult,
};

type Moved = Extract<PlannerEvent<MoreSamples, CostSample>, { type: 'accepted' | 'failed' | 'retracted' }>;

const NOTHING: Step = { add: [], withdraw: [] };

/** A picture's own task. */
function partMoved(state: RenderState, event: Moved, grid: GridState): [RenderState, Step] {
  const { plan, open, failed } = state;
  switch (event.type) {
    case 'accepted': {
      const next = { ...state, open: open - 1, plan: plan && noteDone(plan, event.task, 1, event.measured) };
      return next.open === 0 || !next.plan ? settle(next) : look(next, next.plan, grid);
    }
    case 'failed':
      return settle({ ...state, open: open - 1, failed: [...failed, event.task] });
    case 'retracted':
      return [{ ...state, open: open + 1, plan: plan && noteDone(plan, event.task, -1, undefined) }, NOTHING];
  }
}

/** A task that looks at the picture in advance. That it fails is no harm. */
function guideMoved(state: RenderState, event: Moved, grid: GridState): [RenderState, Step] {
  if (event.type === 'retracted' || !state.guides.includes(event.task)) return [state, NOTHING];
  const guides = state.guides.filter((id) => id !== event.task);
  const plan = state.plan && learnt(state.plan, event.type === 'accepted' ? event.measured : undefined);
  const next = { ...state, guides, plan };
  if (guides.length > 0 || !plan || !knowsCosts(plan.costs)) return [next, NOTHING];
  return takeBack(next, plan, grid);
}

/** Whether the tasks still suit. While the first looks are out, what they bring is waited for. */
function look(state: RenderState, plan: Plan, grid: GridState): [RenderState, Step] {
  const seen = lookedAt(plan, grid);
  const next = { ...state, plan: seen.plan };
  return seen.suits || (state.guides.length > 0 && plan.cuts === 0) ? [next, NOTHING] : takeBack(next, seen.plan, grid);
}

function takeBack(state: RenderState, plan: Plan, grid: GridState): [RenderState, Step] {
  const asked = askedBack(plan, grid);
  if (!asked) return [state, NOTHING];
  return [
    { ...state, plan: asked },
    { add: [], withdraw: asked.tasks.map(({ id }) => id) },
  ];
}

/** One task's answer to a withdrawal; with the last one what came back is cut anew. */
function answer(
  state: RenderState,
  { type, task }: Extract<PlannerEvent<never>, { type: 'withdrawn' | 'tooLate' }>,
  grid: GridState,
): [RenderState, Step] {
  const plan = state.plan && answered(state.plan, task, type === 'tooLate');
  if (!plan) return [state, NOTHING];
  const next = { ...state, plan, open: state.open - (type === 'withdrawn' ? 1 : 0) };
  if (!plan.asked || plan.asked.waiting > 0) return [next, NOTHING];
  return cutAnew(next, regionsOf(takenBack(plan)), plan, pacedByMap(plan, grid));
}

function cutAnew(
  state: RenderState,
  regions: readonly Region[],
  { costs, cuts }: Plan,
  grid: GridState,
): [RenderState, Step] {
  const { job, generation } = state;
  const parts = cutRegions(regions, cuttingOf(job, costs), grid);
  const add = specsOf(job, `${generation}-`, parts);
  const plan = openPlan(costs, planned(add, parts), grid.volunteers, cuts + 1);
  return settle({ ...state, generation: generation + 1, open: state.open + add.length, plan }, add);
}

const planned = (specs: readonly TaskSpec[], parts: readonly PricedPart[]): readonly PlannedTask[] =>
  parts.flatMap((part, i) => {
    const id = specs[i]?.id;
    return id === undefined ? [] : [{ id, ...part }];
  });

/** Done when every part is; what still looks ahead then is not needed. */
function settle(state: RenderState, add: readonly TaskSpec[] = []): [RenderState, Step] {
  if (!isDone(state)) return [state, add.length > 0 ? { add, withdraw: [] } : NOTHING];
  const done = { failed: state.failed.length };
  return [
    { ...state, guides: [], plan: null },
    { add, withdraw: state.guides, done },
  ];
}

function extend(state: RenderState, more: MoreSamples, grid: GridState): [RenderState, Step] {
  const { job, runs, generation } = state;
  const { film } = job.base;
  const further: readonly RenderRun[] = more.runs ?? (more.spp > 0 ? [{ samples: nextRun(runs, more.spp) }] : []);
  const { have } = more;
  const missing = have ? runs.flatMap((run) => missingOf(film, run, have)) : [];
  const whole = { x: 0, y: 0, ...film };
  const regions = [...missing, ...further.map(({ samples, rects = [whole] }) => ({ samples, rects }))];
  const known = knowNothing(cellsOf(job));
  const costs = more.costs ? learnCost(known, more.costs) : known;
  const guides = further.length > 0 && !knowsCosts(costs) ? guidesFor(state, further, grid) : [];
  const parts = cutRegions(regions, cuttingOf(job, costs), guides.length > 0 ? hasty(grid) : grid);
  const tasks = specsOf(job, `${generation}-`, parts);
  const next: RenderState = {
    job,
    runs: [...runs, ...further],
    generation: generation + 1,
    // A picture that was stopped left tasks open that nobody will answer.
    open: tasks.length + (have ? 0 : state.open),
    failed: [],
    guides: guides.map(({ id }) => id),
    plan: job.tile === null ? openPlan(costs, planned(tasks, parts), grid.volunteers, 0) : null,
  };
  return settle(next, [...guides, ...tasks]);
}

function cuttingOf({ base, tile }: RenderJob, costs: CostKnowledge) {
  const { width, height } = base.film;
  return { width, height, tile, unitsASample: unitsASample(base), costs: knowsCosts(costs) ? costMap(costs) : null };
}

/** Mean work units of one sample of one pixel. */
export function unitsASample(base: RenderBase): number {
  return pathtraceTask.workUnits({
    ...base,
    tile: { x: 0, y: 0, width: 1, height: 1 },
    samples: { first: 0, count: 1, block: 1 },
  });
}

/** Volunteers' time that a picture takes at least where looking at it in advance is worth a volunteer's time. */
const LEAST_SECONDS_TO_LOOK = 20;
const LEAST_PIXELS_TO_LOOK = 4096;

/**
 * The grid as if it were slower: tiles for the time until the looks are back are small. What is dear is not known yet, and
 * whoever has begun it keeps it. For the average volunteer, not the median one: who is slow takes few of them.
 */
function hasty(grid: GridState): GridState {
  const { unitsPerSecond, hands } = paceOf(grid);
  return { volunteers: grid.volunteers, unitsPerSecond: unitsPerSecond / hands / 4 };
}

/** Tasks that look at a picture in advance; none where it is small, or the owner has chosen the tiles. */
function guidesFor(
  { job, generation }: RenderState,
  further: readonly RenderRun[],
  grid: GridState,
): readonly TaskSpec[] {
  const { width, height } = job.base.film;
  const samples = sampleCount(further, job.base.film) * width * height;
  const cells = cellsOf(job);
  const affordable = PREPASS_SHARE * samples;
  const pace = paceOf(grid);
  const seconds = (samples * unitsASample(job.base)) / (pace.unitsPerSecond / pace.hands);
  const small =
    width * height < LEAST_PIXELS_TO_LOOK || seconds < LEAST_SECONDS_TO_LOOK || cells.columns * cells.rows > affordable;
  return job.tile !== null || small ? [] : guideSpecs(job, `${generation}-`, cells, affordable);
}
