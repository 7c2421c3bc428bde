import type { JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { KernelVersion } from '@tabgrid/protocol/task';
import type { Core } from './core.js';
import { lacksOf } from './lanes.js';
import { checkShare } from './reputation.js';
import { mayConfirm } from './spot.js';
import type { JobRecord, State, TaskRecord, VolunteerRecord, VolunteerState } from './state.js';

/** What the driver may know of the state, for people. */

export interface JobProgress {
  readonly tasks: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Waiting or ready. */
  readonly open: number;
  /** Accepted share of the job's work units, 0 to 1. */
  readonly share: number;
  readonly units: number;
  readonly doneUnits: number;
  /** Of all purposes. */
  readonly attempts: number;
  /** By purpose; see `AttemptPurpose`. */
  readonly again: number;
  readonly backups: number;
  readonly clones: number;
  readonly replicas: number;
  /** Parts of results that were computed again; no attempts at whole tasks, and not counted as such. */
  readonly probes: number;
  /** Results that wait for a comparison. */
  readonly checking: number;
  readonly rejected: number;
  readonly retracted: number;
  readonly paused: boolean;
  /** Tasks whose check waits because nobody who is there is apart enough. */
  readonly noApart: number;
  /** Results that were taken without the check that was due, since nobody was there who could make it. */
  readonly unseen: number;
  /** Work units of `probes`. */
  readonly probeUnits: number;
}

export interface VolunteerStanding {
  readonly id: VolunteerId;
  readonly state: VolunteerState;
  readonly queued: number;
  readonly hidden: boolean;
  /** Work units a second, by kernel (see `speedKey`). */
  readonly speeds: ReadonlyMap<string, number>;
  /** The job owner's own machine. */
  readonly trusted: boolean;
  /** Results in a row that agreed with somebody else's: the most for any of its kernels. */
  readonly verified: number;
  /** The chance that its next result for that kernel is checked. */
  readonly checkShare: number;
  readonly quarantinedUntil: Millis | null;
  /** Attempts of others that it would take over. */
  readonly backupFor: number;
}

export interface BlockedWork {
  readonly job: JobId;
  readonly kernel: KernelVersion;
  readonly tasks: number;
  /** What the nearest volunteer lacks. */
  readonly lacks: readonly string[];
}

export function progressOf(core: Core, job: JobRecord): JobProgress {
  const { done, failed, cancelled, open, units, doneUnits, made, rejected, retracted, paused } = job;
  const tasks = job.tasks.size;
  const checking = job.queues.reduce((sum, queue) => sum + queue.replicasWanted, 0);
  return {
    ...{ tasks, done, failed, cancelled, open, units, doneUnits, rejected, retracted, paused, checking },
    share: done === tasks ? 1 : units > 0 ? doneUnits / units : 0,
    attempts: made.first + made.again + made.backup + made.clone + made.replica,
    again: made.again,
    backups: made.backup,
    clones: made.clone,
    replicas: made.replica,
    probes: made.probe,
    probeUnits: job.spot.spent,
    unseen: job.unseen,
    noApart: checking === 0 ? 0 : noApart(core, job),
  };
}

/** Replicas that nobody present may make, although somebody could. */
function noApart({ state }: Core, job: JobRecord): number {
  let found = 0;
  const present = presentIn(state);
  for (const id of job.tasks) {
    const task = state.tasks.get(id);
    if (task && isUnseeable(state, task, present)) found++;
  }
  return found;
}

const presentIn = (state: State): readonly VolunteerRecord[] =>
  [...state.volunteers.values()].filter((v) => v.state.kind !== 'gone');

const isUnseeable = (state: State, task: TaskRecord, present: readonly VolunteerRecord[]): boolean =>
  task.wanting === 'replica' && !present.some((v) => mayConfirm(state, task, v));

/** Whether a result of it waits to be believed: a new one, or one that was accepted and is looked at again; and somebody could look. */
export function isChecking({ state }: Core, id: TaskId): boolean {
  const task = state.tasks.get(id);
  return task?.check?.open === true && !isUnseeable(state, task, presentIn(state));
}

export function standingOf(core: Core, v: VolunteerRecord): VolunteerStanding {
  const verified = Math.floor(Math.max(0, ...v.verified.values()));
  return {
    id: v.id,
    state: v.state,
    queued: v.queue.length,
    hidden: v.hidden,
    speeds: new Map([...v.speeds].map(([key, s]) => [key, (s.units / s.ms) * 1000])),
    trusted: v.tags.trusted,
    verified,
    checkShare: checkShare(core, v, verified),
    quarantinedUntil: v.state.kind === 'quarantined' ? v.state.until : null,
    backupFor: v.backupFor,
  };
}

/** Volunteers that are asked what they lack. */
const MOST_ASKED = 1000;

export function blocked(state: State): readonly BlockedWork[] {
  const found: BlockedWork[] = [];
  for (const job of state.jobs.values()) {
    for (const { taskClass, firsts, replicasWanted } of job.queues) {
      const tasks = firsts + replicasWanted;
      if (tasks === 0 || taskClass.able > 0) continue;
      const present = [...state.volunteers.values()].filter((v) => v.state.kind !== 'gone').slice(0, MOST_ASKED);
      const lacks = present.map((v) => lacksOf(v, taskClass)).sort((a, b) => a.length - b.length);
      found.push({ job: job.id, kernel: taskClass.kernel, tasks, lacks: lacks[0] ?? ['a volunteer'] });
    }
  }
  return found;
}
