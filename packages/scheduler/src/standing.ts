import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, volunteerOf } from './core.js';
import { moveAttempt, settleVolunteer } from './moves.js';
import type { AttemptRecord, VolunteerRecord } from './state.js';

/** What a volunteer's behaviour brings upon it: leases begun anew, blame, quarantine. */

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

/** Books a failure on the task – unless it was only to be looked at – and on the volunteer, which may put it into quarantine. */
export function blame(core: Core, v: VolunteerRecord, { task, probe }: AttemptRecord, reason: string): void {
  if (probe === null) task.failures = [...task.failures, { volunteer: v.id, reason }];
  v.failuresInRow++;
  if (v.failuresInRow < core.config.failuresToQuarantine) return;
  quarantine(core, v, `${v.failuresInRow} failures in a row, the last one: ${reason}`);
}

/** Takes a volunteer's work away and gives it none for a while; each time for twice as long. */
export function quarantine(core: Core, v: VolunteerRecord, reason: string, leastMs: Millis = 0): void {
  const { quarantineMs, longestQuarantineMs } = core.config;
  const backOff = Math.max(leastMs, Math.min(longestQuarantineMs, quarantineMs * 2 ** v.quarantines));
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
  for (const attempt of v.queue) {
    moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
    tellCancel(core, attempt, reason);
  }
}
