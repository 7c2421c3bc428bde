import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { addTasks, cancelJob, dismissStale, forgetJob, withdraw } from './admit.js';
import { assign, lacksOf } from './assign.js';
import {
  blame,
  checked,
  failed,
  progressed,
  quarantine,
  rejectResult,
  retract,
  returned,
  signOfLife,
} from './attempts.js';
import { attemptOf, type Core, type SchedulerConfig, taskOf, volunteerOf } from './core.js';
import type { Effect, SchedulerEvent } from './events.js';
import { expire, forgiveOversleep, nextWake } from './leases.js';
import { createLog, type Log } from './log.js';
import { moveAttempt, moveVolunteer, settleTasks, settleVolunteer } from './moves.js';
import { createPlainOracle, learnRoundTrip } from './oracle.js';
import { earliestFinish } from './policies/earliest-finish.js';
import { createRandom } from './random.js';
import {
  type AttemptRecord,
  createState,
  isLive,
  type JobRecord,
  type TaskState,
  type VolunteerRecord,
  type VolunteerState,
} from './state.js';
import { IllegalMoveError } from './transitions.js';
import { violations } from './validate.js';

/**
 * The scheduler: one door, events in, effects out. Pure: its state depends on the seed and on the events alone; no
 * clock, no timer, no I/O. The invariants stand in `validate.ts`, the legal moves in `transitions.ts`.
 */
export interface Scheduler {
  /**
   * Takes one event. @param now monotonic; a smaller value than before counts as the one before
   * @throws IllegalMoveError when the driver breaks the rules (never because of what a volunteer did)
   */
  handle(event: SchedulerEvent, now: Millis): readonly Effect[];
  job(id: JobId): JobProgress | null;
  task(id: TaskId): TaskState | null;
  volunteers(): readonly VolunteerStanding[];
  /** Attempts that are with volunteers now. */
  outstanding(): readonly { readonly attempt: AttemptId; readonly task: TaskId; readonly volunteer: VolunteerId }[];
  /** Ready tasks that nobody present can run, with what the nearest volunteer lacks. */
  blocked(): readonly { readonly tasks: number; readonly lacks: readonly string[] }[];
  /** The whole state as plain data. */
  snapshot(): unknown;
  log(): Log;
  /** Everything in the log about a task, an attempt or a volunteer, one move a line. */
  story(id: string): string;
  /** Checks every invariant against the state and the last effects. @throws Error naming what is broken */
  validateState(): void;
}

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
  readonly attempts: number;
  readonly retries: number;
  readonly clones: number;
}

export interface VolunteerStanding {
  readonly id: VolunteerId;
  readonly state: VolunteerState;
  readonly queued: number;
  readonly hidden: boolean;
  /** Work units a second, by kernel (see `speedKey`). */
  readonly speeds: ReadonlyMap<string, number>;
}

/** Plain policy and oracle, and figures that suit a picture: replace what you need. */
export const DEFAULT_CONFIG: SchedulerConfig = {
  oracle: createPlainOracle(() => 1_000_000),
  policy: earliestFinish,
  leaseMs: 30_000,
  volunteersToFailTask: 3,
  failuresToFailTask: 8,
  failuresToQuarantine: 3,
  quarantineMs: 30_000,
  longestQuarantineMs: 600_000,
  restMs: 2_000,
  cloneShare: 0.05,
  logLimit: 5_000,
};

/** @param seed of the only randomness that decisions use */
export function createScheduler(config: SchedulerConfig, seed: number): Scheduler {
  const core: Core = {
    state: createState(),
    config,
    random: createRandom(seed),
    log: createLog(config.logLimit),
    now: 0,
    effects: [],
    agenda: [],
  };
  const { state } = core;

  return {
    handle(event, now) {
      const before = core.now;
      core.now = Math.max(core.now, now);
      core.effects = [];
      core.agenda = [];
      core.log.event(core.now, event);
      forgiveOversleep(core, before);
      apply(core, event);
      expire(core);
      settleTasks(core);
      noteHold(core);
      assign(core);
      askToWake(core);
      return core.effects;
    },
    job(id) {
      const job = state.jobs.get(id);
      return job ? progressOf(job) : null;
    },
    task: (id) => state.tasks.get(id)?.state ?? null,
    volunteers: () =>
      [...state.volunteers.values()].map((v) => ({
        id: v.id,
        state: v.state,
        queued: v.queue.length,
        hidden: v.hidden,
        speeds: new Map([...v.speeds].map(([key, s]) => [key, (s.units / s.ms) * 1000])),
      })),
    outstanding: () =>
      [...state.volunteers.values()].flatMap((v) =>
        v.queue.map((id) => ({ attempt: id, task: attemptOf(core, id).task, volunteer: v.id })),
      ),
    blocked: () => blocked(core),
    snapshot: () => snapshot(core),
    log: () => core.log.read(),
    story: (id) => core.log.story(id),
    validateState() {
      const broken = violations(state, core.effects, config.cloneShare);
      if (broken.length > 0) throw new Error(broken.join('\n'));
    },
  };
}

