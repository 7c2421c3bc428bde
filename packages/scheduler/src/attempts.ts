import type { Millis } from '@tabgrid/protocol/ids';
import type { Failure, RunStats } from '@tabgrid/protocol/task';
import { attemptOf, type Core, taskOf, viewOf, viewOfTask, volunteerOf } from './core.js';
import { moveAttempt, moveTask, settleVolunteer } from './moves.js';
import { learnSpeed, speedKey } from './oracle.js';
import { type AttemptRecord, isFinal, isLive, type TaskRecord, type VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

/** What becomes of an attempt: signs of life, results, verdicts, failures, losses. */

/** Tells the volunteer to stop or to forget an attempt, if it is there to be told. */
export function tellCancel(core: Core, attempt: AttemptRecord, reason: string): void {
  if (volunteerOf(core, attempt.volunteer).state.kind === 'gone') return;
  core.effects.push({ type: 'cancelAttempt', volunteer: attempt.volunteer, attempt: attempt.id, reason });
}

/** The volunteer works: its lease begins again. */
export function signOfLife(core: Core, v: VolunteerRecord): void {
  v.signAt = core.now;
  if (v.silent === null) return;
  v.silent = null;
  settleVolunteer(core, v);
}

/** `started` and `progressed`. */
export function progressed(core: Core, v: VolunteerRecord, attempt: AttemptRecord, share: number): void {
  // The last words of a link that is closed: a result would count, this does not.
  if (v.state.kind === 'gone') return;
  signOfLife(core, v);
  if (isLive(attempt)) {
    moveAttempt(core, attempt, { kind: 'running', share });
  } else if (attempt.state.kind === 'lost' && taskOf(core, attempt.task).state.kind === 'ready') {
    // It was given up, and goes on after all (its link came back): nobody else has it yet.
    if (v.state.kind !== 'quarantined') moveAttempt(core, attempt, { kind: 'running', share }, 'it goes on after all');
  } else if (attempt.state.kind === 'lost' || attempt.state.kind === 'cancelled') {
    tellCancel(core, attempt, 'no longer needed');
  }
}

/** A result of an attempt that is the volunteer's own and of the task that it names. */
export function returned(core: Core, v: VolunteerRecord, attempt: AttemptRecord, stats: RunStats): void {
  signOfLife(core, v);
  const { state } = attempt;
  if (isLive(attempt) || (state.kind === 'lost' && !isFinal(taskOf(core, attempt.task)))) {
    if (isLive(attempt)) learn(core, v, attempt, stats);
    moveAttempt(core, attempt, { kind: 'returned', stats });
    core.effects.push({ type: 'check', volunteer: v.id, attempt: attempt.id, task: attempt.task });
  } else if (v.state.kind === 'gone') {
    // Nobody is there to be answered.
  } else if (state.kind === 'accepted') {
    core.effects.push({ type: 'acknowledge', volunteer: v.id, attempt: attempt.id });
  } else if (state.kind === 'rejected') {
    core.effects.push({ type: 'reject', volunteer: v.id, attempt: attempt.id, reason: state.reason });
  } else if (state.kind !== 'returned') {
    tellCancel(core, attempt, 'another result was first');
  }
  v.lastReturnAt = core.now;
}

/**
 * How long the volunteer was busy with this result, for its speed. The volunteer's own figure leaves out queueing and
 * transfer, but is only a claim: what we saw bounds it from both sides. The first result follows a fetch of the
 * inputs and a compilation, so that only the claim says something there.
 */
function learn(core: Core, v: VolunteerRecord, attempt: AttemptRecord, stats: RunStats): void {
  const task = taskOf(core, attempt.task);
  const seen = Math.max(1, core.now - Math.max(attempt.assignedAt, v.lastReturnAt));
  const key = speedKey(task.spec.kernel, v.hidden);
  const before = v.speeds.get(key);
  const least: Millis = before ? seen / 4 : 1;
  const busyMs = Math.max(least, Math.min(seen, stats.wallMs));
  const expected = core.config.oracle.duration(viewOf(core, v), viewOfTask(task)).median;
  v.speeds.set(key, learnSpeed(before, task.spec.workUnits, busyMs, expected));
}

/** The driver's verdict on a returned result. */
export function checked(core: Core, attempt: AttemptRecord, fault: string | null): void {
  // A sibling was accepted, or the job ended, while the driver looked.
  if (attempt.state.kind === 'cancelled') return;
  if (attempt.state.kind !== 'returned') {
    throw new IllegalMoveError(
      `attempt ${attempt.id} was judged while ${attempt.state.kind}\n${core.log.story(attempt.task)}`,
    );
  }
  const v = volunteerOf(core, attempt.volunteer);
  const task = taskOf(core, attempt.task);
  if (fault !== null) {
    rejectResult(core, v, attempt, fault);
    return;
  }
  moveAttempt(core, attempt, { kind: 'accepted' });
  moveTask(core, task, { kind: 'done', by: attempt.id });
  v.failuresInRow = 0;
  core.effects.push({ type: 'accept', volunteer: v.id, attempt: attempt.id, task: task.spec.id });
  cancelAttempts(core, task, 'another result was first');
}

/** Ends every attempt of a task that is live or being judged. */
export function cancelAttempts(core: Core, task: TaskRecord, reason: string): void {
  for (const id of task.attempts) {
    const attempt = attemptOf(core, id);
    if (!isLive(attempt) && attempt.state.kind !== 'returned') continue;
    moveAttempt(core, attempt, { kind: 'cancelled', reason });
    tellCancel(core, attempt, reason);
  }
}

export function rejectResult(core: Core, v: VolunteerRecord, attempt: AttemptRecord, reason: string): void {
  moveAttempt(core, attempt, { kind: 'rejected', reason }, reason);
  if (v.state.kind !== 'gone') {
    core.effects.push({ type: 'reject', volunteer: v.id, attempt: attempt.id, reason });
  }
  blame(core, v, taskOf(core, attempt.task), reason);
}

/** The volunteer says that it cannot finish. */
export function failed(core: Core, v: VolunteerRecord, attempt: AttemptRecord, failure: Failure): void {
  signOfLife(core, v);
  if (!isLive(attempt)) return;
  const reason = failure.message === '' ? failure.code : `${failure.code}: ${failure.message}`;
  moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
  // Somebody pressed stop or pause, or it has enough: nobody's fault.
  if (failure.code === 'stopped') v.restUntil = core.now + core.config.restMs;
  else blame(core, v, taskOf(core, attempt.task), reason);
}

/** Books a failure on the task and on the volunteer, which may put it into quarantine. */
export function blame(core: Core, v: VolunteerRecord, task: TaskRecord, reason: string): void {
  task.failures.push({ volunteer: v.id, reason });
  v.failuresInRow++;
  if (v.failuresInRow < core.config.failuresToQuarantine) return;
  quarantine(core, v, `${v.failuresInRow} failures in a row, the last one: ${reason}`);
}

/** Takes a volunteer's work away and gives it none for a while; each time for twice as long. */
export function quarantine(core: Core, v: VolunteerRecord, reason: string): void {
  const { quarantineMs, longestQuarantineMs } = core.config;
  const backOff = Math.min(longestQuarantineMs, quarantineMs * 2 ** v.quarantines);
  // Jitter, so that a wave of equal failures does not come back as a wave.
  v.quarantinedUntil = core.now + backOff * (0.9 + 0.2 * core.random.next());
  v.quarantineReason = reason;
  v.quarantines++;
  v.failuresInRow = 0;
  giveUpQueue(core, v, 'the volunteer is in quarantine');
  settleVolunteer(core, v);
}

/** Takes all that a volunteer has back into the queue, and tells it. */
export function giveUpQueue(core: Core, v: VolunteerRecord, reason: string): void {
  for (const id of [...v.queue]) {
    const attempt = attemptOf(core, id);
    moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
    tellCancel(core, attempt, reason);
  }
}

/** A done task is to be done again. */
export function retract(core: Core, task: TaskRecord, reason: string): void {
  if (task.state.kind !== 'done') return;
  const attempt = attemptOf(core, task.state.by);
  moveAttempt(core, attempt, { kind: 'retracted', reason }, reason);
  task.failures.push({ volunteer: attempt.volunteer, reason });
  moveTask(core, task, { kind: 'ready' }, reason);
}
