import type { TaskId } from '@tabgrid/protocol/ids';
import type { GridState } from '../planner.js';
import { amounts } from '../spatial/density.js';
import { type CostKnowledge, costMap, knowsCosts, learnCost } from './cost-map.js';
import type { CostSample } from './cost-sample.js';
import type { PricedPart } from './parts.js';
import { paceOf } from './sizes.js';

/**
 * What may be cut anew of a picture, and when that is worth it. Plain data.
 *
 * 1. `tasks` are those of the last cut; what an earlier one left was begun by somebody, and is never taken back.
 * 2. While `asked` is set, each of `tasks` is answered once, `withdrawn` or `tooLate`; nothing else is asked.
 */
export interface Plan {
  readonly costs: CostKnowledge;
  readonly tasks: readonly PlannedTask[];
  /** Work units of those that are accepted. */
  readonly done: number;
  /** Share of the cut's work at which to look again whether it was a good one. */
  readonly lookAt: number;
  /** Volunteers that it was made for; 0 when nobody knows any more. */
  readonly volunteers: number;
  /** Cuts before it, in this round. */
  readonly cuts: number;
  readonly asked: Asked | null;
}

export interface PlannedTask extends PricedPart {
  readonly id: TaskId;
}

interface Asked {
  /** Answers to come. */
  readonly waiting: number;
  /** Places in `tasks` of those that somebody has begun, or that are done. */
  readonly late: readonly number[];
}

/** Looks at so many shares of a cut's work. */
const LOOK_EVERY = 0.2;
const MOST_CUTS = 8;

/** Mean difference between what tasks were thought to cost and what is known now, as a share: beyond it they are cut anew. */
const OFF = 0.12;

/** How much the number of volunteers has to change. */
const OTHER_GRID = 1.5;

/** Below so much time to go, what is there is as good as anything. */
const LEAST_SECONDS = 1;

export function openPlan(costs: CostKnowledge, tasks: readonly PlannedTask[], volunteers: number, cuts: number): Plan {
  return { costs, tasks, done: 0, lookAt: LOOK_EVERY, volunteers, cuts, asked: null };
}

/** A part was accepted, or an accepted one is open again. */
export function noteDone(plan: Plan, task: TaskId, sign: 1 | -1, measured: CostSample | undefined): Plan {
  const place = placeOf(plan.tasks, task);
  const units = place === undefined ? 0 : (plan.tasks[place]?.units ?? 0);
  return { ...learnt(plan, measured), done: plan.done + sign * units };
}

export function learnt(plan: Plan, measured: CostSample | undefined): Plan {
  return measured ? { ...plan, costs: learnCost(plan.costs, measured) } : plan;
}

/** @returns the plan with every task asked back; null when it had better stay as it is */
export function askedBack(plan: Plan, grid: GridState): Plan | null {
  if (plan.asked || plan.tasks.length === 0 || plan.cuts >= MOST_CUTS || grid.volunteers === 0) return null;
  if ((unitsOf(plan) - plan.done) / paceOf(grid).unitsPerSecond < LEAST_SECONDS) return null;
  return { ...plan, asked: { waiting: plan.tasks.length, late: [] } };
}

/** Looks whether the cut still suits what is known: what it costs, and who is there. */
export function lookedAt(plan: Plan, grid: GridState): { readonly plan: Plan; readonly suits: boolean } {
  if (plan.asked || grid.volunteers === 0) return { plan, suits: true };
  const change = plan.volunteers === 0 ? 1 : grid.volunteers / plan.volunteers;
  if (change >= OTHER_GRID || change <= 1 / OTHER_GRID) return { plan, suits: !knowsCosts(plan.costs) };
  const share = plan.done / Math.max(1e-300, unitsOf(plan));
  if (share < plan.lookAt || !knowsCosts(plan.costs)) return { plan, suits: true };
  return { plan: { ...plan, lookAt: share + LOOK_EVERY }, suits: offBy(plan) <= OFF };
}

/** How far the tasks' prices are from what is known now. */
function offBy({ tasks, costs }: Plan): number {
  const known = knownUnits(tasks, costs);
  return sumOf(tasks.map(({ units }, i) => Math.abs((known[i] ?? 0) - units))) / Math.max(1e-300, unitsOf({ tasks }));
}

/** What tasks cost by what is known now, in units of which there are as many as they were thought to have together. */
function knownUnits(tasks: readonly PlannedTask[], costs: CostKnowledge): readonly number[] {
  const amountIn = amounts(costMap(costs));
  const known = tasks.map(({ tile, samples }) => amountIn(tile) * samples.count);
  const scale = unitsOf({ tasks }) / Math.max(1e-300, sumOf(known));
  return known.map((amount) => amount * scale);
}

/** @returns null for an answer that was not waited for */
export function answered(plan: Plan, task: TaskId, late: boolean): Plan | null {
  const place = placeOf(plan.tasks, task);
  if (!plan.asked || place === undefined) return null;
  const { waiting, late: before } = plan.asked;
  return { ...plan, asked: { waiting: waiting - 1, late: late ? [...before, place] : before } };
}

/** What somebody has begun or done may have cost so many times what it was thought to. */
const MOST_OFF = 8;

/**
 * The grid, its speeds told in what tasks cost by the map. They were learnt from tasks that were priced before it was there, and
 * what comes first in a picture – its middle – may cost several times the mean.
 * @param plan whose answers are all there
 */
export function pacedByMap(
  { tasks, costs, asked }: Plan,
  { volunteers, unitsPerSecond, speeds }: GridState,
): GridState {
  const units = knownUnits(tasks, costs);
  const late = asked?.late ?? [];
  const [known, said] = [sumOf(late.map((i) => units[i] ?? 0)), sumOf(late.map((i) => tasks[i]?.units ?? 0))];
  const off = known > 0 && said > 0 ? Math.min(MOST_OFF, Math.max(1 / MOST_OFF, known / said)) : 1;
  return {
    volunteers,
    unitsPerSecond: unitsPerSecond === null ? null : unitsPerSecond * off,
    ...(speeds && { speeds: speeds.map((speed) => speed * off) }),
  };
}

/** What came back, once all answers are there. */
export function takenBack({ tasks, asked }: Plan): readonly PlannedTask[] {
  const late = new Set(asked?.late);
  return tasks.filter((_, i) => !late.has(i));
}

const sumOf = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0);

const unitsOf = ({ tasks }: Pick<Plan, 'tasks'>): number => {
  const known = sums.get(tasks);
  if (known !== undefined) return known;
  const sum = sumOf(tasks.map(({ units }) => units));
  sums.set(tasks, sum);
  return sum;
};

function placeOf(tasks: readonly PlannedTask[], task: TaskId): number | undefined {
  let found = places.get(tasks);
  if (!found) {
    found = new Map(tasks.map(({ id }, i) => [id, i]));
    places.set(tasks, found);
  }
  return found.get(task);
}

/** What is found again from a list of tasks whenever it is needed. */
const sums = new WeakMap<readonly PlannedTask[], number>();
const places = new WeakMap<readonly PlannedTask[], ReadonlyMap<TaskId, number>>();
