import { AttemptId, JobId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { Capabilities, KernelVersion, Requirements, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { RECENT_SPEEDS } from './oracle.js';

/**
 * The whole state as plain data, fit for JSON. Only what cannot be found again from the rest is in it: indices are rebuilt.
 *
 * History of SNAPSHOT_VERSION
 *  1  jobs, tasks with checks, attempts, volunteers with trust, places as they were found
 *  2  volunteers' records, rhythm, visits, telemetry, links and shares; attempts left untouched; bytes of a class's typical task
 *  3  the owner's secret; parts of results that are computed again, and what they cost; doubts about volunteers' words
 */
export const SNAPSHOT_VERSION = 3;

/** A snapshot of another version, of another form, or one that contradicts itself. */
export class SnapshotError extends Error {
  override name = 'SnapshotError';
}

const Time = v.number();
const Reason = v.string();
const Purpose = v.picklist(['first', 'again', 'backup', 'clone', 'replica', 'probe']);
const Verdict = v.picklist(['equal', 'within', 'different']);

const TaskState = v.variant('kind', [
  v.strictObject({ kind: v.literal('waiting') }),
  v.strictObject({ kind: v.literal('ready') }),
  v.strictObject({ kind: v.literal('running') }),
  v.strictObject({ kind: v.literal('checking') }),
  v.strictObject({ kind: v.literal('done'), by: AttemptId }),
  v.strictObject({ kind: v.literal('failed'), reasons: v.array(Reason) }),
  v.strictObject({ kind: v.literal('cancelled'), reason: Reason }),
]);

const AttemptState = v.variant('kind', [
  v.strictObject({ kind: v.literal('reserved') }),
  v.strictObject({ kind: v.literal('sent') }),
  v.strictObject({ kind: v.literal('running'), share: v.number() }),
  v.strictObject({ kind: v.literal('returned'), stats: RunStats, sound: v.boolean() }),
  v.strictObject({ kind: v.literal('accepted') }),
  v.strictObject({ kind: v.literal('rejected'), reason: Reason }),
  v.strictObject({ kind: v.literal('lost'), reason: Reason }),
  v.strictObject({ kind: v.literal('cancelled'), reason: Reason }),
  v.strictObject({ kind: v.literal('retracted'), reason: Reason }),
]);

const VolunteerState = v.variant('kind', [
  v.strictObject({ kind: v.literal('joining') }),
  v.strictObject({ kind: v.literal('ready') }),
  v.strictObject({ kind: v.literal('paused') }),
  v.strictObject({ kind: v.literal('suspect'), reason: Reason }),
  v.strictObject({ kind: v.literal('quarantined'), until: Time, reason: Reason }),
  v.strictObject({ kind: v.literal('gone'), reason: Reason }),
]);

const Part = v.strictObject({ of: AttemptId, secret: v.number(), workUnits: v.number() });

export const Attempt = v.strictObject({
  id: AttemptId,
  task: TaskId,
  volunteer: VolunteerId,
  purpose: Purpose,
  assignedAt: Time,
  lowMs: Time,
  expectedMs: Time,
  boundMs: Time,
  backups: v.array(VolunteerId),
  untouched: v.boolean(),
  probe: v.nullable(Part),
  state: AttemptState,
});

export const Check = v.strictObject({
  open: v.boolean(),
  maker: v.nullable(VolunteerId),
  pending: v.array(v.string()),
  verdicts: v.array(v.tuple([v.string(), Verdict])),
  parts: v.array(v.strictObject({ ...Part.entries, verdict: v.picklist(['open', 'right', 'wrong']) })),
  agreed: v.array(VolunteerId),
  confirmed: v.array(VolunteerId),
  unseen: v.boolean(),
  covered: v.boolean(),
});

export const Task = v.strictObject({
  spec: TaskSpec,
  order: v.number(),
  after: v.array(TaskId),
  state: TaskState,
  readyAt: v.nullable(Time),
  attempts: v.array(Attempt),
  failures: v.array(v.strictObject({ volunteer: VolunteerId, reason: Reason })),
  check: v.nullable(Check),
  dependents: v.array(TaskId),
  freed: v.boolean(),
});

const Speed = v.strictObject({
  units: v.number(),
  ms: v.number(),
  samples: v.number(),
  error: v.number(),
  recent: v.exactOptional(v.pipe(v.array(v.number()), v.maxLength(RECENT_SPEEDS))),
});

const Visits = v.strictObject({ count: v.number(), lastMs: v.number() });

const Share = v.strictObject({ attempts: v.number(), probability: v.number() });

export const Place = v.strictObject({
  taskClass: v.string(),
  key: Time,
  list: v.picklist(['idle', 'queued', 'full', 'none']),
  durationMs: Time,
  lowMs: Time,
  boundMs: Time,
  depth: v.number(),
  usual: v.number(),
  aheadMs: Time,
  tripMs: Time,
  slowTripMs: Time,
  statistics: v.number(),
  trips: v.number(),
  freeAt: Time,
  roomAt: v.nullable(Time),
  lacks: v.array(v.string()),
  unfit: v.array(v.string()),
});

export const Volunteer = v.strictObject({
  id: VolunteerId,
  seq: v.number(),
  capabilities: Capabilities,
  tags: v.strictObject({
    network: v.nullable(v.string()),
    owner: v.nullable(v.string()),
    region: v.exactOptional(v.nullable(v.string())),
    provider: v.exactOptional(v.nullable(v.string())),
    invited: v.boolean(),
    trusted: v.boolean(),
  }),
  state: VolunteerState,
  joinedAt: Time,
  readyUntil: Time,
  paused: v.boolean(),
  hidden: v.boolean(),
  linkSuspect: v.nullable(Reason),
  silent: v.nullable(Reason),
  queue: v.array(AttemptId),
  lost: v.array(AttemptId),
  headAt: Time,
  signAt: Time,
  assignedAt: Time,
  lastReturnAt: Time,
  speeds: v.array(v.tuple([v.string(), Speed])),
  roundTrip: v.nullable(v.strictObject({ meanMs: v.number(), deviationMs: v.number() })),
  record: v.strictObject({ success: v.number(), ended: v.number(), failed: v.number(), lost: v.number() }),
  rhythm: v.nullable(v.strictObject({ results: v.number(), meanMs: v.number(), deviationMs: v.number() })),
  visits: v.nullable(Visits),
  telemetry: v.nullable(
    v.strictObject({
      intensity: v.number(),
      battery: v.nullable(v.strictObject({ level: v.number(), charging: v.boolean() })),
    }),
  ),
  link: v.nullable(
    v.strictObject({
      path: v.picklist(['direct', 'turn', 'relay', 'local']),
      jitterMs: Time,
      lateShare: v.number(),
      congestion: v.number(),
      silentMs: Time,
    }),
  ),
  bytesPerSecond: v.nullable(v.number()),
  holds: v.array(v.string()),
  memoryCeiling: v.nullable(v.number()),
  restUntil: Time,
  failuresInRow: v.number(),
  quarantinedUntil: Time,
  quarantineReason: Reason,
  quarantines: v.number(),
  verified: v.array(v.tuple([v.string(), v.number()])),
  vouched: v.array(TaskId),
  doubts: v.number(),
  advised: v.nullable(Share),
  share: Share,
  usual: v.number(),
  backupFor: v.number(),
  statistics: v.number(),
  trips: v.number(),
  places: v.array(Place),
  timerAt: v.nullable(Time),
});

export const Job = v.strictObject({
  id: JobId,
  settings: v.strictObject({
    weight: v.number(),
    priority: v.number(),
    deadlineMs: v.nullable(Time),
    extraShare: v.nullable(v.number()),
  }),
  paused: v.boolean(),
  tasks: v.array(TaskId),
  units: v.number(),
  doneUnits: v.number(),
  queues: v.array(v.strictObject({ taskClass: v.string(), mixed: v.boolean(), makers: v.array(VolunteerId) })),
  made: v.strictObject({
    first: v.number(),
    again: v.number(),
    backup: v.number(),
    clone: v.number(),
    replica: v.number(),
    probe: v.number(),
  }),
  extraUnits: v.number(),
  audits: v.array(TaskId),
  spot: v.strictObject({ seen: v.number(), planned: v.number(), spent: v.number() }),
  unseen: v.number(),
  rejected: v.number(),
  retracted: v.number(),
  served: v.number(),
  settled: v.boolean(),
});

export const Class = v.strictObject({
  key: v.string(),
  kernel: KernelVersion,
  requires: Requirements,
  typicalUnits: v.number(),
  typicalInputBytes: v.number(),
  typicalOutputBytes: v.number(),
  horizon: v.nullable(v.strictObject({ at: Time, uses: v.number() })),
});

export const Snapshot = v.strictObject({
  version: v.literal(SNAPSHOT_VERSION),
  now: Time,
  /** Events handled before. */
  events: v.number(),
  random: v.number(),
  /** null: of the time before there was one. */
  secret: v.nullable(
    v.strictObject({ key: v.tuple([v.number(), v.number(), v.number(), v.number()]), drawn: v.number() }),
  ),
  hold: v.nullable(v.strictObject({ share: v.number(), reached: v.boolean() })),
  wakeAt: v.nullable(Time),
  nextOrder: v.number(),
  nextSeq: v.number(),
  servedAt: v.number(),
  tailQuietUntil: Time,
  advisedAt: Time,
  oracle: v.nullable(v.strictObject({ revision: v.number(), hash: v.string() })),
  classes: v.array(Class),
  jobs: v.array(Job),
  /** In the order of adding. */
  tasks: v.array(Task),
  volunteers: v.array(Volunteer),
  doubtful: v.array(TaskId),
  disputed: v.array(TaskId),
  visits: v.array(v.tuple([v.string(), Visits])),
});
export type Snapshot = v.InferOutput<typeof Snapshot>;
