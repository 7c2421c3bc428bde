import type { Millis } from '@tabgrid/protocol/ids';
import type { Core } from './core.js';
import type { AttemptRecord, AttemptState, JobRecord, VolunteerRecord } from './state.js';

/**
 * How much of the volunteers' time each job was given, by which jobs share them. An attempt is charged with what is expected of it
 * when it is handed out, so that several at once are shared too, and with what it took when it ends: what is expected is a guess at
 * first, and the more so the longer a task is.
 *
 * 1. `charged` of a job is the sum of `chargeOf` its live attempts; whole milliseconds, so that it is exact in any order.
 * 2. `served` holds that as well, divided by the weight; without it, only time that was really used is in it.
 */

/** What a live attempt counts for, in whole ms. */
export const chargeOf = ({ expectedMs }: AttemptRecord): Millis => Math.round(expectedMs);

/** An attempt is handed out, or is live again. Newcomers begin where this job is, without what is only expected of it. */
export function charge({ state }: Core, attempt: AttemptRecord): void {
  const { job } = attempt.task.queue;
  state.servedAt = settledOf(job);
  add(job, chargeOf(attempt));
}

/** An attempt ends that its volunteer has had until now. @param from what it was */
export function settle({ now }: Core, attempt: AttemptRecord, v: VolunteerRecord, from: AttemptState): void {
  const { job } = attempt.task.queue;
  add(job, -chargeOf(attempt));
  job.served += tookOf(attempt, v, from, now) / job.settings.weight;
}

/** After the job's weight has changed: what is expected of it counts by the new one. */
export function reweigh(job: JobRecord, before: number): void {
  job.served += job.charged * (1 / job.settings.weight - 1 / before);
}

const settledOf = ({ served, charged, settings }: JobRecord): number => served - charged / settings.weight;

function add(job: JobRecord, ms: Millis): void {
  job.charged += ms;
  job.served += ms / job.settings.weight;
}

/** The volunteer's own figure leaves out queueing and transfer; without one, what was seen of it. */
function tookOf(attempt: AttemptRecord, v: VolunteerRecord, from: AttemptState, now: Millis): Millis {
  const { state } = attempt;
  const seenMs = Math.max(0, now - attempt.assignedAt);
  if (state.kind === 'returned') return Math.min(state.stats.wallMs, seenMs);
  if (v.queue[0] === attempt && from.kind !== 'reserved') {
    // Silence is nobody's.
    return Math.max(0, (state.kind === 'lost' ? v.signAt : now) - v.headAt);
  }
  return from.kind === 'running' ? Math.min(from.share * attempt.expectedMs, seenMs) : 0;
}
