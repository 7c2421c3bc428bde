import type { AttemptId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect } from './events.js';
import type { LogWriter } from './log.js';
import type { Advice, GridLoad, Oracle, Probability, VolunteerView } from './oracle.js';
import type { Policy } from './policies/policy.js';
import type { Random } from './random.js';
import type { Secret, SecretState } from './secret.js';
import type { AttemptRecord, JobRecord, State, TaskRecord, VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

export interface SchedulerConfig {
  /** The one to begin with, and to fall back to. */
  readonly oracle: Oracle;
  /** Answers in the place of one that answers what cannot be; absent: `oracle`. */
  readonly plain?: Oracle;
  /** Finds the oracle that an `oracleChanged` event names; null (or no such function) falls back to `oracle`. */
  readonly oracles?: (hash: string) => Oracle | null;
  /**
   * While an oracle from `oracles` decides: the chance that a volunteer is chosen by what `plain` says of failures, so that what
   * would have become of everybody stays visible.
   */
  readonly untouchedShare: number;
  /** How many attempts each volunteer should have; null leaves it to the policy alone. */
  readonly advice: Advice | null;
  readonly policy: Policy;
  /** How long a volunteer may be silent about its first attempt, on top of five times the longest time expected. */
  readonly leaseMs: Millis;
  /** So many different volunteers that fail a task make it fail. */
  readonly volunteersToFailTask: number;
  /** So many failures in all make a task fail, though few volunteers are there. */
  readonly failuresToFailTask: number;
  /** So many failures of one volunteer in a row put it into quarantine. */
  readonly failuresToQuarantine: number;
  /** The first quarantine; each later one is twice as long, up to `longestQuarantineMs`. */
  readonly quarantineMs: Millis;
  readonly longestQuarantineMs: Millis;
  /** How long a volunteer that handed work back gets nothing new, unless it tells of itself before. */
  readonly restMs: Millis;
  /** Work done twice to be done sooner, as a share of a job's work units; one task is always allowed, unless it is 0. */
  readonly extraShare: number;
  /** So many verified results in a row, and a volunteer's results are checked more rarely. */
  readonly trustAfter: number;
  /** The chance of a check never falls below this for a volunteer that is not the owner's own. */
  readonly checkFloor: number;
  /**
   * Cuts out of a task the part that a secret number (0 … 2^32 − 1) stands for; null for a kind of task that has no parts: its
   * whole results are compared. A function of its arguments alone. Absent: none has parts.
   */
  readonly probe?: (task: TaskSpec, secret: number) => Probe | null;
  /** What may be computed again to look at parts of results, as a share of a job's work units; opinions where two differ come on top. */
  readonly spotShare: number;
  /** Events kept in the log at least. */
  readonly logLimit: number;
}

/** A part of a task, as a task of its own. */
export type Probe = Pick<TaskSpec, 'params' | 'workUnits' | 'outputBytes'>;

/** What the modules of one `handle` call share. */
export interface Core {
  readonly state: State;
  readonly config: SchedulerConfig;
  /** The one that answers, and `plain`: see `guard.ts`. */
  oracle: Oracle;
  readonly plain: Oracle;
  /** Whether `oracle` is one that `oracles` found. */
  learned: boolean;
  /** The choice under way is left untouched by what was learned of failures. */
  untouched: boolean;
  readonly random: Random;
  /** For everything that nobody outside may guess. */
  readonly secret: Omit<Secret, 'state'> & { state(): SecretState | null };
  readonly log: LogWriter;
  now: Millis;
  effects: Effect[];
  /** Tasks whose state has to be looked at again before the event is over. */
  agenda: TaskRecord[];
  /** Tasks with parts that perhaps nobody who is there could compute: looked at before the event is over. */
  readonly unwatched: Set<TaskRecord>;
  /** Volunteers that were caught: what they returned and nobody has confirmed is refused before the event is over. */
  readonly caught: Set<VolunteerRecord>;
  /** When a check is no longer waited for that somebody who has just left could make; null while none is waited for. */
  patientUntil: Millis | null;
  /** Volunteers whose place and timer have to be looked at again before work is handed out. */
  readonly touched: Set<VolunteerRecord>;
}

export function taskOf(core: Core, id: TaskId): TaskRecord {
  const task = core.state.tasks.get(id);
  if (!task) throw new IllegalMoveError(`no task ${id}\n${core.log.story(id)}`);
  return task;
}

export function attemptOf(core: Core, id: AttemptId): AttemptRecord {
  const attempt = core.state.attempts.get(id);
  if (!attempt) throw new IllegalMoveError(`no attempt ${id}\n${core.log.story(id)}`);
  return attempt;
}

export function volunteerOf(core: Core, id: VolunteerId): VolunteerRecord {
  const volunteer = core.state.volunteers.get(id);
  if (!volunteer) throw new IllegalMoveError(`no volunteer ${id}\n${core.log.story(id)}`);
  return volunteer;
}

export function jobOf(task: TaskRecord): JobRecord {
  return task.queue.job;
}

/** Marks a volunteer as one whose place has to be found anew. */
export function touch(core: Core, v: VolunteerRecord): void {
  core.touched.add(v);
}

/** The volunteer as the oracle sees it. Its maps are the state's own: to be looked at before the next event. */
export function viewOf(core: Core, v: VolunteerRecord): VolunteerView {
  const { now } = core;
  const { network, owner, region = null, provider = null } = v.tags;
  return {
    id: v.id,
    now,
    capabilities: v.capabilities,
    hidden: v.hidden,
    ageMs: Math.max(0, now - v.joinedAt),
    speeds: v.speeds,
    roundTrip: v.roundTrip,
    record: v.record,
    inFlight: v.queue.length,
    sinceSignMs: now - Math.max(v.signAt, v.joinedAt),
    sinceReturnMs: now - Math.max(v.lastReturnAt, v.joinedAt),
    telemetry: v.telemetry,
    link: v.link,
    origin: { network, owner, region, provider },
    grid: loadOf(core.state),
    share: v.share,
    usual: v.usual,
    rhythm: v.rhythm ?? undefined,
    visits: v.visits ?? (network === null ? undefined : core.state.visits.get(network)),
  };
}

function loadOf({ load: { present, busy, waiting } }: State): GridLoad {
  return { volunteers: present, busyShare: present === 0 ? 0 : busy / present, waiting };
}

/** The chance that a volunteer is gone before then, by whoever decides: in an untouched choice `plain`. */
export function failureOf(core: Core, view: VolunteerView, within: Millis): Probability {
  return (core.untouched ? core.plain : core.oracle).failure(view, within);
}
