import type { TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { type Core, jobOf, volunteerOf } from './core.js';
import { moveAttempt, moveTask, settleTasks } from './moves.js';
import { pairKey } from './parts.js';
import { reindex } from './queues.js';
import { tellCancel } from './standing.js';
import { type AttemptRecord, isLive, type TaskCheck, type TaskRecord, type VolunteerRecord } from './state.js';

/** Results that are taken, refused, or taken back. */

const NOBODY_ASKED: readonly never[] = [];

export function checkOf(task: TaskRecord): TaskCheck {
  task.check ??= {
    open: false,
    maker: null,
    pending: new Set(),
    verdicts: new Map(),
    parts: NOBODY_ASKED,
    agreed: [],
    confirmed: NOBODY_ASKED,
    unseen: false,
    covered: false,
  };
  return task.check;
}

/** Opens the check of a result, or leaves it open. */
export function openCheck(task: TaskRecord, maker: VolunteerId): void {
  const check = checkOf(task);
  check.open = true;
  check.maker ??= maker;
  reindex(task);
}

export function closeCheck(task: TaskRecord): void {
  const check = checkOf(task);
  check.open = false;
  // What is answered from now on is of no interest.
  check.pending.clear();
  check.parts = NOBODY_ASKED;
  reindex(task);
  // Once nothing is wanted of it any more.
  check.maker = null;
}

/**
 * This result is the task's.
 * @param agreed volunteers that vouch for it; none in a job that does not check
 * @param confirmed volunteers that vouch for a part of it
 */
export function accept(
  core: Core,
  attempt: AttemptRecord,
  agreed: readonly VolunteerId[],
  confirmed: readonly VolunteerId[] = NOBODY_ASKED,
): void {
  const { task } = attempt;
  moveAttempt(core, attempt, { kind: 'accepted' });
  moveTask(core, task, { kind: 'done', by: attempt.id });
  volunteerOf(core, attempt.volunteer).failuresInRow = 0;
  core.effects.push({ type: 'accept', volunteer: attempt.volunteer, attempt: attempt.id, task: task.spec.id });
  if (agreed.length > 0) vouch(core, task, agreed, confirmed);
  endOthers(core, task, [...agreed, ...confirmed]);
}

/** Who vouches for a done task's result, and who for parts of it. */
export function vouch(
  core: Core,
  task: TaskRecord,
  agreed: readonly VolunteerId[],
  confirmed: readonly VolunteerId[] = NOBODY_ASKED,
): void {
  const check = checkOf(task);
  check.agreed = agreed;
  check.confirmed = confirmed;
  closeCheck(task);
  for (const id of [...agreed, ...confirmed]) volunteerOf(core, id).vouched.add(task.spec.id);
}

/** Everybody who vouches for a done task's result or for a part of it. */
export function vouchersOf({ check }: TaskRecord): readonly VolunteerId[] {
  return check ? [...check.agreed, ...check.confirmed] : NOBODY_ASKED;
}

/** Notes that a result should have been checked while nobody was there to do it, or that it has been looked at after all. */
export function noteUnseen(task: TaskRecord, unseen: boolean): void {
  const check = checkOf(task);
  if (check.unseen === unseen) return;
  check.unseen = unseen;
  jobOf(task).unseen += unseen ? 1 : -1;
}

/** Ends what is live or being judged beside a result that is kept. @param agreed whose results agree with it, or with a part of it */
export function endOthers(core: Core, task: TaskRecord, agreed: readonly VolunteerId[]): void {
  cancelAttempts(core, task, ({ state, volunteer }) =>
    state.kind === 'returned' && agreed.includes(volunteer)
      ? 'its result agrees with the one that is kept'
      : 'another result was first',
  );
}

/** Ends every attempt of a task that is live or being judged. */
export function cancelAttempts(core: Core, task: TaskRecord, reason: (attempt: AttemptRecord) => string): void {
  for (const attempt of task.attempts) endAttempt(core, attempt, reason(attempt));
}

/** Ends an attempt that is live or being judged. */
export function endAttempt(core: Core, attempt: AttemptRecord, reason: string): void {
  if (!isLive(attempt) && attempt.state.kind !== 'returned') return;
  moveAttempt(core, attempt, { kind: 'cancelled', reason });
  tellCancel(core, attempt, reason);
}

/** A result is looked at no more: its parts go, and so does what was said of them. */
export function dropParts(core: Core, result: AttemptRecord, reason: string): void {
  const { task } = result;
  if (!task.check || task.check.parts.length === 0) return;
  task.check.parts = task.check.parts.filter(({ of }) => of !== result.id);
  for (const attempt of task.attempts) {
    if (attempt.probe?.of !== result.id) continue;
    endAttempt(core, attempt, reason);
    dropPairs(task, attempt);
  }
}

/** Nothing that is asked about a result is waited for any more. */
export function dropPairs({ check, attempts }: TaskRecord, gone: AttemptRecord): void {
  for (const other of attempts) check?.pending.delete(pairKey(gone, other));
}

export function rejectResult(core: Core, v: VolunteerRecord, attempt: AttemptRecord, reason: string): void {
  moveAttempt(core, attempt, { kind: 'rejected', reason }, reason);
  jobOf(attempt.task).rejected++;
  if (v.state.kind !== 'gone') {
    core.effects.push({ type: 'reject', volunteer: v.id, attempt: attempt.id, reason });
  }
}

/** Nobody is accused: with so many opinions it is the task, or the comparison, that is at fault. */
export function giveUp(core: Core, task: TaskRecord, results: readonly AttemptRecord[], reason: string): void {
  for (const attempt of results) {
    if (attempt.state.kind === 'accepted') takeBack(core, task, attempt.id, reason);
    else rejectResult(core, volunteerOf(core, attempt.volunteer), attempt, reason);
    task.failures = [...task.failures, { volunteer: attempt.volunteer, reason }];
  }
  for (const attempt of task.attempts) if (attempt.probe) endAttempt(core, attempt, reason);
}

/** A done task is to be done again, and so is everything that was made from its output. */
export function retract(core: Core, task: TaskRecord, reason: string): void {
  if (task.state.kind !== 'done') return;
  takeBack(core, task, task.state.by, reason);
  cancelAttempts(core, task, () => reason);
  core.agenda.push(task);
  settleTasks(core);
}

/** Takes an accepted result out; other results of the task stay. Leaves the task `ready`, for a moment or to be done again. */
export function takeBack(core: Core, task: TaskRecord, by: AttemptRecord['id'], reason: string): void {
  const attempt = task.attempts.find(({ id }) => id === by);
  const job = jobOf(task);
  if (!attempt) return;
  moveAttempt(core, attempt, { kind: 'retracted', reason }, reason);
  for (const id of vouchersOf(task)) volunteerOf(core, id).vouched.delete(task.spec.id);
  if (task.check) noteUnseen(task, false);
  job.audits.delete(task.spec.id);
  job.retracted++;
  const { volunteer } = attempt;
  core.effects.push({ type: 'retract', volunteer, attempt: by, task: task.spec.id, reason });
  moveTask(core, task, { kind: 'ready' }, reason);
  task.freed = false;
  for (const id of task.dependents) undo(core, id, `the output of ${task.spec.id}, which it was made from, was wrong`);
}

function undo(core: Core, id: TaskId, reason: string): void {
  const task = core.state.tasks.get(id);
  if (!task) return;
  if (task.state.kind === 'done') {
    retract(core, task, reason);
  } else {
    cancelAttempts(core, task, () => reason);
    core.agenda.push(task);
  }
  // Nor may a late result count that was made from the wrong one.
  for (const attempt of task.attempts) {
    if (attempt.state.kind === 'lost') moveAttempt(core, attempt, { kind: 'cancelled', reason }, reason);
  }
}
