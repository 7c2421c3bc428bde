import * as v from 'valibot';
import type { Core } from './core.js';
import { isAble, listOf } from './lanes.js';
import { createClass, createQueue, groupOf, reindex } from './queues.js';
import { chargeOf } from './served.js';
import { SNAPSHOT_VERSION, Snapshot, SnapshotError } from './snapshot.js';
import { FromEarlier } from './snapshot-migration.js';
import {
  type AttemptRecord,
  isLive,
  type JobRecord,
  type State,
  type TaskQueue,
  type TaskRecord,
  type VolunteerRecord,
  weigh,
} from './state.js';

/** From the state to a snapshot and back. What both leave out is found again: indices, queues, counters. */

export function takeSnapshot(core: Core): Snapshot {
  const { state } = core;
  return {
    version: SNAPSHOT_VERSION,
    now: core.now,
    events: core.log.number,
    random: core.random.state(),
    secret: secretOut(core),
    hold: state.hold,
    wakeAt: state.wakeAt,
    nextOrder: state.nextOrder,
    nextSeq: state.nextSeq,
    servedAt: state.servedAt,
    tailQuietUntil: state.tailQuietUntil,
    advisedAt: state.advisedAt,
    oracle: state.oracle,
    classes: [...state.classes.values()].map(({ idle: _, queued: __, full: ___, able: ____, horizon, ...kept }) => {
      return { ...kept, horizon: horizon && { ...horizon } };
    }),
    jobs: [...state.jobs.values()].map(jobOut),
    tasks: [...state.tasks.values()].map(taskOut),
    volunteers: [...state.volunteers.values()].map(volunteerOut),
    visits: [...state.visits],
    disputed: [...state.disputed].map(({ spec }) => spec.id),
    doubtful: [...state.doubtful].map(({ spec }) => spec.id),
  };
}

function secretOut({ secret }: Core): Snapshot['secret'] {
  const state = secret.state();
  return state && { key: [...state.key], drawn: state.drawn };
}

function jobOut(job: JobRecord): Snapshot['jobs'][number] {
  const { id, settings, paused, units, doneUnits, extraUnits, rejected, retracted, served, settled } = job;
  return {
    ...{ id, settings, paused, units, doneUnits, extraUnits, rejected, retracted, served, settled },
    tasks: [...job.tasks],
    audits: [...job.audits],
    made: { ...job.made },
    spot: { ...job.spot },
    unseen: job.unseen,
    queues: job.queues.map(({ taskClass, mixed, replicas }) => {
      return { taskClass: taskClass.key, mixed, makers: [...replicas.keys()] };
    }),
  };
}

function taskOut(task: TaskRecord): Snapshot['tasks'][number] {
  const { spec, order, after, state, readyAt, failures, check, dependents, freed } = task;
  return {
    ...{ spec, order, readyAt, freed },
    after: [...after],
    state: state.kind === 'failed' ? { ...state, reasons: [...state.reasons] } : state,
    attempts: task.attempts.map((attempt) => {
      return { ...attempt, task: spec.id, backups: [...attempt.backups] };
    }),
    failures: [...failures],
    check: check && {
      ...check,
      pending: [...check.pending],
      verdicts: [...check.verdicts],
      parts: check.parts.map((part) => ({ ...part })),
      agreed: [...check.agreed],
      confirmed: [...check.confirmed],
    },
    dependents: [...dependents],
  };
}

function volunteerOut(volunteer: VolunteerRecord): Snapshot['volunteers'][number] {
  return {
    ...volunteer,
    queue: volunteer.queue.map(({ id }) => id),
    lost: [...volunteer.lost].map(({ id }) => id),
    speeds: [...volunteer.speeds].map(([key, { recent, ...speed }]) => {
      return [key, { ...speed, ...(recent && { recent: [...recent] }) }];
    }),
    holds: [...volunteer.holds],
    verified: [...volunteer.verified],
    vouched: [...volunteer.vouched],
    places: [...volunteer.places].map(([taskClass, { volunteer: _, seq: __, ...place }]) => {
      return { taskClass, ...place, lacks: [...place.lacks], unfit: [...place.unfit] };
    }),
  };
}

/** @throws SnapshotError for anything but a snapshot of this version or one that can be brought up to it */
export function parseSnapshot(value: unknown): Snapshot {
  const version = v.safeParse(v.looseObject({ version: v.number() }), value);
  if (version.success && !(version.output.version <= SNAPSHOT_VERSION)) {
    throw new SnapshotError(`a snapshot of version ${version.output.version}; this is version ${SNAPSHOT_VERSION}`);
  }
  const schema = version.success && version.output.version < SNAPSHOT_VERSION ? FromEarlier : Snapshot;
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new SnapshotError(`not a snapshot: ${v.summarize(parsed.issues)}`);
  return parsed.output;
}

/** Fills an empty state. @throws SnapshotError when parts of the snapshot name what is not in it */
export function fillState(state: State, from: Snapshot): void {
  const { hold, wakeAt, nextOrder, nextSeq, servedAt, tailQuietUntil, advisedAt, oracle } = from;
  Object.assign(state, { hold, wakeAt, nextOrder, nextSeq, servedAt, tailQuietUntil, advisedAt, oracle });
  for (const taskClass of from.classes) {
    const made = createClass(taskClass);
    made.horizon = taskClass.horizon;
    state.classes.set(taskClass.key, made);
  }
  for (const job of from.jobs) state.jobs.set(job.id, jobIn(state, job));
  const queues = queuesByClass(state);
  for (const task of from.tasks) {
    if (task.check?.open && task.check.maker === null) {
      throw new SnapshotError(`the check of ${task.spec.id} is open, and of nobody's result`);
    }
    taskIn(state, queues, task);
  }
  for (const volunteer of from.volunteers) volunteerIn(state, volunteer);
  for (const job of from.jobs) {
    for (const { taskClass, makers } of job.queues) {
      const queue = queues.get(`${job.id} ${taskClass}`);
      for (const maker of makers) if (queue) groupOf(queue, maker);
    }
  }
  for (const task of state.tasks.values()) reindex(task);
  for (const id of namedVolunteers(from)) known(state.volunteers, id);
  for (const id of namedTasks(from)) known(state.tasks, id);
  for (const [network, visit] of from.visits) state.visits.set(network, visit);
  for (const id of from.disputed) state.disputed.add(known(state.tasks, id));
  for (const id of from.doubtful) state.doubtful.add(known(state.tasks, id));
}

