import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, jobOf, viewOf, volunteerOf } from './core.js';
import { refresh } from './lanes.js';
import { isSpent, moveAttempt, settleTasks } from './moves.js';
import type { RunningTask } from './policies/policy.js';
import { reserve } from './reserve.js';
import { candidateOf, type Shown, shortlist } from './shortlist.js';
import { tellCancel } from './standing.js';
import {
  type AttemptRecord,
  hasFailed,
  isLive,
  isSound,
  isWhole,
  type Place,
  type TaskClass,
  type TaskRecord,
  type VolunteerRecord,
} from './state.js';

/**
 * Second attempts beside a live one.
 *
 * 1. A task has at most two live attempts.
 * 2. Beside a volunteer that is silent, paused or otherwise not in good standing a backup starts as soon as somebody has room.
 *    Beside one in good standing only if the policy says that it pays, and within the job's extra share.
 */

/** How long idle volunteers wait before they look again for something to clone. */
const TAIL_LOOK_MS: Millis = 250;

/** Running tasks that are shown to the policy in one look. */
const MOST_TRIED = 32;

/** Backups for what is late or in doubt. */
export function giveBackups(core: Core): void {
  for (const task of core.state.doubtful) {
    const { idle, queued } = task.queue.taskClass;
    if (idle.length + queued.length === 0) continue;
    if (!mayWait(core, task)) core.state.doubtful.delete(task);
  }
}

/** Gives a doubtful task a backup if it should have one. @returns whether to look at it again later */
function mayWait(core: Core, task: TaskRecord): boolean {
  const only = onlyAttempt(task);
  if (!only) return false;
  const v = volunteerOf(core, only.volunteer);
  const { queue } = task;
  if (queue.job.paused) return true;
  if (v.state.kind === 'ready') {
    // Overdue. What is not worth it now is looked at again when volunteers are idle.
    if (v.queue[0] !== only || core.now - v.headAt < only.boundMs || !allowsExtra(core, task)) return false;
    const fresh = backupOf(core, task, only, nearest(core, task));
    if (fresh && core.config.policy.hedge(runningView(core, only), fresh)) {
      reserve(core, task, fresh, 'backup', 'extra');
    }
    return false;
  }
  // Who paused may still be at it: that is less urgent than what nobody has.
  if (v.state.kind === 'paused' && queue.firsts > 0) return true;
  const fresh = backupOf(core, task, only, nearest(core, task));
  if (fresh) reserve(core, task, fresh, 'backup', 'plain');
  return fresh === null;
}

/** A task's single live attempt; null when there is none, or several, or a result. */
function onlyAttempt(task: TaskRecord): AttemptRecord | null {
  if (task.state.kind !== 'running') return null;
  let found: AttemptRecord | null = null;
  for (const attempt of task.attempts) {
    if (!isWhole(attempt)) continue;
    if (isSound(attempt)) return null;
    if (!isLive(attempt)) continue;
    if (found) return null;
    found = attempt;
  }
  return found;
}

/** Whether the job may do this task twice: within its share, but one at least, unless its share is nothing. */
function allowsExtra(core: Core, task: TaskRecord): boolean {
  const { extraUnits, units, settings } = jobOf(task);
  const most = (settings.extraShare ?? core.config.extraShare) * units;
  if (most === 0) return false;
  return extraUnits === 0 || extraUnits + task.spec.workUnits <= most;
}

/** A reserved backup is apart from the primary: it is taken though somebody else would be sooner by so much. */
const RESERVED_MARGIN = 1.25;

/** Whoever would be done first, or a reserved backup with nothing to do that is nearly as good. */
function backupOf(core: Core, task: TaskRecord, attempt: AttemptRecord, among: readonly Place[]): Shown | null {
  const { taskClass } = task.queue;
  let best: Shown | null = null;
  let least = Number.POSITIVE_INFINITY;
  const consider = (place: Place, margin: number) => {
    const shown = candidateOf(core, task, place);
    const time = shown.finishMs / shown.survival / margin;
    if (time < least) [best, least] = [shown, time];
  };
  for (const id of attempt.backups) {
    const place = volunteerOf(core, id).places.get(taskClass.key);
    if (place?.list === 'idle' && suits(task, place.volunteer)) consider(place, RESERVED_MARGIN);
  }
  for (const place of among) consider(place, 1);
  return best;
}

const suits = (task: TaskRecord, v: VolunteerRecord): boolean =>
  !hasFailed(task, v) && !task.attempts.some((a) => a.volunteer === v.id && isLive(a));

const MOST_COMPARED = 4;

/** Some with room who would be done soonest. */
function nearest(core: Core, task: TaskRecord): readonly Place[] {
  return shortlist(core, task.queue.taskClass, (v) => suits(task, v)).slice(0, MOST_COMPARED);
}

