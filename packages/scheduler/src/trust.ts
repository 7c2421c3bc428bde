import type { Millis } from '@tabgrid/protocol/ids';
import { convict } from './convict.js';
import { type Core, jobOf, touch, volunteerOf } from './core.js';
import type { Verdict } from './events.js';
import { judgeParts, judgeWithout, takeOpinion, takeUnseen } from './judge-spot.js';
import { moveTask } from './moves.js';
import { agree, pairKey, resultsOf, wantedPart } from './parts.js';
import { apart, checkShare, credit, verifiedOf } from './reputation.js';
import {
  accept,
  checkOf,
  closeCheck,
  dropPairs,
  endOthers,
  giveUp,
  openCheck,
  rejectResult,
  takeBack,
  vouch,
} from './results.js';
import { anybodyMay, drawParts, mayConfirm, planParts } from './spot.js';
import { type AttemptRecord, hasFailed, type TaskCheck, type TaskRecord, type VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

/**
 * Which results are believed.
 *
 * 1. A result of sound structure is believed at once when its job does not check, when the job owner's own machine made
 *    it, or when the draw passes it over. The chance of a check is 1 for strangers, falls with the results in a row that
 *    were confirmed, and never falls below the floor.
 * 2. Every other result waits: in a job of spot checks until others have come to the same in secret parts of it (`judge-spot.ts`),
 *    elsewhere until a whole result of another volunteer, apart enough, agrees with it.
 * 3. Only who differs from the owner's own machine, or from more volunteers than agree with it, is accused. Once two whole results
 *    differ, two more on one side than on the other decide, or one more where nobody else is there to be asked: two who lie alike
 *    must not convict one who does not.
 * 4. Results are compared each with each, and a task is judged when all its pairs are.
 * 5. Who is accused loses all trust, and every result that nobody else vouches for.
 */

/** So many results without two that agree, and the task is at fault. */
const MOST_RESULTS = 9;

/** Votes by which one side of a dispute must lead while there is somebody else to ask. */
const LEAD = 2;

/** A result of sound structure is here: it is believed, or it is to be looked at. */
export function takeSound(core: Core, attempt: AttemptRecord): void {
  const { task, probe } = attempt;
  if (probe) {
    takeOpinion(core, attempt);
    return;
  }
  if (task.spec.verify === 'none' && !task.check?.open) {
    accept(core, attempt, []);
    return;
  }
  const others = resultsOf(task).filter((a) => a !== attempt);
  if (others.length === 0) takeFirst(core, attempt);
  else if (checkOf(task).parts.length > 0) judgeParts(core, task);
  else compareWithAll(core, attempt, others);
}

function takeFirst(core: Core, attempt: AttemptRecord): void {
  const { task } = attempt;
  const v = volunteerOf(core, attempt.volunteer);
  if (core.now < v.quarantinedUntil && task.spec.verify === 'spot') {
    rejectResult(core, v, attempt, 'its volunteer is in quarantine');
    return;
  }
  jobOf(task).spot.seen += task.spec.verify === 'spot' ? task.spec.workUnits : 0;
  const due = checkShare(core, v, verifiedOf(v, task.spec.kernel));
  const plan = planParts(core, task, due);
  const chance = plan?.chance ?? due;
  const drawn = core.secret.next() < chance;
  const what = drawn ? 'to be checked' : 'believed';
  core.log.move(core.now, 'attempt', attempt.id, 'returned', what, `drawn with a chance of ${chance}`);
  if (!drawn) {
    accept(core, attempt, [v.id]);
    return;
  }
  if (plan) {
    drawParts(core, attempt, plan.parts);
    core.unwatched.add(task);
  }
  openCheck(task, v.id);
}

/**
 * Takes results of which nobody who is there, or was a moment ago, could compute a part.
 * @returns whether there were any
 */
export function takeUnwatched(core: Core): boolean {
  let taken = false;
  for (const task of core.unwatched) {
    if (task.state.kind !== 'checking' || task.wanting !== 'replica' || wantedPart(task) === null) continue;
    if (anybodyApart(core, task) || isWaitedFor(core, task)) continue;
    taken = takeUnseen(core, task) || taken;
  }
  core.unwatched.clear();
  return taken;
}

function compareWithAll(core: Core, attempt: AttemptRecord, others: readonly AttemptRecord[]): void {
  const { task } = attempt;
  const check = checkOf(task);
  openCheck(task, others[0]?.volunteer ?? attempt.volunteer);
  for (const other of others) {
    check.pending.add(pairKey(attempt, other));
    core.effects.push({ type: 'compare', task: task.spec.id, attempt: attempt.id, with: other.id, secret: null });
  }
}

/** The driver's word on two results of a task. */
export function compared(core: Core, a: AttemptRecord, b: AttemptRecord, verdict: Verdict): void {
  const { task } = a;
  if (task !== b.task) throw new IllegalMoveError(`${a.id} and ${b.id} are not of one task`);
  const { check } = task;
  const pair = pairKey(a, b);
  // The job ended, or one of the two was taken back, while the driver looked.
  if (!check?.pending.delete(pair)) return;
  check.verdicts.set(pair, verdict);
  if (check.pending.size === 0) judgeEither(core, task, check);
}

function judgeEither(core: Core, task: TaskRecord, check: TaskCheck): void {
  if (check.parts.length > 0) judgeParts(core, task);
  else judge(core, task, check);
}

/** A result can be compared no more: the others are judged without it. */
export function compareWithout(core: Core, gone: AttemptRecord): void {
  const { task } = gone;
  const { check } = task;
  if (check && check.parts.length > 0) {
    judgeWithout(core, task, gone);
    return;
  }
  if (!check || check.pending.size === 0) return;
  dropPairs(task, gone);
  if (check.pending.size === 0) judge(core, task, check);
}

/** All pairs of a task's results are compared: believes those that agree, accuses the others, or asks for one more. */
function judge(core: Core, task: TaskRecord, check: TaskCheck): void {
  const results = resultsOf(task);
  const by = (a: AttemptRecord) => volunteerOf(core, a.volunteer);
  const truth = results.find((a) => by(a).tags.trusted) ?? leaderOf(core, task, results, check);
  if (!truth) {
    if (results.length >= MOST_RESULTS) giveUp(core, task, results, `no two of ${results.length} results agree`);
    else if (results[0]) openCheck(task, results[0].volunteer);
    else closeCheck(task);
    if (isDisputed(task)) core.state.disputed.add(task);
    return;
  }
  core.state.disputed.delete(task);
  const liars = results.filter((a) => !agree(check, a, truth));
  const believed = results.filter((a) => agree(check, a, truth));
  const winner = believed.find((a) => a.state.kind === 'accepted') ?? believed[0] ?? truth;
  const agreed = [winner, ...believed.filter((a) => a !== winner)].map((a) => a.volunteer);
  const fault = 'it differs from what others computed';
  for (const liar of liars) {
    if (liar.state.kind === 'accepted') takeBack(core, task, liar.id, fault);
    else rejectResult(core, by(liar), liar, fault);
  }
  if (winner.state.kind === 'accepted') {
    vouch(core, task, agreed);
    endOthers(core, task, agreed);
    jobOf(task).audits.delete(task.spec.id);
    core.effects.push({ type: 'confirmed', task: task.spec.id, whole: true });
  } else {
    if (task.state.kind === 'ready') moveTask(core, task, { kind: 'checking' });
    accept(core, winner, agreed);
  }
  for (const id of new Set(agreed)) credit(volunteerOf(core, id), task.spec.kernel);
  for (const liar of liars) convict(core, by(liar), 'a result of it differs from what others computed');
}

/** A result of the side that leads by enough; null while somebody else has to be asked. */
function leaderOf(
  core: Core,
  task: TaskRecord,
  results: readonly AttemptRecord[],
  check: TaskCheck,
): AttemptRecord | null {
  const by = (a: AttemptRecord) => volunteerOf(core, a.volunteer);
  const votes = (a: AttemptRecord) =>
    results.filter((b) => a === b || (agree(check, a, b) && apart(by(a), by(b)))).length;
  const [first] = [...results].sort((a, b) => votes(b) - votes(a) || results.indexOf(a) - results.indexOf(b));
  if (!first || votes(first) < 2) return null;
  const against = Math.max(0, ...results.filter((a) => !agree(check, a, first)).map(votes));
  if (against === 0) return first;
  const decided = votes(first) >= against + (anybodyApart(core, task) ? LEAD : 1);
  return decided ? first : null;
}

/** Whether somebody is there who could go on with a task's check: apart from everybody who has spoken in it. */
export function anybodyApart({ state, config }: Core, task: TaskRecord): boolean {
  const mayFail = wantedPart(task) !== null || task.failures.length < config.failuresToFailTask;
  return anybodyMay(task, (v: VolunteerRecord) => (mayFail || !hasFailed(task, v)) && mayConfirm(state, task, v));
}

/** A volunteer whose page is reloaded, or whose link broke, is back by then. */
const COMES_BACK_MS: Millis = 15_000;

/** Whether somebody who could look at parts of a result was there a moment ago: who reloads its page, or lost its link, comes back. */
export function isWaitedFor(core: Core, task: TaskRecord): boolean {
  if (!wantedPart(task)) return false;
  for (const v of core.state.volunteers.values()) {
    const until = v.readyUntil + COMES_BACK_MS;
    const { kind } = v.state;
    // Who was never there is not waited for.
    if (v.readyUntil === 0 || until <= core.now || kind === 'ready' || kind === 'quarantined') continue;
    if (!mayConfirm(core.state, task, v)) continue;
    core.patientUntil = Math.min(until, core.patientUntil ?? until);
    return true;
  }
  return false;
}

function isDisputed({ check }: TaskRecord): boolean {
  return check?.open === true && [...check.verdicts.values()].includes('different');
}

/** Who could have been asked is gone: disputes may have to be decided without. */
export function judgeAgain(core: Core): void {
  for (const task of core.state.disputed) {
    if (!isDisputed(task)) {
      core.state.disputed.delete(task);
      for (const { volunteer } of task.attempts) touch(core, volunteerOf(core, volunteer));
    } else if (task.wanting === 'replica' && task.check) judgeEither(core, task, task.check);
  }
}
