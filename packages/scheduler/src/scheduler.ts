import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { addTasks, cancelJob, cancelTree, forgetJob, setJob, withdraw } from './admit.js';
import { adviceOf, takeAdvice } from './advice.js';
import { assign } from './assign.js';
import { checked, failed, progressed, resultGone, returned } from './attempts.js';
import { question, settleJobs } from './audits.js';
import { attemptOf, type Core, type SchedulerConfig, taskOf, touch, viewOf, volunteerOf } from './core.js';
import type { AttemptPurpose, Effect, SchedulerEvent } from './events.js';
import { guarded } from './guard.js';
import { noteHold } from './hold.js';
import { refresh } from './lanes.js';
import { expire, forgiveOversleep, nextWake } from './leases.js';
import { createLog, type Log } from './log.js';
import { moveAttempt, settleTasks, settleVolunteer, watchAgain } from './moves.js';
import { createPlainOracle, learnRoundTrip, type VolunteerView } from './oracle.js';
import { earliestFinish } from './policies/earliest-finish.js';
import { join, leave } from './presence.js';
import { type Prospect, type ProspectiveTask, prospectsOf } from './prospects.js';
import { jobFor } from './queues.js';
import { createRandom } from './random.js';
import { refuseCaught } from './refuse.js';
import { fillState, parseSnapshot, takeSnapshot } from './restore.js';
import { rejectResult, retract } from './results.js';
import { createSecret, keyFrom, type SecretState } from './secret.js';
import { type Snapshot, SnapshotError } from './snapshot.js';
import { blame, quarantine, signOfLife } from './standing.js';
import { type AttemptRecord, createState, isLive, type TaskState } from './state.js';
import { compared, judgeAgain, takeUnwatched } from './trust.js';
import { violations } from './validate.js';
import {
  type BlockedWork,
  blocked,
  isChecking,
  type JobProgress,
  progressOf,
  standingOf,
  type VolunteerStanding,
} from './views.js';

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
  /** Every job that it knows of, whether it is over or not. */
  jobs(): readonly JobId[];
  task(id: TaskId): TaskState | null;
  /** Whether a result of it waits to be believed – a new one, or one that was accepted and is looked at again – and somebody here could look. */
  isChecking(id: TaskId): boolean;
  volunteers(): readonly VolunteerStanding[];
  /** A volunteer as oracles see it now, also one that is gone; null for one that was never there. Not for keeping. */
  view(id: VolunteerId): VolunteerView | null;
  /** Everybody who is there. */
  views(): readonly VolunteerView[];
  /** What is expected of everybody who could begin such a task now. */
  prospects(task: ProspectiveTask): readonly Prospect[];
  /** Attempts that are with volunteers now. */
  outstanding(): readonly OutstandingAttempt[];
  /** Ready tasks that nobody present can run, with what the nearest volunteer lacks. */
  blocked(): readonly BlockedWork[];
  /** The whole state as plain data, fit for JSON; `restoreScheduler` goes on from it. */
  snapshot(): Snapshot;
  log(): Log;
  /** Everything in the log about a task, an attempt or a volunteer, one move a line. */
  story(id: string): string;
  /** Checks every invariant against the state and the last effects. @throws Error naming what is broken */
  validateState(): void;
}

export interface OutstandingAttempt {
  readonly attempt: AttemptId;
  readonly task: TaskId;
  readonly volunteer: VolunteerId;
  readonly purpose: AttemptPurpose;
}

const LAST_RESORT = createPlainOracle(() => 1_000_000);

/** Plain policy and oracle, and figures that suit a picture: replace what you need. */
export const DEFAULT_CONFIG: SchedulerConfig = {
  oracle: LAST_RESORT,
  advice: null,
  policy: earliestFinish,
  leaseMs: 30_000,
  volunteersToFailTask: 3,
  failuresToFailTask: 8,
  failuresToQuarantine: 3,
  quarantineMs: 30_000,
  longestQuarantineMs: 600_000,
  restMs: 2_000,
  untouchedShare: 0.02,
  extraShare: 0.05,
  trustAfter: 10,
  checkFloor: 0.05,
  spotShare: 0.009,
  logLimit: 5_000,
};

