import {
  type AttemptRecord,
  isLive,
  isSound,
  isWhole,
  type PartCheck,
  type SecretPart,
  type TaskCheck,
  type TaskRecord,
} from './state.js';

/** Looking into a task's results: those that could be its own, and what others said of parts of them. */

/** Whole results of a task that are here. */
export function resultsOf(task: TaskRecord): AttemptRecord[] {
  return task.attempts.filter((a) => isWhole(a) && (isSound(a) || a.state.kind === 'accepted'));
}

/** Whether something may still come of an attempt: it is with a volunteer, or its result is here and not looked at yet. */
export function isOnItsWay(attempt: AttemptRecord): boolean {
  return isLive(attempt) || (attempt.state.kind === 'returned' && !attempt.state.sound);
}

/** Names a pair of results, in either order. */
export function pairKey(a: AttemptRecord, b: AttemptRecord): string {
  return a.id < b.id ? `${a.id}|${b.id}` : `${b.id}|${a.id}`;
}

/** Whether two results were compared and found to be the same as far as honest machines' are. */
export function agree({ verdicts }: TaskCheck, a: AttemptRecord, b: AttemptRecord): boolean {
  return a === b || (verdicts.get(pairKey(a, b)) ?? 'different') !== 'different';
}

const isOf = ({ probe }: AttemptRecord, part: SecretPart): boolean =>
  probe !== null && probe.secret === part.secret && probe.of === part.of;

/** The check of the part that a probe computed; null when nobody asks for it any more. */
export function checkedPart({ check }: TaskRecord, attempt: AttemptRecord): PartCheck | null {
  return check?.parts.find((part) => isOf(attempt, part)) ?? null;
}

/** What is here of a part. */
export function opinionsOn({ attempts }: TaskRecord, part: SecretPart): AttemptRecord[] {
  return attempts.filter((a) => isOf(a, part) && isSound(a));
}

/** All attempts at a part, whatever became of them. */
export function attemptsAt({ attempts }: TaskRecord, part: SecretPart): AttemptRecord[] {
  return attempts.filter((a) => isOf(a, part));
}

/** The first open part that somebody should compute: nobody is at it. */
export function wantedPart(task: TaskRecord): PartCheck | null {
  return task.check?.parts.find((part) => part.verdict === 'open' && !attemptsAt(task, part).some(isOnItsWay)) ?? null;
}
