import type { Core } from './core.js';
import type { JobRecord, TaskQueue } from './state.js';

/**
 * A hold is reached when the share is, or when nothing is left but the one task a job that is kept back: a share so
 * high that it needs that task could never be reached otherwise.
 */
export function noteHold(core: Core): void {
  const { hold, jobs } = core.state;
  if (!hold || hold.reached) return;
  const running = [...jobs.values()].filter((job) => job.done + job.failed + job.cancelled < job.tasks.size);
  if (running.length === 0) return;
  const units = running.reduce((sum, job) => sum + job.units - cancelledUnits(core, job), 0);
  const done = running.reduce((sum, job) => sum + job.doneUnits, 0);
  const stuck = running.every((job) => job.open === 1 && job.done + job.failed + job.cancelled === job.tasks.size - 1);
  if (done < hold.share * units && !stuck) return;
  core.state.hold = { ...hold, reached: true };
  core.effects.push({ type: 'holdReached' });
}

/** What a planner has taken back is no part of the work any more. (A job that is held is a test's, and small.) */
function cancelledUnits({ state }: Core, job: JobRecord): number {
  if (job.cancelled === 0) return 0;
  let units = 0;
  for (const id of job.tasks) {
    const task = state.tasks.get(id);
    if (task?.state.kind === 'cancelled') units += task.spec.workUnits;
  }
  return units;
}

/** Whether a hold that is not reached yet allows one more assignment of this job. */
export function mayAssign(core: Core, job: JobRecord): boolean {
  return core.state.hold === null || job.open > 1;
}

/** Whether whole tasks of a queue wait for somebody. One that a hold keeps back does not: it comes only when results do. */
export function tasksWait(core: Core, { firsts, job }: TaskQueue): boolean {
  return firsts > 0 && mayAssign(core, job);
}