function apply(core: Core, event: SchedulerEvent): void {
  const { state } = core;
  switch (event.type) {
    case 'tasksAdded':
      addTasks(core, event.tasks);
      return;
    case 'withdraw':
      for (const id of event.tasks) withdraw(core, id);
      return;
    case 'jobCancelled':
      cancelJob(core, event.job, event.reason);
      return;
    case 'jobForgotten':
      forgetJob(core, event.job);
      return;
    case 'volunteerJoined':
      join(core, event);
      return;
    case 'volunteerLeft':
      leave(core, volunteerOf(core, event.volunteer), event.reason);
      return;
    case 'volunteerTold': {
      const v = volunteerOf(core, event.volunteer);
      v.paused = event.paused;
      v.hidden = event.hidden;
      v.restUntil = 0;
      settleVolunteer(core, v);
      return;
    }
    case 'roundTripMeasured': {
      const v = volunteerOf(core, event.volunteer);
      v.roundTrip = learnRoundTrip(v.roundTrip, event.ms);
      return;
    }
    case 'linkSuspect':
    case 'linkOpen': {
      const v = volunteerOf(core, event.volunteer);
      v.linkSuspect = event.type === 'linkSuspect' ? event.reason : null;
      settleVolunteer(core, v);
      return;
    }
    case 'sent': {
      const attempt = state.attempts.get(event.attempt);
      if (attempt?.state.kind === 'reserved') moveAttempt(core, attempt, { kind: 'sent' });
      return;
    }
    case 'heard':
      signOfLife(core, volunteerOf(core, event.volunteer));
      return;
    case 'started':
    case 'progressed': {
      const attempt = ownAttempt(core, event.volunteer, event.attempt);
      const share = event.type === 'started' ? 0 : event.share;
      if (attempt) progressed(core, volunteerOf(core, event.volunteer), attempt, share);
      return;
    }
    case 'returned': {
      const attempt = ownAttempt(core, event.volunteer, event.attempt);
      const v = volunteerOf(core, event.volunteer);
      if (!attempt) return;
      if (attempt.task === event.task) returned(core, v, attempt, event.stats);
      else if (isLive(attempt)) rejectResult(core, v, attempt, `the result names the task ${event.task}`);
      else blame(core, v, taskOf(core, attempt.task), `a result names the task ${event.task}`);
      return;
    }
    case 'checked':
      checked(core, attemptOf(core, event.attempt), event.fault);
      return;
    case 'failed': {
      const attempt = ownAttempt(core, event.volunteer, event.attempt);
      if (attempt) failed(core, volunteerOf(core, event.volunteer), attempt, event.failure);
      return;
    }
    case 'retracted':
      retract(core, taskOf(core, event.task), event.reason);
      return;
    case 'held':
      state.hold = { share: event.share, reached: false };
      return;
    case 'released':
      state.hold = null;
      return;
    case 'woken':
      state.wakeAt = null;
      return;
  }
}

/**
 * The attempt that a volunteer speaks of. One that nobody knows (a job that is over, a page that was reloaded) is to
 * be forgotten; somebody else's is nothing that an honest volunteer could name.
 */
function ownAttempt(core: Core, volunteer: VolunteerId, id: AttemptId): AttemptRecord | null {
  const attempt = core.state.attempts.get(id);
  if (attempt?.volunteer === volunteer) return attempt;
  if (volunteerOf(core, volunteer).state.kind === 'gone') return null;
  if (attempt) {
    const reason = `it speaks of ${id}, which is somebody else's`;
    quarantine(core, volunteerOf(core, volunteer), reason);
    core.effects.push({ type: 'dropVolunteer', volunteer, reason });
  } else {
    core.effects.push({ type: 'cancelAttempt', volunteer, attempt: id, reason: 'nobody here knows it' });
  }
  return null;
}

