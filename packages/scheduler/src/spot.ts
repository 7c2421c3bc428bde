import type { VolunteerId } from '@tabgrid/protocol/ids';
import { type Core, jobOf, volunteerOf } from './core.js';
import { attemptsAt, isOnItsWay, isRefuted, LEAD, resultsOf, type Voices, voicesOn, wantedPart } from './parts.js';
import { apart } from './reputation.js';
import { checkOf } from './results.js';
import {
  type AttemptRecord,
  isLive,
  isWhole,
  type PartCheck,
  type SecretPart,
  type State,
  type TaskRecord,
  type VolunteerRecord,
} from './state.js';

/**
 * Parts of results that others compute again: how many, which, by whom they may be computed, and what is believed of them.
 *
 * 1. Parts are drawn once the result is here, from a source that nobody outside can foretell: who made it cannot know them.
 * 2. Fresh parts keep to the job's share of work, paced over its results; a dispute is always carried on.
 * 3. A part is right when the first who computes it comes to the same. Else opinions are collected until one side leads by LEAD,
 *    or by one where nobody else can be asked; the word of the owner's own machine ends it.
 */

/** Parts of one result at most: each is shown to somebody else, so that friends of its maker would have to be all of them. */
const MOST_PARTS = 4;

/** With so many opinions undecided, the result is made again and nobody is blamed. */
const MOST_OPINIONS = 9;

/** So often somebody may fail to give its opinion on a part before it is asked no more. */
const MOST_TRIES = 3;

/** Share of the job's allowance that its first results may use at once. */
const AT_ONCE = 0.1;

export interface SpotPlan {
  /** The chance that the result is looked at. */
  readonly chance: number;
  /** In how many parts. */
  readonly parts: number;
}

/**
 * How closely a fresh result is looked at. Where the allowance so far does not have room for all parts, one has to do, and
 * where even that would be more than the share of this very result, it is looked at as seldom as makes up for it – but never
 * below the floor.
 * @param chance by the volunteer's record
 * @returns null for a task that has no parts
 */
export function planParts(core: Core, task: TaskRecord, chance: number): SpotPlan | null {
  if (task.spec.verify !== 'spot') return null;
  const cost = core.config.probe?.(task.spec, 0)?.workUnits;
  if (cost === undefined) return null;
  const { spotShare, checkFloor } = core.config;
  const { spot, units } = jobOf(task);
  const own = spotShare * task.spec.workUnits;
  const parts = Math.max(1, Math.min(MOST_PARTS, Math.floor(own / Math.max(cost, 1e-9))));
  const allowed = spotShare * ((1 - AT_ONCE) * Math.min(spot.seen, units) + AT_ONCE * units);
  if (spot.planned + parts * cost <= allowed) return { chance, parts };
  return { chance: Math.min(chance, Math.max(checkFloor, own / Math.max(cost, 1e-9))), parts: 1 };
}

/** Draws parts of a result, for somebody to compute. */
export function drawParts(core: Core, result: AttemptRecord, count: number): void {
  const { task } = result;
  const drawn: PartCheck[] = [];
  const tooMany = 10 * count;
  for (let i = 0; drawn.length < count && i < tooMany; i++) {
    const secret = core.secret.word();
    const cost = core.config.probe?.(task.spec, secret)?.workUnits ?? 0;
    if (drawn.some((part) => part.secret === secret)) continue;
    drawn.push({ of: result.id, secret, workUnits: cost, verdict: 'open' });
    jobOf(task).spot.planned += cost;
  }
  const check = checkOf(task);
  check.parts = [...check.parts, ...drawn];
}

/** Whether a volunteer's word on a part would count beside what was said before. */
export function mayProbe(state: State, task: TaskRecord, part: SecretPart, v: VolunteerRecord): boolean {
  const other = (id: VolunteerId) => state.volunteers.get(id);
  const maker = other(task.attempts.find(({ id }) => id === part.of)?.volunteer ?? v.id);
  if (!maker || !apart(maker, v)) return false;
  // Whose own result was refuted is a party to it.
  const { check } = task;
  if (check && resultsOf(task).some((a) => a.volunteer === v.id && isRefuted(check, a))) return false;
  let tries = 0;
  for (const attempt of attemptsAt(task, part)) {
    const { kind } = attempt.state;
    if (attempt.volunteer === v.id) {
      if (kind === 'rejected' || isLive(attempt) || kind === 'returned') return false;
      if (++tries >= MOST_TRIES) return false;
    } else if (isLive(attempt) || kind === 'returned') {
      const asked = other(attempt.volunteer);
      if (!asked || !apart(asked, v)) return false;
    }
  }
  return true;
}

/** Whether a volunteer's whole result of a task would count beside those that are here, or on their way. */
export function mayRedo(state: State, task: TaskRecord, v: VolunteerRecord): boolean {
  return task.attempts.every((attempt) => {
    const { kind } = attempt.state;
    if (!isWhole(attempt) || kind === 'lost' || kind === 'cancelled' || kind === 'retracted') return true;
    const maker = state.volunteers.get(attempt.volunteer);
    return maker !== undefined && apart(maker, v);
  });
}

/** What is believed of a part, and whether by enough votes to hold it against those who said otherwise. */
export interface Finding extends Pick<Voices, 'pro' | 'contra'> {
  readonly verdict: PartCheck['verdict'];
  readonly sure: boolean;
}

/** @param moreToAsk whether anybody is there whose word would count */
export function findingOn(core: Core, task: TaskRecord, part: SecretPart, moreToAsk: () => boolean): Finding {
  const { opinions, pro, others, contra, lead } = voicesOn(task, checkOf(task), part);
  const found = (verdict: PartCheck['verdict'], sure: boolean): Finding => ({ verdict, sure, pro, contra });
  if (opinions.length === 0) return found('open', false);
  const decisive = opinions.find(({ volunteer }) => volunteerOf(core, volunteer).tags.trusted);
  if (decisive) return found(pro.includes(decisive) ? 'right' : 'wrong', true);
  if (others.length === 0) return found('right', false);
  const verdict = lead > 0 ? 'wrong' : 'right';
  if (Math.abs(lead) >= LEAD) return found(verdict, true);
  if (opinions.length >= MOST_OPINIONS) return found('wrong', false);
  if (lead === 0 || moreToAsk()) return found('open', false);
  return found(verdict, false);
}

/** Whether opinions are on their way. */
export function isBeingAsked(task: TaskRecord, part: SecretPart): boolean {
  return attemptsAt(task, part).some(isOnItsWay);
}

/** Whether somebody who is there could make the next move in a task's check. */
export function anybodyMay(task: TaskRecord, may: (v: VolunteerRecord) => boolean): boolean {
  const { idle, queued, full } = task.queue.taskClass;
  for (const list of [idle, queued, full]) for (const { volunteer } of list) if (may(volunteer)) return true;
  return false;
}

/** Whether a volunteer could make the next move in a task's check: compute a part, or all of it. */
export function mayConfirm(state: State, task: TaskRecord, v: VolunteerRecord): boolean {
  const part = wantedPart(task);
  return part ? mayProbe(state, task, part, v) : mayRedo(state, task, v);
}