/** Volunteers that are looked up by name later: none is ever forgotten. */
function namedVolunteers({ tasks, jobs }: Snapshot): readonly VolunteerRecord['id'][] {
  return [
    ...tasks.flatMap(({ attempts }) => attempts.flatMap(({ volunteer, backups }) => [volunteer, ...backups])),
    ...tasks.flatMap(({ check }) =>
      check ? [...(check.maker === null ? [] : [check.maker]), ...check.agreed, ...check.confirmed] : [],
    ),
    ...jobs.flatMap(({ queues }) => queues.flatMap(({ makers }) => makers)),
  ];
}

/** Tasks that somebody waits for: only `after` may name one that is forgotten. */
function namedTasks({ jobs, tasks, volunteers }: Snapshot): readonly TaskRecord['spec']['id'][] {
  return [
    ...jobs.flatMap((job) => [...job.tasks, ...job.audits]),
    ...tasks.flatMap(({ dependents }) => dependents),
    ...volunteers.flatMap(({ vouched }) => vouched),
  ];
}

function known<K extends string, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new SnapshotError(`the snapshot names ${key}, which is not in it`);
  return value;
}

function jobIn(state: State, from: Snapshot['jobs'][number]): JobRecord {
  const counted = { open: 0, done: 0, failed: 0, cancelled: 0 };
  const queues: TaskQueue[] = [];
  const { tasks, audits, queues: kept, ...rest } = from;
  const job: JobRecord = {
    ...rest,
    spot: { ...rest.spot },
    ...counted,
    charged: 0,
    queues,
    tasks: new Set(tasks),
    audits: new Set(audits),
  };
  for (const { taskClass, mixed } of kept) {
    queues.push({ ...createQueue(job, known(state.classes, taskClass)), mixed });
  }
  return job;
}

function queuesByClass(state: State): ReadonlyMap<string, TaskQueue> {
  const found = new Map<string, TaskQueue>();
  for (const job of state.jobs.values()) {
    for (const queue of job.queues) found.set(`${job.id} ${queue.taskClass.key}`, queue);
  }
  return found;
}

function taskIn(state: State, queues: ReadonlyMap<string, TaskQueue>, from: Snapshot['tasks'][number]): void {
  const { spec, attempts, check, ...rest } = from;
  const job = known(state.jobs, spec.job);
  const key = job.queues.find(({ taskClass }) => same(taskClass, spec))?.taskClass.key ?? '';
  const task: TaskRecord = {
    ...rest,
    spec,
    queue: known(queues, `${job.id} ${key}`),
    wanting: null,
    attempts: [],
    check: check && {
      ...check,
      pending: new Set(check.pending),
      verdicts: new Map(check.verdicts),
      parts: check.parts.map((part) => ({ ...part })),
    },
  };
  task.attempts = attempts.map((attempt): AttemptRecord => ({ ...attempt, task }));
  for (const attempt of task.attempts) {
    state.attempts.set(attempt.id, attempt);
    if (isLive(attempt)) job.charged += chargeOf(attempt);
  }
  state.tasks.set(spec.id, task);
  const { kind } = task.state;
  if (kind === 'waiting' || kind === 'ready') {
    job.open++;
    state.load.waiting++;
  } else if (kind === 'done' || kind === 'failed' || kind === 'cancelled') job[kind]++;
}

function same(
  taskClass: Pick<TaskRecord['spec'], 'kernel' | 'requires'>,
  spec: Pick<TaskRecord['spec'], 'kernel' | 'requires'>,
): boolean {
  const { kernel, requires } = taskClass;
  if (kernel.kind !== spec.kernel.kind || kernel.version !== spec.kernel.version) return false;
  return JSON.stringify(Object.entries(requires).sort()) === JSON.stringify(Object.entries(spec.requires).sort());
}

function volunteerIn(state: State, from: Snapshot['volunteers'][number]): void {
  const { places, ...rest } = from;
  const volunteer: VolunteerRecord = {
    ...rest,
    queue: from.queue.map((id) => known(state.attempts, id)),
    lost: new Set(from.lost.map((id) => known(state.attempts, id))),
    speeds: new Map(from.speeds),
    holds: new Set(from.holds),
    verified: new Map(from.verified),
    vouched: new Set(from.vouched),
    places: new Map(),
  };
  state.volunteers.set(volunteer.id, volunteer);
  if (volunteer.tags.trusted) state.trusted.add(volunteer);
  weigh(state, volunteer, 1);
  for (const { taskClass: key, ...place } of places) {
    const taskClass = known(state.classes, key);
    const made = { ...place, volunteer, seq: volunteer.seq };
    volunteer.places.set(key, made);
    if (isAble(made)) taskClass.able++;
    listOf(taskClass, made)?.add(made);
  }
  if (volunteer.timerAt !== null) state.timers.push({ at: volunteer.timerAt, volunteer });
}
