import type { KernelVersion } from '@tabgrid/protocol/task';
import { type Core, jobOf, volunteerOf } from './core.js';
import type { Verdict } from './events.js';
import { moveTask } from './moves.js';
import {
  accept,
  checkOf,
  closeCheck,
  endOthers,
  openCheck,
  rejectResult,
  retract,
  takeBack,
  vouch,
} from './results.js';
import { quarantine } from './standing.js';
import {
  type AttemptRecord,
  hasFailed,
  isSound,
  type State,
  type TaskCheck,
  type TaskRecord,
  type VolunteerRecord,
} from './state.js';
import { IllegalMoveError } from './transitions.js';

/**
 * Which results are believed.
 *
 * 1. A result of sound structure is believed at once when its job does not check, when the job owner's own machine made
 *    it, or when the draw passes it over. The chance of a check is 1 for strangers, falls with the results in a row that
 *    agreed with somebody else's, and never falls below the floor.
 * 2. Every other result waits until one of another volunteer, apart enough, agrees with it.
 * 3. Only who differs from the owner's own machine, or from more volunteers than agree with it, is accused. Once two differ,
 *    two more on one side than on the other decide, or one more where nobody else is there to be asked: two who lie alike
 *    must not convict one who does not.
 * 4. Results are compared each with each, and a task is judged when all its pairs are.
 * 5. Who is accused loses all trust, and every result that nobody else vouches for.
 */

/** So many results without two that agree, and the task is at fault. */
const MOST_RESULTS = 9;

/** Votes by which one side of a dispute must lead while there is somebody else to ask. */
const LEAD = 2;

/** The first quarantine of somebody who was caught, as a multiple of the usual one: whoever is caught twice waits longer. */
const LIAR_QUARANTINES = 4;

/** Trust is earned on one adapter with one kernel: another GPU, browser or build begins anew. */
export function trustKey({ capabilities }: VolunteerRecord, { kind, version }: KernelVersion): string {
  const { vendor, architecture, browser } = capabilities.adapter;
  return JSON.stringify([kind, version, vendor, architecture, browser]);
}

/**
 * The chance that a volunteer's next result is checked. After `trustAfter` verified results it falls as their number
 * grows, so that trust costs as many honest results as it could hide wrong ones (adaptive replication, as in BOINC).
 */
export function checkShare(core: Core, v: VolunteerRecord, verified: number): number {
  if (v.tags.trusted) return 0;
  const { trustAfter, checkFloor } = core.config;
  return verified < trustAfter ? 1 : Math.max(checkFloor, trustAfter / (verified + 1));
}

/** Whether two volunteers are likely to be two people: an equal lie of both is then no accident. */
export function apart(a: VolunteerRecord, b: VolunteerRecord): boolean {
  if (a === b) return false;
  if (a.tags.trusted || b.tags.trusted) return true;
  if (a.tags.owner !== null && a.tags.owner === b.tags.owner) return false;
  if (a.tags.invited && b.tags.invited) return true;
  return a.tags.network === null || b.tags.network === null || a.tags.network !== b.tags.network;
}

/** Results of a task that can be compared. */
function resultsOf(task: TaskRecord): AttemptRecord[] {
  return task.attempts.filter((a) => isSound(a) || a.state.kind === 'accepted');
}

/** A result of sound structure is here: it is believed, or it is to be compared. */
export function takeSound(core: Core, attempt: AttemptRecord): void {
  const { task } = attempt;
  if (task.spec.verify === 'none') {
    accept(core, attempt, []);
    return;
  }
  const v = volunteerOf(core, attempt.volunteer);
  const others = resultsOf(task).filter((a) => a !== attempt);
  if (others.length === 0) {
    const chance = checkShare(core, v, v.verified.get(trustKey(v, task.spec.kernel)) ?? 0);
    const drawn = core.random.next() < chance;
    const what = drawn ? 'to be checked' : 'believed';
    core.log.move(core.now, 'attempt', attempt.id, 'returned', what, `drawn with a chance of ${chance}`);
    if (drawn) openCheck(task, v.id);
    else accept(core, attempt, [v.id]);
    return;
  }
  const check = checkOf(task);
  openCheck(task, others[0]?.volunteer ?? v.id);
  for (const other of others) {
    check.pending.add(pairKey(attempt, other));
    core.effects.push({ type: 'compare', task: task.spec.id, attempt: attempt.id, with: other.id });
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
  if (check.pending.size === 0) judge(core, task, check);
}

/** A result can be compared no more: the others are judged without it. */
export function compareWithout(core: Core, gone: AttemptRecord): void {
  const { task } = gone;
  const { check } = task;
  if (!check || check.pending.size === 0) return;
  for (const other of task.attempts) check.pending.delete(pairKey(gone, other));
  if (check.pending.size === 0) judge(core, task, check);
}

function pairKey(a: AttemptRecord, b: AttemptRecord): string {
  return a.id < b.id ? `${a.id}|${b.id}` : `${b.id}|${a.id}`;
}

/** All pairs of a task's results are compared: believes those that agree, accuses the others, or asks for one more. */
function judge(core: Core, task: TaskRecord, check: TaskCheck): void {
  const results = resultsOf(task);
  const agree = (a: AttemptRecord, b: AttemptRecord) =>
    a === b || (check.verdicts.get(pairKey(a, b)) ?? 'different') !== 'different';
  const by = (a: AttemptRecord) => volunteerOf(core, a.volunteer);
  const truth = results.find((a) => by(a).tags.trusted) ?? leaderOf(core, task, results, agree);
  if (!truth) {
    if (results.length >= MOST_RESULTS) giveUp(core, task, results);
    else if (results[0]) openCheck(task, results[0].volunteer);
    else closeCheck(task);
    if (isDisputed(task)) core.state.disputed.add(task);
    return;
  }
  core.state.disputed.delete(task);
  const liars = results.filter((a) => !agree(a, truth));
  const believed = results.filter((a) => agree(a, truth));
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
  } else {
    if (task.state.kind === 'ready') moveTask(core, task, { kind: 'checking' });
    accept(core, winner, agreed);
  }
  for (const id of new Set(agreed)) credit(volunteerOf(core, id), task);
  for (const liar of liars) convict(core, by(liar), 'a result of it differs from what others computed');
}

