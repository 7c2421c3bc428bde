import { BlobId, JobId, type Millis, TaskId, type VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { GridState, Planner, PlannerEvent, Step } from '@tabgrid/splitters/planner';
import * as v from 'valibot';
import { logNormal, stream } from './draws.js';
import { MEDIAN_UNITS_PER_SECOND, type Profile } from './profile.js';

/** A job's planner on its own state: the driver need not know which one. */
export interface Workload {
  begin(grid: GridState): Step;
  /** @param run of the result that an `accepted` event is about */
  resume(event: PlannerEvent<never>, grid: GridState, run?: ComputedTask): Step;
}

/** A task as a volunteer has computed it. */
export interface ComputedTask {
  readonly spec: TaskSpec;
  readonly volunteer: VolunteerId;
  readonly ms: Millis;
}

/** @param measure what the planner is told of a result, beside that it is there */
export function createWorkload<S, J, M, O, R, N>(
  planner: Planner<S, J, M, O, R, N>,
  job: J,
  measure?: (run: ComputedTask) => N | undefined,
): Workload {
  let state: S | null = null;
  return {
    begin(grid) {
      const [next, step] = planner.begin(job, grid);
      state = next;
      return step;
    },
    resume(event, grid, run) {
      if (state === null) throw new Error('a planner that has not begun');
      const measured = run && measure?.(run);
      const told = event.type === 'accepted' && measured !== undefined ? { ...event, measured } : event;
      const [next, step] = planner.resume(state, told, grid);
      state = next;
      return step;
    },
  };
}

export const KERNEL = { kind: 'simulated', version: '1' };

/** A bag of independent tasks: the simplest planner there is. */
interface Bag {
  readonly id: JobId;
  readonly tasks: readonly TaskSpec[];
}

const bagPlanner: Planner<{ readonly open: number; readonly failed: number }, Bag, never, null, null> = {
  kind: 'bag',
  begin: (bag) => [
    { open: bag.tasks.length, failed: 0 },
    { add: bag.tasks, withdraw: [] },
  ],
  resume(state, event) {
    if (event.type !== 'accepted' && event.type !== 'failed') return [state, { add: [], withdraw: [] }];
    const next = { open: state.open - 1, failed: state.failed + (event.type === 'failed' ? 1 : 0) };
    const step = { add: [], withdraw: [] };
    return [next, next.open === 0 ? { ...step, done: { failed: next.failed } } : step];
  },
  merge: () => null,
};

/**
 * The profile's tasks as the planner of such a job would cut them: costs spread about the mean, and known.
 * @param tasks others in their place
 */
export function bagOf(profile: Profile, seed: number, tasks: readonly TaskSpec[] = tasksOf(profile, seed)): Workload {
  return createWorkload(bagPlanner, { id: JOB, tasks });
}

export const JOB = v.parse(JobId, 'job');

export function tasksOf(profile: Profile, seed: number): readonly TaskSpec[] {
  const { taskSigma, verify, outputBytes, inputBytes } = profile;
  const random = stream(seed, 'tasks');
  const units = (profile.taskMs * MEDIAN_UNITS_PER_SECOND) / 1000;
  // The median that gives this mean (log-normal: mean = median × exp(σ² ÷ 2)).
  const median = units / Math.exp(taskSigma ** 2 / 2);
  const inputs = inputBytes > 0 ? [{ id: v.parse(BlobId, '0'.repeat(64)), bytes: inputBytes }] : [];
  return Array.from({ length: profile.tasks }, (_, i) => ({
    id: v.parse(TaskId, `task-${i}`),
    job: JOB,
    kernel: KERNEL,
    params: {},
    inputs,
    requires: {},
    workUnits: logNormal(random, median, taskSigma),
    outputBytes,
    verify,
  }));
}

/** What a task costs in truth, in work units. */
export function trueUnits(profile: Profile, seed: number, spec: TaskSpec): number {
  if (profile.costSigma === 0) return spec.workUnits;
  return logNormal(stream(seed, 'cost', spec.id), spec.workUnits, profile.costSigma);
}
