import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, touch } from './core.js';
import { moveAttempt, settleVolunteer } from './moves.js';
import { blame, giveUpQueue, tellCancel } from './standing.js';
import type { VolunteerRecord } from './state.js';

/**
 * What time alone brings about: leases that run out, attempts that are overdue, quarantines and rests that end, and when to
 * look again.
 *
 * 1. Every volunteer about which time alone will change something has `timerAt`, no later than that change, and a timer for it.
 *    It may be early: signs of life move a lease without moving the timer.
 */

/** How often idle volunteers ask again whether somebody has become slow. */
const TAIL_LOOK_MS: Millis = 500;

/**
 * A wake-up that comes later than this says that we slept, not that everybody else was silent. Timers of a hidden
 * page may be late by a minute, but its messages are not: that is no sleep.
 */
const OVERSLEPT_MS: Millis = 90_000;

/** When a volunteer's silence about its first attempt is too long; null with nothing in its queue. */
function leaseEnd(core: Core, v: VolunteerRecord): Millis | null {
  const [head] = v.queue;
  return head ? v.signAt + core.config.leaseMs + 5 * head.boundMs : null;
}

/** When its first attempt will be, or was, past the 95 % bound. */
function overdueAt(v: VolunteerRecord): Millis | null {
  const [head] = v.queue;
  return head ? v.headAt + head.boundMs : null;
}

/** When it has room for more work of a class that it is full for now. */
function roomAt(core: Core, v: VolunteerRecord): Millis | null {
  let soonest: Millis | null = null;
  for (const place of v.places.values()) {
    if (place.list !== 'full' || place.roomAt === null || place.roomAt <= core.now) continue;
    if (soonest === null || place.roomAt < soonest) soonest = place.roomAt;
  }
  return soonest;
}

/** When time alone changes something about a volunteer next. */
function nextChange(core: Core, v: VolunteerRecord): Millis | null {
  if (v.state.kind === 'gone') return null;
  const overdue = overdueAt(v);
  const times = [
    leaseEnd(core, v),
    overdue !== null && overdue > core.now ? overdue : null,
    v.state.kind === 'quarantined' ? v.state.until : null,
    v.restUntil > core.now ? v.restUntil : null,
    roomAt(core, v),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** Sees to it that a volunteer's next change is not missed. */
export function setTimer(core: Core, v: VolunteerRecord): void {
  const at = nextChange(core, v);
  if (at === null || (v.timerAt !== null && v.timerAt <= at)) return;
  v.timerAt = at;
  core.state.timers.push({ at, volunteer: v });
}

/** A page that was frozen (a closed lid) missed its wake-up and every message: its volunteers' leases begin anew. */
export function forgiveOversleep(core: Core, before: Millis): void {
  const { wakeAt } = core.state;
  if (wakeAt === null || before > wakeAt || core.now <= wakeAt + OVERSLEPT_MS) return;
  for (const v of core.state.volunteers.values()) {
    v.signAt = core.now;
    v.headAt = core.now;
    touch(core, v);
  }
}

/** Does what is due. */
export function expire(core: Core): void {
  const { timers } = core.state;
  for (let next = timers.peek(); next && next.at <= core.now; next = timers.peek()) {
    timers.pop();
    const { volunteer: v, at } = next;
    if (v.timerAt !== at) continue;
    v.timerAt = null;
    expireOne(core, v);
    touch(core, v);
  }
}

function expireOne(core: Core, v: VolunteerRecord): void {
  if (v.state.kind === 'gone') return;
  if (v.state.kind === 'quarantined' && v.state.until <= core.now) settleVolunteer(core, v);
  const [head] = v.queue;
  const end = leaseEnd(core, v);
  if (!head || end === null) return;
  if (end <= core.now) {
    const reason = `silent for ${Math.round((core.now - v.signAt) / 1000)} s`;
    moveAttempt(core, head, { kind: 'lost', reason }, reason);
    tellCancel(core, head, reason);
    v.silent = reason;
    giveUpQueue(core, v, reason);
    settleVolunteer(core, v);
    blame(core, v, head, reason);
    return;
  }
  const overdue = overdueAt(v);
  if (overdue !== null && overdue <= core.now) core.state.doubtful.add(head.task);
}

/** When time alone may change something next. */
export function nextWake(core: Core): Millis | null {
  const { timers, hold } = core.state;
  for (let top = timers.peek(); top && top.volunteer.timerAt !== top.at; top = timers.peek()) timers.pop();
  const timer = timers.peek()?.at ?? null;
  const { patientUntil } = core;
  const next = timer === null ? patientUntil : Math.min(timer, patientUntil ?? timer);
  if (hold?.reached || !mayClone(core)) return next;
  const look = core.now + TAIL_LOOK_MS;
  return next === null ? look : Math.min(next, look);
}

/** Whether somebody is idle while somebody else, able for the same, is at work. */
function mayClone({ state }: Core): boolean {
  for (const { idle, queued, full } of state.classes.values()) {
    if (idle.length > 0 && queued.length + full.length > 0) return true;
  }
  return false;
}
