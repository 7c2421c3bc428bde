import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import type { RoundTripStats, SpeedStats } from './oracle.js';

/**
 * What the scheduler knows: jobs, tasks, attempts, volunteers. Lifecycles are discriminated unions; the legal moves
 * between their kinds stand in `transitions.ts`, what must always hold stands in `validate.ts`.
 */

export type TaskState =
  /** For other tasks to be done first. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready' }
  /** At least one attempt is live. */
  | { readonly kind: 'running' }
  /** At least one result is here and not judged yet. */
  | { readonly kind: 'checking' }
  | { readonly kind: 'done'; readonly by: AttemptId }
  | { readonly kind: 'failed'; readonly reasons: readonly string[] }
  | { readonly kind: 'cancelled'; readonly reason: string };

export interface TaskRecord {
  readonly spec: TaskSpec;
  /** Place in the order of adding: a task that comes back goes before the ones that were never tried. */
  readonly order: number;
  /** Tasks that must be done before this one is ready. */
  readonly after: readonly TaskId[];
  /** Key of its class: the tasks that need the same of a volunteer. */
  readonly classKey: string;
  state: TaskState;
  /** Every attempt ever made, oldest first. */
  readonly attempts: AttemptId[];
  /** Who failed it, and why. Losses by departure are not here. */
  readonly failures: { readonly volunteer: VolunteerId; readonly reason: string }[];
}

export type AttemptState =
  /** Handed to the driver, not yet with the volunteer. */
  | { readonly kind: 'reserved' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'running'; readonly share: number }
  /** The result is here and is being judged. */
  | { readonly kind: 'returned'; readonly stats: RunStats }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly reason: string }
  | { readonly kind: 'retracted'; readonly reason: string };

export interface AttemptRecord {
  readonly id: AttemptId;
  readonly task: TaskId;
  readonly volunteer: VolunteerId;
  /** Started beside another live attempt. */
  readonly clone: boolean;
  readonly assignedAt: Millis;
  /** What the oracle said when it was assigned. */
  readonly expectedMs: Millis;
  state: AttemptState;
}

export type VolunteerState =
  | { readonly kind: 'joining' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'paused' }
  /** Its link or its work is silent: nothing new for it, and others may redo what it has. */
  | { readonly kind: 'suspect'; readonly reason: string }
  | { readonly kind: 'quarantined'; readonly until: Millis; readonly reason: string }
  | { readonly kind: 'gone'; readonly reason: string };

export interface VolunteerRecord {
  readonly id: VolunteerId;
  capabilities: Capabilities;
  state: VolunteerState;
  joinedAt: Millis;
  /** What it told of itself last. */
  paused: boolean;
  hidden: boolean;
  /** Why its link is suspect; null while it is not. */
  linkSuspect: string | null;
  /** Why its work is suspect (a lease ran out); null after the next sign of life. */
  silent: string | null;
  /** Its attempts that are reserved, sent or running, in the order of assignment: it works on the first. */
  queue: AttemptId[];
  /** When the first of `queue` became the first, or showed its last sign of life. */
  signAt: Millis;
  lastReturnAt: Millis;
  readonly speeds: Map<string, SpeedStats>;
  roundTrip: RoundTripStats | null;
  /** It handed work back of its own will: until then, or until it tells of itself, it gets nothing new. */
  restUntil: Millis;
  failuresInRow: number;
  /** End of the present or last quarantine. */
  quarantinedUntil: Millis;
  quarantineReason: string;
  quarantines: number;
  /** What it lacks for a task class, by class key; forgotten when it joins again. */
  readonly lacks: Map<string, readonly string[]>;
}

export interface JobRecord {
  readonly id: JobId;
  readonly tasks: Set<TaskId>;
  units: number;
  doneUnits: number;
  done: number;
  failed: number;
  cancelled: number;
  /** Tasks that are waiting or ready. */
  open: number;
  attempts: number;
  /** Attempts made because an earlier one of the same task was lost, rejected or in doubt. */
  retries: number;
  /** Attempts started beside a live one of a volunteer in good standing: bounded by `cloneShare`. */
  clones: number;
}

/** Tasks with equal needs, so that one look decides for all of them. */
export interface TaskClass {
  readonly key: string;
  readonly kernel: TaskSpec['kernel'];
  readonly requires: TaskSpec['requires'];
  /** Ready tasks, ascending by `order`. */
  readonly ready: TaskId[];
  /** Work units of the ready tasks, as far as floating point keeps count. */
  readyUnits: number;
}

export interface Hold {
  readonly share: number;
  readonly reached: boolean;
}

export interface State {
  readonly jobs: Map<JobId, JobRecord>;
  readonly tasks: Map<TaskId, TaskRecord>;
  readonly attempts: Map<AttemptId, AttemptRecord>;
  readonly volunteers: Map<VolunteerId, VolunteerRecord>;
  readonly classes: Map<string, TaskClass>;
  /** Waiting tasks by the task that they wait for. */
  readonly dependents: Map<TaskId, TaskId[]>;
  hold: Hold | null;
  /** The earliest wake-up asked for that has not come yet. */
  wakeAt: Millis | null;
  nextOrder: number;
}

export function createState(): State {
  return {
    jobs: new Map(),
    tasks: new Map(),
    attempts: new Map(),
    volunteers: new Map(),
    classes: new Map(),
    dependents: new Map(),
    hold: null,
    wakeAt: null,
    nextOrder: 0,
  };
}

/** Whether an attempt is still on its way or at work: it stands in its volunteer's queue. */
export function isLive(attempt: AttemptRecord): boolean {
  const kind = attempt.state.kind;
  return kind === 'reserved' || kind === 'sent' || kind === 'running';
}

export function isFinal(task: TaskRecord): boolean {
  const kind = task.state.kind;
  return kind === 'done' || kind === 'failed' || kind === 'cancelled';
}
