import { AttemptId, type Millis } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { attemptOf, type Core, jobOf, taskOf, viewOf, viewOfTask } from './core.js';
import { settleTasks } from './moves.js';
import { isWarm, measuredSpeed } from './oracle.js';
import type { Candidate } from './policies/policy.js';
import { lacking } from './requirements.js';
import { isLive, type JobRecord, type TaskClass, type TaskRecord, type VolunteerRecord } from './state.js';

/** Handing out work: ready tasks first, then, in a job's tail, second attempts beside slow or doubtful ones. */

/** Reading, checking and storing a result, and answering, on a busy page. */
const HANDLING_MS: Millis = 100;

/** Tasks of a class that one pass may leave for somebody else before it stops looking. */
const MOST_SKIPPED = 16;

/** What a volunteer lacks for a class; empty when it can run it. */
export function lacksOf(volunteer: VolunteerRecord, taskClass: TaskClass): readonly string[] {
  let known = volunteer.lacks.get(taskClass.key);
  if (!known) {
    known = lacking(volunteer.capabilities, taskClass.kernel, taskClass.requires);
    volunteer.lacks.set(taskClass.key, known);
  }
  const { score } = taskClass.requires;
  const speed = measuredSpeed(volunteer, taskClass.kernel);
  if (score !== undefined && speed !== null && speed < score) {
    return [...known, `a score of ${score} work units a second (has ${Math.round(speed)})`];
  }
  return known;
}

/** Time that a volunteer's queue will still take; overdue work counts as if it had just begun. */
export function queueMs(core: Core, volunteer: VolunteerRecord): Millis {
  let sum = 0;
  for (const [i, id] of volunteer.queue.entries()) {
    const { expectedMs, state, assignedAt } = attemptOf(core, id);
    let left = expectedMs;
    if (i === 0) {
      const since = Math.max(assignedAt, volunteer.lastReturnAt);
      const byClock = expectedMs - (core.now - since);
      left = state.kind === 'running' ? Math.min(expectedMs * (1 - state.share), Math.max(byClock, 0)) : byClock;
      if (left <= 0) left = expectedMs / 2;
    }
    sum += left;
  }
  return sum;
}

export function assign(core: Core): void {
  if (core.state.hold?.reached) return;
  const present = [...core.state.volunteers.values()].filter(
    (x) => x.state.kind === 'ready' && x.restUntil <= core.now,
  );
  if (present.length === 0) return;
  const byHead = [...core.state.classes.values()].filter((c) => c.ready.length > 0);
  byHead.sort((a, b) => headOrder(core, a) - headOrder(core, b));
  for (const taskClass of byHead) assignClass(core, taskClass, present);
  cloneTail(core, present);
  settleTasks(core);
}

function headOrder(core: Core, taskClass: TaskClass): number {
  const head = taskClass.ready[0];
  return head === undefined ? Number.POSITIVE_INFINITY : taskOf(core, head).order;
}

function assignClass(core: Core, taskClass: TaskClass, present: readonly VolunteerRecord[]): void {
  const able = present.filter((x) => lacksOf(x, taskClass).length === 0);
  if (able.length === 0) return;
  const queues = new Map(able.map((x) => [x.id, queueMs(core, x)]));
  let skipped = 0;
  // An assigned task leaves the list, so that the next one takes its place.
  for (let i = 0; ; ) {
    const id = taskClass.ready[i];
    if (id === undefined) return;
    const task = taskOf(core, id);
    if (!mayAssign(core, jobOf(core, task))) {
      i++;
      continue;
    }
    const candidates = candidatesFor(core, task, able, queues);
    const full = !candidates.some((c) => c.room > 0);
    // Who is full has no room for the next task either; only who failed this one may.
    if (full && task.failures.length === 0) return;
    const chosen = full ? null : core.config.policy.choose(candidates, horizonMs(core, taskClass, able, queues));
    const volunteer = able.find((x) => x.id === chosen?.volunteer);
    if (!volunteer) {
      if (++skipped > MOST_SKIPPED) return;
      i++;
      continue;
    }
    const expected = reserve(core, task, volunteer, 'plain');
    queues.set(volunteer.id, (queues.get(volunteer.id) ?? 0) + expected);
    // Before the next decision, which may be about a hold.
    settleTasks(core);
  }
}

/** Whether a hold that is not reached yet allows one more assignment of this job. */
function mayAssign(core: Core, job: JobRecord): boolean {
  const { hold } = core.state;
  if (!hold) return true;
  return job.open > 1;
}

function candidatesFor(
  core: Core,
  task: TaskRecord,
  able: readonly VolunteerRecord[],
  queues: ReadonlyMap<string, Millis>,
): readonly Candidate[] {
  // Somebody who failed it gets it again only when there is nobody else.
  const fresh = able.filter((x) => !task.failures.some((f) => f.volunteer === x.id));
  const { oracle, policy } = core.config;
  const t = viewOfTask(task);
  return (fresh.length > 0 ? fresh : able).map((volunteer) => {
    const view = viewOf(core, volunteer);
    const known = measuredSpeed(volunteer, t.kernel) !== null;
    const { median } = oracle.duration(view, t);
    const trip = oracle.roundTrip(view);
    const finish = (queues.get(volunteer.id) ?? 0) + median + trip.median;
    const depth = policy.depth(known ? median : null, trip.p95 + HANDLING_MS);
    return {
      volunteer: volunteer.id,
      queued: volunteer.queue.length,
      room: Math.max(0, depth - volunteer.queue.length),
      measured: isWarm(volunteer, t.kernel),
      finishMs: finish / Math.max(0.05, 1 - oracle.failure(view, finish)),
    };
  });
}

