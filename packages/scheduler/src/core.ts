import type { AttemptId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Effect } from './events.js';
import type { LogWriter } from './log.js';
import type { Oracle, TaskView, VolunteerView } from './oracle.js';
import type { Policy } from './policies/policy.js';
import type { Random } from './random.js';
import type { AttemptRecord, JobRecord, State, TaskClass, TaskRecord, VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

export interface SchedulerConfig {
  readonly oracle: Oracle;
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
  /** Duplicated work as a share of a job's tasks; at least one clone is allowed a job. */
  readonly cloneShare: number;
  /** Events kept in the log. */
  readonly logLimit: number;
}

/** What the modules of one `handle` call share. */
export interface Core {
  readonly state: State;
  readonly config: SchedulerConfig;
  readonly random: Random;
  readonly log: LogWriter;
  now: Millis;
  effects: Effect[];
  /** Tasks whose state has to be looked at again before the event is over. */
  agenda: TaskId[];
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

export function jobOf(core: Core, task: TaskRecord): JobRecord {
  const job = core.state.jobs.get(task.spec.job);
  if (!job) throw new IllegalMoveError(`no job ${task.spec.job}\n${core.log.story(task.spec.id)}`);
  return job;
}

export function classOf(core: Core, task: TaskRecord): TaskClass {
  const found = core.state.classes.get(task.classKey);
  if (!found) throw new IllegalMoveError(`no class ${task.classKey}\n${core.log.story(task.spec.id)}`);
  return found;
}

/** The volunteer as the oracle sees it. */
export function viewOf(core: Core, v: VolunteerRecord): VolunteerView {
  return {
    id: v.id,
    capabilities: v.capabilities,
    hidden: v.hidden,
    ageMs: Math.max(0, core.now - v.joinedAt),
    speeds: v.speeds,
    roundTrip: v.roundTrip,
  };
}

export function viewOfTask(task: TaskRecord): TaskView {
  return { kernel: task.spec.kernel, workUnits: task.spec.workUnits };
}