/**
 * @param seed of the randomness that decisions use
 * @param key of what nobody outside may guess: which results are checked, where and by whom. Made from the seed when absent, which
 * is good enough where nobody lies in earnest.
 */
export function createScheduler(config: SchedulerConfig, seed: number, key = keyFrom(seed)): Scheduler {
  return schedulerOf(createCore(config, seed, { key, drawn: 0 }, null));
}

/**
 * Goes on exactly where the scheduler was that made the snapshot, given an equal config.
 * @throws SnapshotError when it is of another version or form, or contradicts itself
 */
export function restoreScheduler(config: SchedulerConfig, snapshot: unknown): Scheduler {
  const from = parseSnapshot(snapshot);
  const core = createCore(config, from.random, from.secret, from);
  fillState(core.state, from);
  core.now = from.now;
  if (from.oracle) findOracle(core, from.oracle.hash);
  const broken = violations(core.state, [], config.extraShare);
  if (broken.length > 0) throw new SnapshotError(`the snapshot contradicts itself: ${broken[0]}`);
  return schedulerOf(core);
}

/** Who answers from now on. */
function findOracle(core: Core, hash: string): void {
  const { oracle, oracles } = core.config;
  const found = oracles?.(hash) ?? null;
  core.oracle = guarded(found ?? oracle, core.plain);
  core.learned = found !== null;
}

/** @param secret null for a state of the time before there was one: what decided then decides on */
function createCore(config: SchedulerConfig, seed: number, secret: SecretState | null, from: Snapshot | null): Core {
  // Where even the plain one answers what cannot be, something has to be said all the same.
  const plain = guarded(config.plain ?? config.oracle, LAST_RESORT);
  const random = createRandom(seed);
  const before = { ...random, word: () => Math.floor(random.next() * 2 ** 32), state: () => null };
  return {
    state: createState(),
    config,
    oracle: guarded(config.oracle, plain),
    plain,
    learned: false,
    untouched: false,
    random,
    secret: secret ? createSecret(secret) : before,
    log: createLog(config.logLimit, from),
    now: 0,
    effects: [],
    agenda: [],
    unwatched: new Set(),
    caught: new Set(),
    patientUntil: null,
    touched: new Set(),
  };
}

