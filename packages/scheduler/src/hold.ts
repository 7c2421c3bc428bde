import type { Core } from './core.js';
import type { JobRecord } from './state.js';

/**
 * A hold is reached when the share is, or when nothing is left but the one task a job that is kept back: a share so
 * high that it needs that task could never be reached otherwise.
 */
export function noteHold(core: Core): void {
  const { hold, jobs } = core.state;
  if (!hold || hold.reached) return;
  const running = [...jobs.values()].filter((job) => job.done + job.failed + job.cancelled < job.tasks.size);
  if (running.length === 0) return;
  const units = running.reduce((sum, job) => sum + job.units, 0);
  const done = running.reduce((sum, job) => sum + job.doneUnits, 0);
  const stuck = running.every((job) => job.open === 1 && job.done + job.failed + job.cancelled === job.tasks.size - 1);
  if (done < hold.share * units && !stuck) return;
  core.state.hold = { ...hold, reached: true };
  core.effects.push({ type: 'holdReached' });
}

/** Whether a hold that is not reached yet allows one more assignment of this job. */
export function mayAssign(core: Core, job: JobRecord): boolean {
  return core.state.hold === null || job.open > 1;
}
