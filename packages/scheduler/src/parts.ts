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

/** Votes by which one side of a contested part must lead: opinions on it are cheap, and a few who lie alike must not prevail. */
export const LEAD = 3;

/** What is said of a part. */
export interface Voices {
  readonly opinions: readonly AttemptRecord[];
  /** Those who came to the same as the result; the others, and the largest group of them that agrees on something else. */
  readonly pro: readonly AttemptRecord[];
  readonly others: readonly AttemptRecord[];
  readonly contra: readonly AttemptRecord[];
  /** By how many votes those who differ are ahead: whoever made the result has said what it says. */
  readonly lead: number;
}

export function voicesOn(task: TaskRecord, check: TaskCheck, part: SecretPart): Voices {
  const result = task.attempts.find(({ id }) => id === part.of);
  const opinions = opinionsOn(task, part);
  const pro = opinions.filter((a) => result !== undefined && agree(check, a, result));
  const others = opinions.filter((a) => !pro.includes(a));
  const contra = others
    .map((a) => others.filter((b) => agree(check, a, b)))
    .reduce<readonly AttemptRecord[]>((most, group) => (group.length > most.length ? group : most), []);
  return { opinions, pro, others, contra, lead: contra.length - (1 + pro.length) };
}

/** The first open part that somebody should compute: it wants an opinion, or as many as may decide it, and fewer are on their way. */
export function wantedPart(task: TaskRecord): PartCheck | null {
  const { check } = task;
  if (!check) return null;
  for (const part of check.parts) {
    if (part.verdict !== 'open') continue;
    const { others, lead } = voicesOn(task, check, part);
    const wanted = others.length === 0 ? 1 : Math.max(1, LEAD - Math.abs(lead));
    if (attemptsAt(task, part).filter(isOnItsWay).length < wanted) return part;
  }
  return null;
}

/** Whether some part of a result was found wrong. */
export function isRefuted({ parts }: TaskCheck, { id }: Pick<AttemptRecord, 'id'>): boolean {
  return parts.some(({ of, verdict }) => of === id && verdict === 'wrong');
}

/** Whether all parts of a result that were looked at are right. */
export function isConfirmed({ parts }: TaskCheck, { id }: AttemptRecord): boolean {
  const own = parts.filter(({ of }) => of === id);
  return own.length > 0 && own.every(({ verdict }) => verdict === 'right');
}
