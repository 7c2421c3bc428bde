import type { VolunteerId } from '@tabgrid/protocol/ids';
import { convict, doubt } from './convict.js';
import { type Core, jobOf, touch, volunteerOf } from './core.js';
import { moveTask } from './moves.js';
import { agree, checkedPart, isConfirmed, isOnItsWay, isRefuted, opinionsOn, pairKey, resultsOf } from './parts.js';
import { credit, isKnown } from './reputation.js';
import {
  accept,
  checkOf,
  closeCheck,
  dropPairs,
  dropParts,
  endAttempt,
  endOthers,
  giveUp,
  noteUnseen,
  openCheck,
  rejectResult,
  takeBack,
  vouch,
} from './results.js';
import { anybodyMay, drawParts, type Finding, findingOn, isBeingAsked, mayProbe, planParts } from './spot.js';
import { type AttemptRecord, isSound, type PartCheck, type TaskRecord } from './state.js';

/**
 * Judges results by their parts.
 *
 * 1. A result is believed when all of its parts are right, or when the owner's own machine made it.
 * 2. A result with a part that is wrong is made again by somebody else, whole. Only once the new one is believed, and the two
 *    differ as whole results, is who made the old one accused: a few pixels, or a few votes, accuse nobody.
 * 3. One result is looked at at a time: others wait until it is refuted.
 */

/** With so many results refuted, it is the task, or the comparison, that is at fault. */
const MOST_RESULTS = 9;

/** What a confirmation by strangers alone counts for the maker's record. */
const STRANGERS_WORD = 0.5;

/** A sound opinion on a part is here: it is compared with the result and with the other opinions. */
export function takeOpinion(core: Core, opinion: AttemptRecord): void {
  const { task } = opinion;
  const part = checkedPart(task, opinion);
  const result = task.attempts.find(({ id }) => id === part?.of);
  if (part?.verdict !== 'open' || !result) {
    endAttempt(core, opinion, 'nobody asks for it any more');
    return;
  }
  for (const other of [result, ...opinionsOn(task, part)]) {
    if (other !== opinion) askToCompare(core, task, opinion, other, part.secret);
  }
}

function askToCompare(core: Core, task: TaskRecord, a: AttemptRecord, b: AttemptRecord, secret: number | null): void {
  const { pending } = checkOf(task);
  const pair = pairKey(a, b);
  if (pending.has(pair)) return;
  pending.add(pair);
  core.effects.push({ type: 'compare', task: task.spec.id, attempt: a.id, with: b.id, secret });
}

/** Something about a task's results, or about what is said of their parts, has changed. */
export function judgeParts(core: Core, task: TaskRecord): void {
  const check = checkOf(task);
  for (const part of check.parts) if (part.verdict === 'open') decide(core, task, part);
  const results = resultsOf(task);
  const standing = results.filter((a) => !isRefuted(check, a));
  const truth = standing.find((a) => isOwners(core, a)) ?? standing.find((a) => isConfirmed(check, a));
  const [next] = standing;
  if (truth && isSound(truth) && core.now < volunteerOf(core, truth.volunteer).quarantinedUntil) {
    // Whoever was caught while this was looked at.
    core.state.disputed.add(task);
    core.caught.add(volunteerOf(core, truth.volunteer));
  } else if (truth) {
    conclude(core, task, truth);
  } else if (next) {
    if (!check.parts.some(({ of }) => of === next.id)) drawParts(core, next, planParts(core, task, 1)?.parts ?? 1);
    openCheck(task, next.volunteer);
  } else if (results.length >= MOST_RESULTS) {
    giveUp(core, task, results, `${results.length} results were found wrong in parts`);
  } else if (results[0]) {
    openCheck(task, results[0].volunteer);
  } else {
    closeCheck(task);
  }
}

function isOwners(core: Core, { volunteer }: AttemptRecord): boolean {
  return volunteerOf(core, volunteer).tags.trusted;
}

const finding = (core: Core, task: TaskRecord, part: PartCheck): Finding =>
  findingOn(
    core,
    task,
    part,
    () => isBeingAsked(task, part) || anybodyMay(task, (v) => mayProbe(core.state, task, part, v)),
  );

function decide(core: Core, task: TaskRecord, part: PartCheck): void {
  const { verdict, contra } = finding(core, task, part);
  if (contra.length > 0) core.state.disputed.add(task);
  part.verdict = verdict;
  if (verdict === 'open') return;
  core.log.move(core.now, 'attempt', part.of, 'a part', verdict, `as ${opinionsOn(task, part).length} others say`);
  const check = checkOf(task);
  // Whose result is refuted gets nothing more until that is decided, and nothing more has to be known of the result.
  if (verdict === 'wrong') {
    for (const { id, volunteer } of task.attempts) if (id === part.of) touch(core, volunteerOf(core, volunteer));
    check.parts = check.parts.filter((other) => other.of !== part.of || other.verdict !== 'open');
  }
  for (const attempt of task.attempts) {
    if (!attempt.probe || !isOnItsWay(attempt)) continue;
    if (checkedPart(task, attempt)?.verdict !== 'open') endAttempt(core, attempt, 'nobody asks for it any more');
  }
}