function join(core: Core, event: Extract<SchedulerEvent, { type: 'volunteerJoined' }>): void {
  const { capabilities, paused, hidden, volunteer: id } = event;
  const known = core.state.volunteers.get(id);
  const fresh = {
    capabilities,
    paused,
    hidden,
    joinedAt: core.now,
    linkSuspect: null,
    silent: null,
    roundTrip: null,
    restUntil: 0,
  };
  if (known) {
    if (known.state.kind !== 'gone') {
      throw new IllegalMoveError(`volunteer ${id} joined while ${known.state.kind}\n${core.log.story(id)}`);
    }
    Object.assign(known, fresh);
    known.lacks.clear();
    moveVolunteer(core, known, { kind: 'joining' });
    settleVolunteer(core, known);
    dismissStale(core, id);
    return;
  }
  const v: VolunteerRecord = {
    ...fresh,
    id,
    state: { kind: 'joining' },
    queue: [],
    signAt: core.now,
    lastReturnAt: core.now,
    speeds: new Map(),
    failuresInRow: 0,
    quarantinedUntil: 0,
    quarantineReason: '',
    quarantines: 0,
    lacks: new Map(),
  };
  core.state.volunteers.set(id, v);
  settleVolunteer(core, v);
}

function leave(core: Core, v: VolunteerRecord, reason: string): void {
  if (v.state.kind === 'gone') return;
  moveVolunteer(core, v, { kind: 'gone', reason });
  for (const id of [...v.queue]) moveAttempt(core, attemptOf(core, id), { kind: 'lost', reason }, reason);
}

/**
 * A hold is reached when the share is, or when nothing is left but the one task a job that is kept back: a share so
 * high that it needs that task could never be reached otherwise.
 */
function noteHold(core: Core): void {
  const { hold, jobs } = core.state;
  if (!hold || hold.reached) return;
  const running = [...jobs.values()].filter((job) => job.done + job.failed + job.cancelled < job.tasks.size);
  if (running.length === 0) return;
  const units = running.reduce((sum, job) => sum + job.units, 0);
  const done = running.reduce((sum, job) => sum + job.doneUnits, 0);
  const stuck = running.every((job) => job.open === 1 && job.done + job.failed + job.cancelled === job.tasks.size - 1);
  if (done < hold.share * units && !stuck) return;
  core.state.hold = { ...hold, reached: true };
  core.effects.push({ type: 'holdReached' });
}

function askToWake(core: Core): void {
  const next = nextWake(core);
  if (next === null) return;
  const { wakeAt } = core.state;
  if (wakeAt !== null && wakeAt <= next) return;
  core.state.wakeAt = next;
  core.effects.push({ type: 'wake', at: next });
}

function progressOf(job: JobRecord): JobProgress {
  const { done, failed: lost, cancelled, open, units, doneUnits, attempts, retries, clones } = job;
  const tasks = job.tasks.size;
  const share = done === tasks ? 1 : units > 0 ? doneUnits / units : 0;
  return { tasks, done, failed: lost, cancelled, open, share, units, doneUnits, attempts, retries, clones };
}

function blocked(core: Core): { tasks: number; lacks: readonly string[] }[] {
  const found: { tasks: number; lacks: readonly string[] }[] = [];
  const present = [...core.state.volunteers.values()].filter((v) => v.state.kind !== 'gone');
  for (const taskClass of core.state.classes.values()) {
    if (taskClass.ready.length === 0) continue;
    const lacks = present.map((v) => lacksOf(v, taskClass)).sort((a, b) => a.length - b.length);
    if (lacks[0]?.length !== 0) found.push({ tasks: taskClass.ready.length, lacks: lacks[0] ?? ['a volunteer'] });
  }
  return found;
}

function snapshot(core: Core): unknown {
  const { jobs, tasks, attempts, volunteers, classes, hold, wakeAt, nextOrder } = core.state;
  return structuredClone({
    now: core.now,
    random: core.random.state(),
    hold,
    wakeAt,
    nextOrder,
    jobs: [...jobs.values()].map((j) => ({ ...j, tasks: [...j.tasks] })),
    tasks: [...tasks.values()],
    attempts: [...attempts.values()],
    volunteers: [...volunteers.values()].map((v) => ({ ...v, speeds: [...v.speeds], lacks: [...v.lacks] })),
    classes: [...classes.values()],
  });
}
