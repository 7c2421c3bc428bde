import type { Core } from './core.js';
import { mayAssign } from './hold.js';
import { outlookFor } from './horizon.js';
import { refresh } from './lanes.js';
import { isSpent, moveAttempt, settleTasks } from './moves.js';
import { headOf } from './queues.js';
import { candidateOf } from './shortlist.js';
import { tellCancel } from './standing.js';
import { type AttemptRecord, hasFailed, isWhole, type Place, type TaskQueue, type TaskRecord } from './state.js';

/**
 * Room for what has a deadline: queued work of jobs without one makes way, running work never. Nor do parts of results that are
 * computed again: they take next to nothing, and results must not stay unseen because something urgent comes all the time.
 */

/** Volunteers looked at for queued work: those that would be free first. */
const LOOKED_AT = 16;

/** Frees a place for the queue's next task if it has a deadline. @returns whether somebody has room now */
export function makeRoom(core: Core, queue: TaskQueue): boolean {
  const task = headOf(queue);
  if (queue.job.settings.deadlineMs === null || !task || !mayAssign(core, queue.job)) return false;
  for (let i = 0; i < LOOKED_AT; i++) {
    const place = queue.taskClass.full.at(i);
    if (!place) break;
    if (hasFailed(task, place.volunteer)) continue;
    const waiting = place.volunteer.queue.slice(1).filter((attempt) => mayWait(core, attempt));
    if (waiting.length === 0 || !wouldTake(core, task, place, waiting)) continue;
    const reason = 'something urgent goes before it';
    for (const attempt of waiting) {
      moveAttempt(core, attempt, { kind: 'cancelled', reason }, reason);
      tellCancel(core, attempt, reason);
    }
    settleTasks(core);
    refresh(core);
    return true;
  }
  return false;
}

function mayWait(core: Core, attempt: AttemptRecord): boolean {
  const { state, task } = attempt;
  if (!isWhole(attempt)) return false;
  return state.kind !== 'running' && task.queue.job.settings.deadlineMs === null && !isSpent(core, task);
}

/** Whether the policy would give the task to a volunteer without what makes way: if not, that would only come back. */
function wouldTake(core: Core, task: TaskRecord, place: Place, waiting: readonly AttemptRecord[]): boolean {
  const shown = candidateOf(core, task, place);
  const waitingMs = waiting.reduce((sum, { expectedMs }) => sum + expectedMs, 0);
  const cleared = {
    ...shown,
    queued: shown.queued - waiting.length,
    room: Math.max(1, place.depth - shown.queued + waiting.length),
    finishMs: Math.max(shown.durationMs, shown.finishMs - waitingMs),
  };
  return core.config.policy.choose([cleared], outlookFor(core, task, [cleared])) !== null;
}
