import type { Millis } from '@tabgrid/protocol/ids';
import type { Failure, RunStats } from '@tabgrid/protocol/task';
import { endAudit } from './audits.js';
import { type Core, jobOf, touch, volunteerOf } from './core.js';
import { noteInputs, noteOutput } from './holdings.js';
import { moveAttempt, ranEffect } from './moves.js';
import { learnRhythm, learnSpeed, speedKey } from './oracle.js';
import { rejectResult } from './results.js';
import { blame, signOfLife, tellCancel } from './standing.js';
import { type AttemptRecord, isFinal, isLive, isWhole, type TaskRecord, type VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';
import { compareWithout, takeSound } from './trust.js';

/** What becomes of an attempt before its result is believed: signs of life, results, failures, losses. */

/** `started` and `progressed`. */
export function progressed(core: Core, v: VolunteerRecord, attempt: AttemptRecord, share: number): void {
  // The last words of a link that is closed: a result would count, this does not.
  if (v.state.kind === 'gone') return;
  signOfLife(core, v);
  if (isLive(attempt)) {
    if (attempt.state.kind !== 'running') noteInputs(v, attempt.task);
    moveAttempt(core, attempt, { kind: 'running', share });
  } else if (attempt.state.kind === 'lost' && isWhole(attempt) && attempt.task.state.kind === 'ready') {
    // It was given up, and goes on after all (its link came back): nobody else has it yet.
    if (v.state.kind !== 'quarantined') moveAttempt(core, attempt, { kind: 'running', share }, 'it goes on after all');
  } else if (attempt.state.kind === 'lost' || attempt.state.kind === 'cancelled') {
    tellCancel(core, attempt, 'no longer needed');
  }
}

/** A result of an attempt that is the volunteer's own and of the task that it names. */
export function returned(core: Core, v: VolunteerRecord, attempt: AttemptRecord, stats: RunStats): void {
  signOfLife(core, v);
  const { state, task } = attempt;
  if (isLive(attempt) || (state.kind === 'lost' && !isFinal(task))) {
    // What a few pixels took says nothing of a whole task.
    if (isLive(attempt) && isWhole(attempt)) learn(core, v, attempt, stats);
    noteInputs(v, task);
    if (isWhole(attempt)) noteOutput(v, task);
    moveAttempt(core, attempt, { kind: 'returned', stats, sound: false });
    if (v.state.kind !== 'gone' && isWhole(attempt)) {
      v.rhythm = learnRhythm(v.rhythm ?? undefined, core.now - v.lastReturnAt);
    }
    // Not for a result that comes again: who repeats itself would look fast.
    v.lastReturnAt = core.now;
    const secret = attempt.probe?.secret ?? null;
    core.effects.push({ type: 'check', volunteer: v.id, attempt: attempt.id, task: task.spec.id, secret });
  } else if (v.state.kind === 'gone') {
    // Nobody is there to be answered.
  } else if (state.kind === 'accepted') {
    core.effects.push({ type: 'acknowledge', volunteer: v.id, attempt: attempt.id });
  } else if (state.kind === 'rejected') {
    core.effects.push({ type: 'reject', volunteer: v.id, attempt: attempt.id, reason: state.reason });
  } else if (state.kind !== 'returned') {
    tellCancel(core, attempt, 'another result was first');
  }
}

/**
 * How long the volunteer was busy with this result, for its speed. The volunteer's own figure leaves out queueing and
 * transfer, but is only a claim: what we saw bounds it from both sides. The first result follows a fetch of the
 * inputs and a compilation, so that only the claim says something there.
 */
function learn(core: Core, v: VolunteerRecord, attempt: AttemptRecord, stats: RunStats): void {
  const { task, assignedAt, expectedMs } = attempt;
  const { workUnits } = task.spec;
  const seen = Math.max(1, core.now - Math.max(assignedAt, v.lastReturnAt));
  const key = speedKey(task.spec.kernel, v.hidden);
  const before = v.speeds.get(key);
  const least: Millis = before ? seen / 4 : 1;
  const busyMs = Math.max(least, Math.min(seen, stats.wallMs));
  // How far the running mean is off, whoever decides: an oracle that is better must not make the plain one look better.
  const plainMs = before && before.units > 0 ? (workUnits / before.units) * before.ms : expectedMs;
  v.speeds.set(key, learnSpeed(before, workUnits, busyMs, plainMs));
  v.statistics++;
  touch(core, v);
  core.effects.push(ranEffect(attempt, 'returned', busyMs));
}

/** The driver's word on the structure of a returned result. */
export function checked(core: Core, attempt: AttemptRecord, fault: string | null): void {
  const { state } = attempt;
  // A sibling was accepted, the job ended, or the page forgot the bytes, while the driver looked.
  if (state.kind === 'cancelled' || state.kind === 'lost') return;
  if (state.kind !== 'returned' || state.sound) {
    const story = core.log.story(attempt.task.spec.id);
    throw new IllegalMoveError(`attempt ${attempt.id} was judged while ${state.kind}\n${story}`);
  }
  if (fault !== null) {
    const v = volunteerOf(core, attempt.volunteer);
    rejectResult(core, v, attempt, fault);
    blame(core, v, attempt, fault);
    return;
  }
  moveAttempt(core, attempt, { ...state, sound: true });
  takeSound(core, attempt);
}

/** The volunteer says that it cannot finish. */
export function failed(core: Core, v: VolunteerRecord, attempt: AttemptRecord, failure: Failure): void {
  signOfLife(core, v);
  if (!isLive(attempt)) return;
  const reason = failure.message === '' ? failure.code : `${failure.code}: ${failure.message}`;
  moveAttempt(core, attempt, { kind: 'lost', reason }, reason, 'failed');
  if (failure.code === 'outOfMemory') {
    v.memoryCeiling = Math.min(v.memoryCeiling ?? Number.POSITIVE_INFINITY, bytesOf(attempt.task));
  }
  // Somebody pressed stop or pause, or it has enough: nobody's fault.
  if (failure.code === 'stopped') v.restUntil = core.now + core.config.restMs;
  else blame(core, v, attempt, reason);
}

/** GPU memory that a task is known to take: what it says, or its inputs and outputs. */
function bytesOf({ spec }: TaskRecord): number {
  return spec.requires.memoryBytes ?? spec.inputs.reduce((sum, input) => sum + input.bytes, spec.outputBytes);
}

/**
 * The driver has the bytes of a result no more. Before the result was accepted it is lost; afterwards it cannot be
 * compared any more and is left as it is.
 */
export function resultGone(core: Core, attempt: AttemptRecord): void {
  const { task, state } = attempt;
  const reason = 'its bytes were not kept';
  if (state.kind === 'returned') {
    moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
    compareWithout(core, attempt);
  } else if (state.kind === 'accepted' && jobOf(task).audits.has(task.spec.id)) {
    endAudit(core, task, reason);
  }
}
