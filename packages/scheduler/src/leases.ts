import type { Millis } from '@tabgrid/protocol/ids';
import { blame, giveUpQueue, tellCancel } from './attempts.js';
import { attemptOf, type Core, taskOf, viewOf, viewOfTask } from './core.js';
import { moveAttempt, settleVolunteer } from './moves.js';
import type { VolunteerRecord } from './state.js';

/** What time alone brings about: leases that run out, quarantines that end, and when to look again. */

/** How often an idle volunteer asks again whether somebody has become slow. */
const TAIL_LOOK_MS: Millis = 500;

/**
 * A wake-up that comes later than this says that we slept, not that everybody else was silent. Timers of a hidden
 * page may be late by a minute, but its messages are not: that is no sleep.
 */
const OVERSLEPT_MS: Millis = 90_000;

/** When a volunteer's silence about its first attempt is too long; null with nothing in its queue. */
function leaseEnd(core: Core, v: VolunteerRecord): Millis | null {
  const head = v.queue[0];
  if (head === undefined) return null;
  const task = taskOf(core, attemptOf(core, head).task);
  const { p975 } = core.config.oracle.duration(viewOf(core, v), viewOfTask(task));
  return v.signAt + core.config.leaseMs + 5 * p975;
}

/** A page that was frozen (a closed lid) missed its wake-up and every message: its volunteers' leases begin anew. */
export function forgiveOversleep(core: Core, before: Millis): void {
  const { wakeAt } = core.state;
  if (wakeAt === null || before > wakeAt || core.now <= wakeAt + OVERSLEPT_MS) return;
  for (const v of core.state.volunteers.values()) v.signAt = core.now;
}

export function expire(core: Core): void {
  for (const v of core.state.volunteers.values()) {
    if (v.state.kind === 'quarantined' && v.state.until <= core.now) settleVolunteer(core, v);
    const end = leaseEnd(core, v);
    const head = v.queue[0];
    if (end === null || head === undefined || end > core.now) continue;
    const attempt = attemptOf(core, head);
    const reason = `silent for ${Math.round((core.now - v.signAt) / 1000)} s`;
    moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
    tellCancel(core, attempt, reason);
    v.silent = reason;
    giveUpQueue(core, v, reason);
    settleVolunteer(core, v);
    blame(core, v, taskOf(core, attempt.task), reason);
  }
}

/** When time alone may change something next. */
export function nextWake(core: Core): Millis | null {
  let next: Millis | null = null;
  const at = (time: Millis | null) => {
    if (time !== null && (next === null || time < next)) next = time;
  };
  let idle = false;
  let busy = false;
  for (const v of core.state.volunteers.values()) {
    at(leaseEnd(core, v));
    if (v.state.kind === 'quarantined') at(v.state.until);
    if (v.restUntil > core.now && v.state.kind !== 'gone') at(v.restUntil);
    if (v.queue.length > 0) busy = true;
    else if (v.state.kind === 'ready') idle = true;
  }
  if (idle && busy && !core.state.hold?.reached) at(core.now + TAIL_LOOK_MS);
  return next;
}
