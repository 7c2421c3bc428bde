import { AttemptId, type Millis, type VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { type Core, failureOf, jobOf, viewOf } from './core.js';
import type { AttemptPurpose } from './events.js';
import { refresh } from './lanes.js';
import { beginHead, countBackups, setQueue, settleTasks } from './moves.js';
import { attemptsAt } from './parts.js';
import { charge } from './served.js';
import type { Shown } from './shortlist.js';
import type { AttemptRecord, Place, SecretPart, TaskRecord, VolunteerRecord } from './state.js';

/** Making an attempt, and choosing who would take it over. */

/** Extra work: beside a live attempt of a volunteer in good standing. */
export type Extra = 'extra' | 'plain';

export function reserve(core: Core, task: TaskRecord, chosen: Shown, purpose: AttemptPurpose, extra: Extra): void {
  make(core, task, chosen, { purpose, extra, probe: null });
}

/** Has a part of a result computed again. */
export function reserveProbe(core: Core, task: TaskRecord, chosen: Shown, part: SecretPart): void {
  const { of, secret, workUnits } = part;
  const { spot } = jobOf(task);
  spot.spent += workUnits;
  // A further opinion was in no plan.
  if (attemptsAt(task, part).length > 0) spot.planned += workUnits;
  make(core, task, chosen, { purpose: 'probe', extra: 'plain', probe: { of, secret, workUnits } });
}

interface How {
  readonly purpose: AttemptPurpose;
  readonly extra: Extra;
  readonly probe: SecretPart | null;
}

function make(core: Core, task: TaskRecord, chosen: Shown, { purpose, extra, probe }: How): void {
  const { volunteer } = chosen.place;
  const job = jobOf(task);
  const { untouched } = core;
  const attempt: AttemptRecord = {
    id: v.parse(AttemptId, `${task.spec.id}.${task.attempts.length + 1}`),
    task,
    volunteer: volunteer.id,
    purpose,
    assignedAt: core.now,
    expectedMs: chosen.expectedMs,
    lowMs: chosen.lowMs,
    boundMs: chosen.boundMs,
    // Whoever is drawn anew is as good.
    backups: probe ? [] : backupsFor(core, task, volunteer),
    untouched,
    probe,
    state: { kind: 'reserved' },
  };
  job.made[purpose]++;
  if (extra === 'extra') job.extraUnits += task.spec.workUnits;
  core.state.attempts.set(attempt.id, attempt);
  task.attempts = [...task.attempts, attempt];
  countBackups(core, attempt, 1);
  if (volunteer.queue.length === 0) beginHead(core, volunteer);
  setQueue(core, volunteer, [...volunteer.queue, attempt]);
  volunteer.assignedAt = core.now;
  const words = [
    ...(purpose === 'first' ? [] : [purpose]),
    ...(untouched ? [`untouched, drawn with a chance of ${core.config.untouchedShare}`] : []),
  ];
  core.log.move(core.now, 'attempt', attempt.id, '(new)', 'reserved', words.join(', '));
  charge(core, attempt);
  core.touched.add(volunteer);
  core.agenda.push(task);
  core.effects.push({
    type: 'sendTask',
    volunteer: volunteer.id,
    attempt: attempt.id,
    task: probe ? specOf(core, task, probe) : task.spec,
    purpose,
    backups: attempt.backups,
    untouched,
  });
  // Before the next decision, which may be about a hold or about the same volunteer.
  settleTasks(core);
  refresh(core);
}

/** The part as a task of its own, under the task's name. @throws Error when it cannot be cut out any more */
function specOf({ config }: Core, { spec }: TaskRecord, { secret }: SecretPart): TaskSpec {
  const cut = config.probe?.(spec, secret);
  if (!cut) throw new Error(`no part of ${spec.id} can be computed alone`);
  return { ...spec, ...cut };
}

const BACKUPS = 2;
/** Places of each list that are looked at for them. */
const LOOKED_AT = 6;

/**
 * Two others: where the oracle knows who goes together, those with the least risk-adjusted time; else those that would be free
 * soonest, and who shares the primary's network or owner, or another backup's, only if there is nobody else.
 */
function backupsFor(
  core: Core,
  { queue: { taskClass } }: TaskRecord,
  primary: VolunteerRecord,
): readonly VolunteerId[] {
  const near: Place[] = [];
  for (const list of [taskClass.idle, taskClass.queued, taskClass.full]) {
    for (let i = 0; i < LOOKED_AT; i++) {
      const place = list.at(i);
      if (place && place.volunteer !== primary) near.push(place);
    }
  }
  return (core.oracle.together ? leastRisk(core, near, primary) : apartFirst(near, primary)).map(({ id }) => id);
}

function apartFirst(near: readonly Place[], primary: VolunteerRecord): readonly VolunteerRecord[] {
  const chosen: VolunteerRecord[] = [];
  for (const strict of [true, false]) {
    for (const { volunteer } of near) {
      if (chosen.length === BACKUPS) break;
      if (chosen.includes(volunteer)) continue;
      if (strict && [primary, ...chosen].some((other) => together(other, volunteer))) continue;
      chosen.push(volunteer);
    }
  }
  return chosen;
}

/** Whether two volunteers are likely to vanish at one time. */
function together(a: VolunteerRecord, b: VolunteerRecord): boolean {
  const same = (x: string | null, y: string | null) => x !== null && x === y;
  return same(a.tags.network, b.tags.network) || same(a.tags.owner, b.tags.owner);
}

/** `together` is about one minute. */
const TOGETHER_MS: Millis = 60_000;

/** Whoever is all but certain to go with the others is still better than nobody. */
const MOST_RISK = 0.999;

/**
 * The least of: time until it would be done, divided by the chance that it is still there when the primary, and the backup
 * chosen before it, are gone.
 */
function leastRisk(core: Core, near: readonly Place[], primary: VolunteerRecord): readonly VolunteerRecord[] {
  const { oracle } = core;
  const open = near.map((place) => {
    const view = viewOf(core, place.volunteer);
    const waitMs = place.list === 'idle' ? 0 : Math.max(0, place.freeAt - core.now);
    const doneMs = waitMs + place.durationMs + place.tripMs;
    return { volunteer: place.volunteer, view, doneMs, risk: failureOf(core, view, TOGETHER_MS) };
  });
  const chosen: VolunteerRecord[] = [];
  let last = viewOf(core, primary);
  while (chosen.length < BACKUPS && open.length > 0) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [i, candidate] of open.entries()) {
      // Whoever is chosen makes those like it riskier.
      candidate.risk = Math.min(MOST_RISK, candidate.risk * (oracle.together?.(last, candidate.view) ?? 1));
      const adjusted = candidate.doneMs / (1 - candidate.risk);
      if (adjusted < least) [best, least] = [i, adjusted];
    }
    const [taken] = open.splice(best, 1);
    if (!taken) break;
    chosen.push(taken.volunteer);
    last = taken.view;
  }
  return chosen;
}
