import { AttemptId, type VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { type Core, jobOf } from './core.js';
import type { AttemptPurpose } from './events.js';
import { refresh } from './lanes.js';
import { beginHead, countBackups, settleTasks } from './moves.js';
import type { Shown } from './shortlist.js';
import type { AttemptRecord, Place, TaskRecord, VolunteerRecord } from './state.js';

/** Making an attempt, and choosing who would take it over. */

/** Extra work: beside a live attempt of a volunteer in good standing. */
export type Extra = 'extra' | 'plain';

export function reserve(core: Core, task: TaskRecord, chosen: Shown, purpose: AttemptPurpose, extra: Extra): void {
  const { volunteer } = chosen.place;
  const job = jobOf(task);
  const attempt: AttemptRecord = {
    id: v.parse(AttemptId, `${task.spec.id}.${task.attempts.length + 1}`),
    task,
    volunteer: volunteer.id,
    purpose,
    assignedAt: core.now,
    expectedMs: chosen.expectedMs,
    boundMs: chosen.boundMs,
    backups: backupsFor(task, volunteer),
    state: { kind: 'reserved' },
  };
  job.made[purpose]++;
  if (extra === 'extra') job.extraUnits += task.spec.workUnits;
  core.state.attempts.set(attempt.id, attempt);
  task.attempts = [...task.attempts, attempt];
  countBackups(core, attempt, 1);
  if (volunteer.queue.length === 0) beginHead(core, volunteer);
  volunteer.queue = [...volunteer.queue, attempt];
  volunteer.assignedAt = core.now;
  core.log.move(core.now, 'attempt', attempt.id, '(new)', 'reserved', purpose === 'first' ? '' : purpose);
  job.served += chosen.expectedMs / job.settings.weight;
  core.state.servedAt = job.served;
  core.touched.add(volunteer);
  core.agenda.push(task);
  core.effects.push({
    type: 'sendTask',
    volunteer: volunteer.id,
    attempt: attempt.id,
    task: task.spec,
    purpose,
    backups: attempt.backups,
  });
  // Before the next decision, which may be about a hold or about the same volunteer.
  settleTasks(core);
  refresh(core);
}

const BACKUPS = 2;
/** Places of each list that are looked at for them. */
const LOOKED_AT = 6;

/**
 * Two others that would be free soonest; who shares the primary's network or owner, or another backup's, only if there is nobody
 * else: they would be gone together.
 */
function backupsFor({ queue: { taskClass } }: TaskRecord, primary: VolunteerRecord): readonly VolunteerId[] {
  const near: VolunteerRecord[] = [];
  for (const list of [taskClass.idle, taskClass.queued, taskClass.full]) {
    for (let i = 0; i < LOOKED_AT; i++) {
      const place: Place | undefined = list.at(i);
      if (place && place.volunteer !== primary) near.push(place.volunteer);
    }
  }
  const chosen: VolunteerRecord[] = [];
  for (const strict of [true, false]) {
    for (const candidate of near) {
      if (chosen.length === BACKUPS) break;
      if (chosen.includes(candidate)) continue;
      if (strict && [primary, ...chosen].some((other) => together(other, candidate))) continue;
      chosen.push(candidate);
    }
  }
  return chosen.map(({ id }) => id);
}

/** Whether two volunteers are likely to vanish at one time. */
function together(a: VolunteerRecord, b: VolunteerRecord): boolean {
  const same = (x: string | null, y: string | null) => x !== null && x === y;
  return same(a.tags.network, b.tags.network) || same(a.tags.owner, b.tags.owner);
}