/** A result of the side that leads by enough; null while somebody else has to be asked. */
function leaderOf(
  core: Core,
  task: TaskRecord,
  results: readonly AttemptRecord[],
  agree: (a: AttemptRecord, b: AttemptRecord) => boolean,
): AttemptRecord | null {
  const by = (a: AttemptRecord) => volunteerOf(core, a.volunteer);
  const votes = (a: AttemptRecord) => results.filter((b) => a === b || (agree(a, b) && apart(by(a), by(b)))).length;
  const [first] = [...results].sort((a, b) => votes(b) - votes(a) || results.indexOf(a) - results.indexOf(b));
  if (!first || votes(first) < 2) return null;
  const against = Math.max(0, ...results.filter((a) => !agree(a, first)).map(votes));
  if (against === 0) return first;
  const decided = votes(first) >= against + (anybodyApart(core, task) ? LEAD : 1);
  return decided ? first : null;
}

/** Whether a volunteer's result of a task would count beside those that are here, or on their way. */
export function mayConfirm(state: State, task: TaskRecord, v: VolunteerRecord): boolean {
  return task.attempts.every((attempt) => {
    const { kind } = attempt.state;
    if (kind === 'lost' || kind === 'cancelled' || kind === 'retracted') return true;
    const maker = state.volunteers.get(attempt.volunteer);
    return maker !== undefined && apart(maker, v);
  });
}

/** Whether somebody is there who could compute a task once more: apart from everybody who has. */
export function anybodyApart({ state, config }: Core, task: TaskRecord): boolean {
  const mayFail = task.failures.length < config.failuresToFailTask;
  const suits = (v: VolunteerRecord) => (mayFail || !hasFailed(task, v)) && mayConfirm(state, task, v);
  const { idle, queued, full } = task.queue.taskClass;
  for (const list of [idle, queued, full]) for (const { volunteer } of list) if (suits(volunteer)) return true;
  return false;
}

export function isDisputed({ check }: TaskRecord): boolean {
  return check?.open === true && [...check.verdicts.values()].includes('different');
}

/** Who could have been asked is gone: disputes may have to be decided without. */
export function judgeAgain(core: Core): void {
  for (const task of core.state.disputed) {
    if (!isDisputed(task)) core.state.disputed.delete(task);
    else if (task.wanting === 'replica' && task.check) judge(core, task, task.check);
  }
}

/** Nobody is accused: with so many opinions it is the task, or the comparison, that is at fault. */
function giveUp(core: Core, task: TaskRecord, results: readonly AttemptRecord[]): void {
  const reason = `no two of ${results.length} results agree`;
  for (const attempt of results) {
    if (attempt.state.kind === 'accepted') takeBack(core, task, attempt.id, reason);
    else rejectResult(core, volunteerOf(core, attempt.volunteer), attempt, reason);
    task.failures = [...task.failures, { volunteer: attempt.volunteer, reason }];
  }
}

function credit(v: VolunteerRecord, { spec }: TaskRecord): void {
  const key = trustKey(v, spec.kernel);
  v.verified.set(key, (v.verified.get(key) ?? 0) + 1);
  v.failuresInRow = 0;
}

/** A volunteer was caught: what rests on its word alone, or on its word and one stranger's, is done again. */
export function convict(core: Core, v: VolunteerRecord, reason: string): void {
  if (v.tags.trusted) return;
  v.verified.clear();
  const vouched = [...v.vouched];
  v.vouched.clear();
  quarantine(core, v, reason, LIAR_QUARANTINES * core.config.quarantineMs);
  for (const id of vouched) {
    const task = core.state.tasks.get(id);
    if (task?.state.kind !== 'done' || !task.check) continue;
    const left = task.check.agreed.filter((other) => other !== v.id);
    if (left.length >= 2 || left.some((other) => volunteerOf(core, other).tags.trusted)) task.check.agreed = left;
    else retract(core, task, `it rests on the word of ${v.id}, which was caught returning a wrong result`);
  }
}
