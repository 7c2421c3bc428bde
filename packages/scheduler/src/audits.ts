import { type Core, jobOf } from './core.js';
import { cancelAttempts, checkOf, closeCheck, dropParts, noteUnseen, openCheck } from './results.js';
import { drawParts, planParts } from './spot.js';
import { isLive, type JobRecord, type TaskRecord } from './state.js';
import { anybodyApart, isWaitedFor } from './trust.js';

/**
 * The last look at a job that checks. Somebody who was honest until trusted and lied from then on may not have been drawn
 * yet: of every volunteer's results that nobody else confirmed, a secret sample is confirmed before the job counts as
 * settled. A result is drawn for at most once, so that there is an end to it.
 */

/** Says of every job that has come to rest that it has, audits first. */
export function settleJobs(core: Core): void {
  for (const job of core.state.jobs.values()) {
    if (job.settled || job.tasks.size === 0 || job.done + job.failed + job.cancelled < job.tasks.size) continue;
    dropHopeless(core, job);
    if (job.audits.size > 0) continue;
    drawAudits(core, job);
    dropHopeless(core, job);
    if (job.audits.size > 0) continue;
    job.settled = true;
    core.effects.push({ type: 'jobSettled', job: job.id });
  }
}

function drawAudits(core: Core, job: JobRecord): void {
  for (const v of core.state.volunteers.values()) {
    if (v.tags.trusted || v.vouched.size === 0) continue;
    const unconfirmed: TaskRecord[] = [];
    for (const id of v.vouched) {
      const task = core.state.tasks.get(id);
      if (task?.state.kind !== 'done' || task.queue.job !== job || !task.check) continue;
      const { agreed, confirmed, covered } = task.check;
      if (agreed.length === 1 && agreed[0] === v.id && confirmed.length === 0 && !covered) unconfirmed.push(task);
    }
    const wanted = Math.ceil(core.config.checkFloor * unconfirmed.length);
    for (let drawn = 0; drawn < wanted; drawn++) {
      const at = drawn + Math.floor(core.secret.next() * (unconfirmed.length - drawn));
      const [task, other] = [unconfirmed[at], unconfirmed[drawn]];
      if (!task || !other) break;
      unconfirmed[at] = other;
      unconfirmed[drawn] = task;
      job.audits.add(task.spec.id);
      const plan = planParts(core, task, 1);
      const result = task.attempts.find(({ state }) => state.kind === 'accepted');
      if (plan && result) drawParts(core, result, plan.parts);
      openCheck(task, v.id);
    }
    for (const task of unconfirmed) checkOf(task).covered = true;
  }
}

/** All of a done task's result is looked at, whoever vouches for parts of it. */
export function question(core: Core, task: TaskRecord): void {
  const result = task.attempts.find(({ state }) => state.kind === 'accepted');
  const maker = result && core.state.volunteers.get(result.volunteer);
  // Whatever becomes of it is told by `accept`.
  if (!result || !maker) return;
  const check = checkOf(task);
  if (maker.tags.trusted || check.agreed.length > 1) {
    core.effects.push({ type: 'confirmed', task: task.spec.id, whole: true });
    return;
  }
  const job = jobOf(task);
  dropParts(core, result, 'all of the result is looked at');
  noteUnseen(task, false);
  job.settled = false;
  job.audits.add(task.spec.id);
  check.covered = true;
  openCheck(task, maker.id);
}

/** An audit that nobody present could ever make does not keep the job waiting. */
function dropHopeless(core: Core, job: JobRecord): void {
  for (const id of job.audits) {
    const task = core.state.tasks.get(id);
    if (!task || task.attempts.some((a) => a.state.kind === 'returned' || isLive(a))) continue;
    if (anybodyApart(core, task) || isWaitedFor(core, task)) continue;
    endAudit(core, task, 'nobody is there who could check it');
    noteUnseen(task, true);
  }
}

/** Leaves an accepted result unconfirmed. */
export function endAudit(core: Core, task: TaskRecord, reason: string): void {
  task.queue.job.audits.delete(task.spec.id);
  closeCheck(task);
  cancelAttempts(core, task, () => reason);
  core.effects.push({ type: 'confirmed', task: task.spec.id, whole: false });
}
