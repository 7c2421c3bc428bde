import { type Core, volunteerOf } from './core.js';
import { judgeParts } from './judge-spot.js';
import { settleTasks } from './moves.js';
import { isRefuted, resultsOf } from './parts.js';
import { closeCheck, dropPairs, dropParts, rejectResult } from './results.js';
import { isSound, type TaskRecord, type VolunteerRecord } from './state.js';

/**
 * What somebody returned who was caught meanwhile. A few pixels that are right do not acquit a tile of a liar: a black tile is
 * right where the picture is black. It is not looked at any further but made anew.
 */
export function refuseCaught(core: Core): void {
  for (const v of core.caught) {
    // Judging what is left may catch others, which are then in the set behind this one.
    for (const task of waitingOf(core, v)) refuse(core, task, v);
    core.caught.delete(v);
  }
  settleTasks(core);
}

function refuse(core: Core, task: TaskRecord, v: VolunteerRecord): void {
  const reason = 'who made it was caught returning another wrong result';
  for (const attempt of resultsOf(task)) {
    if (attempt.volunteer !== v.id || !isSound(attempt) || (task.check && isRefuted(task.check, attempt))) continue;
    dropPairs(task, attempt);
    dropParts(core, attempt, reason);
    rejectResult(core, volunteerOf(core, v.id), attempt, reason);
    if (resultsOf(task).length === 0) closeCheck(task);
    else if (task.check?.open && task.check.pending.size === 0) judgeParts(core, task);
  }
}

/** Tasks whose parts somebody should look at, or is looking at, and those that are contested. */
function waitingOf({ state }: Core, v: VolunteerRecord): ReadonlySet<TaskRecord> {
  const found = new Set<TaskRecord>();
  const note = (task: TaskRecord) => {
    const checked = task.check?.open === true && task.check.parts.length > 0;
    if (checked && task.attempts.some((a) => a.volunteer === v.id && isSound(a))) found.add(task);
  };
  for (const { queues } of state.jobs.values()) {
    for (const { replicas } of queues) for (const task of replicas.get(v.id)?.tasks ?? []) note(task);
  }
  for (const { queue } of state.volunteers.values()) {
    for (const { probe, task } of queue) if (probe) note(task);
  }
  for (const task of state.disputed) note(task);
  return found;
}