/** A result is believed: what is left is to hear how those that were refuted compare with it. */
function conclude(core: Core, task: TaskRecord, truth: AttemptRecord): void {
  const check = checkOf(task);
  const others = resultsOf(task).filter((a) => a !== truth && (isRefuted(check, a) || isOwners(core, truth)));
  for (const other of others) {
    if (!check.verdicts.has(pairKey(truth, other))) askToCompare(core, task, truth, other, null);
  }
  if (check.pending.size > 0) {
    openCheck(task, truth.volunteer);
    return;
  }
  const liars = others.filter((a) => !agree(check, a, truth));
  const acquitted = others.filter((a) => !liars.includes(a));
  const kept = acquitted.find(({ state }) => state.kind === 'accepted') ?? truth;
  const agreed = [...new Set([kept, truth, ...acquitted].map((a) => a.volunteer))];
  const { heard, doubted, pro } = wordsOn(core, task, truth, liars);
  const confirmed = [...pro].filter((id) => !agreed.includes(id));
  core.state.disputed.delete(task);
  for (const { volunteer } of others) touch(core, volunteerOf(core, volunteer));
  noteUnseen(task, false);

  const fault = 'it differs from what others computed';
  for (const liar of liars) {
    if (liar.state.kind === 'accepted') takeBack(core, task, liar.id, fault);
    else rejectResult(core, volunteerOf(core, liar.volunteer), liar, fault);
  }
  if (kept.state.kind === 'accepted') {
    vouch(core, task, agreed, confirmed);
    endOthers(core, task, [...agreed, ...confirmed]);
    jobOf(task).audits.delete(task.spec.id);
  } else {
    if (task.state.kind === 'ready') moveTask(core, task, { kind: 'checking' });
    accept(core, kept, agreed, confirmed);
  }
  const { kernel } = task.spec;
  const known = agreed.length > 1 || confirmed.some((id) => isKnown(core, volunteerOf(core, id), kernel));
  for (const id of agreed) credit(volunteerOf(core, id), kernel, known ? 1 : STRANGERS_WORD);
  for (const id of heard) volunteerOf(core, id).doubts = 0;
  for (const id of doubted) doubt(core, volunteerOf(core, id), kernel);
  for (const liar of liars) {
    convict(core, volunteerOf(core, liar.volunteer), 'a result of it differs from what others computed');
  }
}

/** Whose words on parts are borne out, whose are not, and who confirmed the truth. */
function wordsOn(core: Core, task: TaskRecord, truth: AttemptRecord, liars: readonly AttemptRecord[]) {
  const words = { heard: new Set<VolunteerId>(), doubted: new Set<VolunteerId>(), pro: new Set<VolunteerId>() };
  const note = (where: Set<VolunteerId>, whose: readonly AttemptRecord[]) => {
    for (const { volunteer } of whose) where.add(volunteer);
  };
  for (const part of checkOf(task).parts) {
    const { sure, pro, contra } = finding(core, task, part);
    if (part.of === truth.id) {
      note(words.pro, pro);
      note(words.heard, pro);
      if (sure) note(words.doubted, contra);
    } else if (part.verdict === 'wrong' && liars.some(({ id }) => id === part.of)) {
      note(words.heard, contra);
      if (sure) note(words.doubted, pro);
    }
  }
  return words;
}

/**
 * Nobody is there who could look at a result that nobody has spoken against: it is taken for now, and looked at as soon as
 * somebody comes.
 */
export function takeUnseen(core: Core, task: TaskRecord): boolean {
  const { check, state } = task;
  const [result, other] = resultsOf(task);
  if (!check || state.kind !== 'checking' || !result || other) return false;
  if (check.pending.size > 0 || [...check.verdicts.values()].includes('different')) return false;
  const count = check.parts.filter(({ of }) => of === result.id).length;
  accept(core, result, [result.volunteer]);
  jobOf(task).audits.add(task.spec.id);
  drawParts(core, result, count);
  openCheck(task, result.volunteer);
  return true;
}

/** The bytes of a whole result, or of what somebody said of a part, are gone: the rest is judged without it. */
export function judgeWithout(core: Core, task: TaskRecord, gone: AttemptRecord): void {
  const { check } = task;
  if (!check || check.parts.length === 0) return;
  dropPairs(task, gone);
  if (gone.probe === null) dropParts(core, gone, 'what it was compared with is gone');
  const left = resultsOf(task).length > 0 || task.attempts.some(isSound);
  if (left && check.pending.size === 0) judgeParts(core, task);
}