function schedulerOf(core: Core): Scheduler {
  const { state } = core;
  return {
    handle(event, now) {
      const before = core.now;
      core.now = Math.max(core.now, now);
      core.effects = [];
      core.patientUntil = null;
      core.log.trim(state.tasks.size + state.attempts.size + state.volunteers.size, () => takeSnapshot(core));
      core.log.event(core.now, event);
      forgiveOversleep(core, before);
      apply(core, event);
      refuseCaught(core);
      expire(core);
      takeAdvice(core);
      settleTasks(core);
      refresh(core);
      judgeAgain(core);
      refuseCaught(core);
      settleJobs(core);
      settleTasks(core);
      noteHold(core);
      // What was drawn for an audit is handed out at once: there may be no other event for long.
      assign(core);
      if (takeUnwatched(core)) {
        settleTasks(core);
        settleJobs(core);
        noteHold(core);
        assign(core);
      }
      settleTasks(core);
      refresh(core);
      askToWake(core);
      return core.effects;
    },
    job(id) {
      const job = state.jobs.get(id);
      return job ? progressOf(core, job) : null;
    },
    jobs: () => [...state.jobs.keys()],
    task: (id) => state.tasks.get(id)?.state ?? null,
    isChecking: (id) => isChecking(core, id),
    volunteers: () => [...state.volunteers.values()].map((v) => standingOf(core, v)),
    view(id) {
      const v = state.volunteers.get(id);
      return v ? viewOf(core, v) : null;
    },
    views: () => [...state.volunteers.values()].filter((v) => v.state.kind !== 'gone').map((v) => viewOf(core, v)),
    prospects: (task) => prospectsOf(core, task),
    outstanding: () =>
      [...state.volunteers.values()].flatMap((v) =>
        v.queue.map(({ id, task, purpose }) => ({ attempt: id, task: task.spec.id, volunteer: v.id, purpose })),
      ),
    blocked: () => blocked(state),
    snapshot: () => takeSnapshot(core),
    log: () => core.log.read(),
    story: (id) => core.log.story(id),
    validateState() {
      const broken = violations(state, core.effects, core.config.extraShare);
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
    case 'jobSet':
      setJob(core, event.job, event.settings);
      return;
    case 'jobPaused':
    case 'jobResumed': {
      const job = jobFor(core, event.job);
      job.paused = event.type === 'jobPaused';
      // What it did not ask for while it rested is not owed to it.
      if (!job.paused) job.served = Math.max(job.served, state.servedAt);
      return;
    }
    case 'withdraw':
      for (const id of event.tasks) withdraw(core, id);
      return;
    case 'tasksCancelled':
      cancelTree(core, event.tasks, event.reason);
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
      if (v.hidden !== event.hidden) v.statistics++;
      v.paused = event.paused;
      v.hidden = event.hidden;
      v.restUntil = 0;
      if (event.telemetry) {
        v.telemetry = event.telemetry;
        v.statistics++;
      }
      touch(core, v);
      settleVolunteer(core, v);
      return;
    }
    case 'roundTripMeasured': {
      const v = volunteerOf(core, event.volunteer);
      v.roundTrip = learnRoundTrip(v.roundTrip, event.ms);
      v.trips++;
      touch(core, v);
      return;
    }
    case 'linkMeasured': {
      const v = volunteerOf(core, event.volunteer);
      v.link = event.quality;
      v.statistics++;
      v.trips++;
      touch(core, v);
      return;
    }
    case 'bandwidthMeasured':
      volunteerOf(core, event.volunteer).bytesPerSecond = Math.max(1, event.bytesPerSecond);
      return;
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
      const fault = `a result names the task ${event.task}`;
      if (attempt.task.spec.id === event.task) {
        returned(core, v, attempt, event.stats);
      } else {
        if (isLive(attempt)) rejectResult(core, v, attempt, fault);
        blame(core, v, attempt, fault);
      }
      return;
    }
    case 'checked':
      checked(core, attemptOf(core, event.attempt), event.fault);
      return;
    case 'compared': {
      const [a, b] = [state.attempts.get(event.attempt), state.attempts.get(event.with)];
      if (a && b) compared(core, a, b, event.verdict);
      return;
    }
    case 'resultGone': {
      const attempt = state.attempts.get(event.attempt);
      if (attempt) resultGone(core, attempt);
      return;
    }
    case 'failed': {
      const attempt = ownAttempt(core, event.volunteer, event.attempt);
      if (attempt) failed(core, volunteerOf(core, event.volunteer), attempt, event.failure);
      return;
    }
    case 'retracted': {
      const task = taskOf(core, event.task);
      const { volunteer } = task.attempts.find((a) => a.state.kind === 'accepted') ?? {};
      if (volunteer) task.failures = [...task.failures, { volunteer, reason: event.reason }];
      retract(core, task, event.reason);
      return;
    }
    case 'questioned':
      for (const id of event.tasks) question(core, taskOf(core, id));
      return;
    case 'held':
      state.hold = { share: event.share, reached: false };
      return;
    case 'released':
      state.hold = null;
      return;
    case 'oracleChanged':
      state.oracle = { revision: event.revision, hash: event.hash };
      findOracle(core, event.hash);
      for (const v of state.volunteers.values()) {
        // What another one advised does not outlive it.
        if (!adviceOf(core)) v.advised = null;
        v.statistics++;
        v.trips++;
        touch(core, v);
      }
      return;
    case 'woken':
      state.wakeAt = null;
      watchAgain(core);
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

function askToWake(core: Core): void {
  const next = nextWake(core);
  if (next === null) return;
  const { wakeAt } = core.state;
  if (wakeAt !== null && wakeAt <= next) return;
  core.state.wakeAt = next;
  core.effects.push({ type: 'wake', at: next });
}