/** The fastest of those with nothing to do. */
function fastestIdle(task: TaskRecord): readonly Place[] {
  const found: Place[] = [];
  for (const place of task.queue.taskClass.idle) {
    if (suits(task, place.volunteer)) found.push(place);
    if (found.length === MOST_COMPARED) break;
  }
  return found;
}

/** Idle volunteers try what would end last. */
export function cloneTail(core: Core): void {
  if (core.now < core.state.tailQuietUntil) return;
  for (const taskClass of core.state.classes.values()) {
    if (taskClass.idle.length === 0) continue;
    core.state.tailQuietUntil = core.now + TAIL_LOOK_MS;
    for (const attempt of latestOf(core, taskClass)) {
      if (taskClass.idle.length === 0) break;
      tryClone(core, attempt);
    }
  }
}

/** Of each task of a class that somebody else could try as well, the attempt that would end first; the longest time to end first. */
function latestOf(core: Core, taskClass: TaskClass): readonly AttemptRecord[] {
  const found = new Map<TaskRecord, { readonly attempt: AttemptRecord; readonly remainingMs: Millis }>();
  for (const list of [taskClass.queued, taskClass.full]) {
    for (const { volunteer: v } of list) {
      let remainingMs = 0;
      for (const attempt of v.queue) {
        const head = attempt === v.queue[0];
        remainingMs += remainingOf(core, v, attempt, head);
        const { task } = attempt;
        if (task.queue.taskClass !== taskClass || task.queue.job.paused || task.state.kind !== 'running') continue;
        if (head && !allowsExtra(core, task)) continue;
        const other = found.get(task);
        if (!other || remainingMs < other.remainingMs) found.set(task, { attempt, remainingMs });
      }
    }
  }
  const latest = [...found.values()].sort((a, b) => b.remainingMs - a.remainingMs);
  return latest.slice(0, MOST_TRIED).map(({ attempt }) => attempt);
}

function tryClone(core: Core, attempt: AttemptRecord): void {
  const { task } = attempt;
  const fresh = backupOf(core, task, attempt, fastestIdle(task));
  if (!fresh) return;
  const other = task.attempts.find((a) => a !== attempt && isLive(a));
  // Work that waits does so for somebody better than whoever is idle.
  const view = { ...runningView(core, attempt), workWaits: false };
  if (!other && view.elapsedMs < 0 && attempt.state.kind !== 'running') takeOver(core, attempt, view, fresh);
  else if (allowsExtra(core, task) && core.config.policy.hedge(view, fresh)) {
    if (other) giveUp(core, other, 'somebody faster takes its place');
    reserve(core, task, fresh, 'clone', 'extra');
  }
}

function giveUp(core: Core, attempt: AttemptRecord, reason: string): void {
  moveAttempt(core, attempt, { kind: 'cancelled', reason }, reason);
  tellCancel(core, attempt, reason);
  settleTasks(core);
  refresh(core);
}

/** What still waits behind other work is handed to somebody idle instead: that costs nothing twice. */
function takeOver(core: Core, attempt: AttemptRecord, view: RunningTask, fresh: Shown): void {
  if (view.remainingMs <= fresh.finishMs || isSpent(core, attempt.task)) return;
  giveUp(core, attempt, 'somebody idle takes it over');
  // Without this attempt it may be over: too many had failed it before.
  if (attempt.task.wanting === 'first') reserve(core, attempt.task, fresh, 'again', 'plain');
}

/** How an attempt is getting on. */
export function runningView(core: Core, attempt: AttemptRecord): RunningTask {
  const v = volunteerOf(core, attempt.volunteer);
  let before: Millis = 0;
  for (const [i, queued] of v.queue.entries()) {
    if (queued === attempt) {
      const elapsedMs = i === 0 ? core.now - v.headAt : -before;
      const remainingMs = before + remainingOf(core, v, attempt, i === 0);
      const { queue } = attempt.task;
      return {
        elapsedMs,
        expectedMs: attempt.expectedMs,
        boundMs: attempt.boundMs,
        share: attempt.state.kind === 'running' ? attempt.state.share : 0,
        remainingMs,
        failure: core.oracle.failure(viewOf(core, v), remainingMs),
        workWaits: queue.firsts > 0,
      };
    }
    before += remainingOf(core, v, queued, i === 0);
  }
  throw new Error(`${attempt.id} is in no queue`);
}

/** Below this share, what was done says little about what is left. */
const TELLING_SHARE = 0.1;

function remainingOf(core: Core, v: VolunteerRecord, attempt: AttemptRecord, head: boolean): Millis {
  const { expectedMs, state } = attempt;
  if (!head) return expectedMs;
  const elapsed = core.now - v.headAt;
  if (state.kind === 'running' && state.share >= TELLING_SHARE) return (elapsed * (1 - state.share)) / state.share;
  // The longer it is overdue, the longer it will still take (LATE).
  return Math.max(expectedMs - elapsed, elapsed - expectedMs);
}