/** All ready work of the class and all queues, divided by the speed of everybody who can help. */
function horizonMs(
  core: Core,
  taskClass: TaskClass,
  able: readonly VolunteerRecord[],
  queues: ReadonlyMap<string, Millis>,
): Millis {
  let speeds = 0;
  let queuedUnits = 0;
  const t = { kernel: taskClass.kernel, workUnits: 1 };
  for (const x of able) {
    const speed = 1 / Math.max(1e-9, core.config.oracle.duration(viewOf(core, x), t).median);
    speeds += speed;
    queuedUnits += speed * (queues.get(x.id) ?? 0);
  }
  return speeds > 0 ? (taskClass.readyUnits + queuedUnits) / speeds : 0;
}

/** `rescue`: beside an attempt that may never end; `clone`: beside one in good standing, within the job's share. */
type AttemptKind = 'plain' | 'rescue' | 'clone';

/** Makes an attempt. @returns how long it should take on the volunteer */
function reserve(core: Core, task: TaskRecord, volunteer: VolunteerRecord, kind: AttemptKind): Millis {
  const expectedMs = core.config.oracle.duration(viewOf(core, volunteer), viewOfTask(task)).median;
  const id = v.parse(AttemptId, `${task.spec.id}.${task.attempts.length + 1}`);
  const job = jobOf(core, task);
  job.attempts++;
  if (kind === 'clone') job.clones++;
  else if (task.attempts.length > 0) job.retries++;
  core.state.attempts.set(id, {
    id,
    task: task.spec.id,
    volunteer: volunteer.id,
    clone: kind !== 'plain',
    assignedAt: core.now,
    expectedMs,
    state: { kind: 'reserved' },
  });
  task.attempts.push(id);
  if (volunteer.queue.length === 0) volunteer.signAt = core.now;
  volunteer.queue.push(id);
  core.log.move(core.now, 'attempt', id, '(new)', 'reserved', kind === 'plain' ? '' : kind);
  core.agenda.push(task.spec.id);
  core.effects.push({ type: 'sendTask', volunteer: volunteer.id, attempt: id, task: task.spec });
  return expectedMs;
}

/** An idle volunteer may try what somebody else will be long about, or may never finish. */
function cloneTail(core: Core, present: readonly VolunteerRecord[]): void {
  const idle = present.filter((x) => x.queue.length === 0);
  if (idle.length === 0) return;
  const running = outstanding(core).sort((a, b) => b.remainingMs - a.remainingMs);
  for (const volunteer of idle) {
    const view = viewOf(core, volunteer);
    const at = running.findIndex(({ task, doubtful, remainingMs, owner }) => {
      if (owner === volunteer.id || task.failures.some((f) => f.volunteer === volunteer.id)) return false;
      const taskClass = core.state.classes.get(task.classKey);
      if (!taskClass || lacksOf(volunteer, taskClass).length > 0) return false;
      if (doubtful) return true;
      const job = jobOf(core, task);
      if (job.clones >= Math.max(1, Math.floor(core.config.cloneShare * job.tasks.size))) return false;
      const fresh =
        core.config.oracle.duration(view, viewOfTask(task)).median + core.config.oracle.roundTrip(view).median;
      return core.config.policy.worthCloning(remainingMs, fresh);
    });
    const found = running[at];
    if (!found) continue;
    running.splice(at, 1);
    reserve(core, found.task, volunteer, found.doubtful ? 'rescue' : 'clone');
  }
}

interface Outstanding {
  readonly task: TaskRecord;
  readonly owner: string;
  readonly remainingMs: Millis;
  /** Its volunteer is not in good standing. */
  readonly doubtful: boolean;
}

/** Tasks with exactly one live attempt and no result, with the time that they will still take. */
function outstanding(core: Core): Outstanding[] {
  const found: Outstanding[] = [];
  for (const x of core.state.volunteers.values()) {
    let remainingMs = 0;
    for (const [i, id] of x.queue.entries()) {
      const attempt = attemptOf(core, id);
      const late = i === 0 ? core.now - Math.max(attempt.assignedAt, x.lastReturnAt) - attempt.expectedMs : 0;
      // The longer it is overdue, the longer it will still take (LATE).
      remainingMs += i === 0 ? Math.max(late, attempt.expectedMs * (1 - shareOf(core, id))) : attempt.expectedMs;
      const task = taskOf(core, attempt.task);
      const live = task.attempts.filter((a) => isLive(attemptOf(core, a))).length;
      if (task.state.kind !== 'running' || live !== 1) continue;
      found.push({ task, owner: x.id, remainingMs, doubtful: x.state.kind !== 'ready' });
    }
  }
  return found;
}

function shareOf(core: Core, id: AttemptId): number {
  const { state } = attemptOf(core, id);
  return state.kind === 'running' ? state.share : 0;
}
