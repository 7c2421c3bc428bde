import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, jobOf, touch } from './core.js';
import type { Effect } from './events.js';
import { learnRecord, type RunEnd } from './oracle.js';
import { reindex } from './queues.js';
import { charge, settle } from './served.js';
import {
  type AttemptRecord,
  type AttemptState,
  isFinal,
  isLive,
  isWhole,
  type JobRecord,
  type TaskRecord,
  type TaskState,
  type VolunteerRecord,
  type VolunteerState,
  weigh,
} from './state.js';
import { ATTEMPT_MOVES, IllegalMoveError, TASK_MOVES, VOLUNTEER_MOVES } from './transitions.js';

/** The only places where a state changes: each checks its table, keeps the counters and indices, and writes the log. */

const WAITING: TaskState = { kind: 'waiting' };
const READY: TaskState = { kind: 'ready' };
const RUNNING: TaskState = { kind: 'running' };
const CHECKING: TaskState = { kind: 'checking' };

export function moveTask(core: Core, task: TaskRecord, to: TaskState, why = ''): void {
  const from = task.state.kind;
  if (!TASK_MOVES[from].includes(to.kind)) {
    const { id } = task.spec;
    throw new IllegalMoveError(`task ${id} may not go from ${from} to ${to.kind}; its story:\n${core.log.story(id)}`);
  }
  core.log.move(core.now, 'task', task.spec.id, from, to.kind, why);
  const job = jobOf(task);
  count(core, job, task, from, -1);
  task.state = to;
  count(core, job, task, to.kind, 1);
  job.settled = false;
  if (to.kind === 'ready') task.readyAt ??= core.now;
  reindex(task);
  // Without a result, or with none that will ever count, there is nothing to check.
  if (to.kind !== 'running' && to.kind !== 'checking' && to.kind !== 'done') task.check = null;
}

function count({ state }: Core, job: JobRecord, task: TaskRecord, kind: TaskState['kind'], by: 1 | -1): void {
  if (kind === 'waiting' || kind === 'ready') {
    job.open += by;
    state.load.waiting += by;
  } else if (kind === 'failed') {
    job.failed += by;
  } else if (kind === 'cancelled') {
    job.cancelled += by;
  } else if (kind === 'done') {
    job.done += by;
    job.doneUnits += by * task.spec.workUnits;
  }
}

/** Counts and indexes a task that has just been made. */
export function admitTask(core: Core, task: TaskRecord): void {
  core.log.move(core.now, 'task', task.spec.id, '(new)', task.state.kind, '');
  const job = jobOf(task);
  count(core, job, task, task.state.kind, 1);
  job.settled = false;
  if (task.state.kind === 'ready') task.readyAt = core.now;
  reindex(task);
}

/** @param end what it means for its volunteer when it was with it until now; only for what does not follow from `to` */
export function moveAttempt(core: Core, attempt: AttemptRecord, to: AttemptState, why = '', end = endOf(to)): void {
  const from = attempt.state.kind;
  if (!ATTEMPT_MOVES[from].includes(to.kind)) {
    const story = core.log.story(attempt.task.spec.id);
    throw new IllegalMoveError(
      `attempt ${attempt.id} may not go from ${from} to ${to.kind}; its task's story:\n${story}`,
    );
  }
  if (from !== to.kind) core.log.move(core.now, 'attempt', attempt.id, from, to.kind, why);
  const wasLive = isLive(attempt);
  const before = attempt.state;
  attempt.state = to;
  const volunteer = core.state.volunteers.get(attempt.volunteer);
  if (from === 'lost') volunteer?.lost.delete(attempt);
  if (to.kind === 'lost') volunteer?.lost.add(attempt);
  if (volunteer && wasLive && !isLive(attempt)) {
    noteEnd(core, volunteer, attempt, from, end);
    settle(core, attempt, volunteer, before);
    // Whatever comes next in the queue begins its lease now.
    if (volunteer.queue[0] === attempt) beginHead(core, volunteer);
    setQueue(
      core,
      volunteer,
      volunteer.queue.filter((queued) => queued !== attempt),
    );
    countBackups(core, attempt, -1);
    touch(core, volunteer);
    // Whoever is left with the task may be no better.
    if (isWhole(attempt) && attempt.task.attempts.some(isLive)) core.state.doubtful.add(attempt.task);
  } else if (volunteer && !wasLive && isLive(attempt)) {
    charge(core, attempt);
    setQueue(core, volunteer, [attempt, ...volunteer.queue]);
    beginHead(core, volunteer);
    countBackups(core, attempt, 1);
    touch(core, volunteer);
  }
  if (!isWhole(attempt)) core.unwatched.add(attempt.task);
  core.agenda.push(attempt.task);
}

const endOf = ({ kind }: AttemptState): RunEnd =>
  kind === 'lost' ? 'lost' : kind === 'rejected' ? 'failed' : kind === 'cancelled' ? 'cancelled' : 'returned';

/** Books what became of an attempt that its volunteer had, and says how long it ran; for a result `learn` says that. */
function noteEnd(core: Core, v: VolunteerRecord, attempt: AttemptRecord, from: string, end: RunEnd): void {
  // Nothing is asked anew because of it: whoever is asked next sees it.
  v.record = learnRecord(v.record, end);
  if (end === 'returned' || from === 'reserved' || v.queue[0] !== attempt || !isWhole(attempt)) return;
  core.effects.push(ranEffect(attempt, end, core.now - v.headAt));
}

export function ranEffect(attempt: AttemptRecord, end: RunEnd, ms: Millis): Extract<Effect, { type: 'ran' }> {
  const { id, task, volunteer, lowMs, expectedMs, boundMs } = attempt;
  const said = { p025: lowMs, median: expectedMs, p975: boundMs };
  return { type: 'ran', attempt: id, volunteer, task: task.spec.id, end, ms, said };
}

export function setQueue(core: Core, v: VolunteerRecord, queue: readonly AttemptRecord[]): void {
  weigh(core.state, v, -1);
  v.queue = queue;
  weigh(core.state, v, 1);
}

/** Another attempt is the first in the volunteer's queue, from now on. */
export function beginHead(core: Core, v: VolunteerRecord): void {
  v.headAt = core.now;
  v.signAt = core.now;
}

/** Keeps count of what each volunteer is a backup for. */
export function countBackups(core: Core, attempt: AttemptRecord, by: 1 | -1): void {
  for (const id of attempt.backups) {
    const backup = core.state.volunteers.get(id);
    if (backup) backup.backupFor += by;
  }
}

export function moveVolunteer(core: Core, volunteer: VolunteerRecord, to: VolunteerState): void {
  const from = volunteer.state.kind;
  if (!VOLUNTEER_MOVES[from].includes(to.kind)) {
    throw new IllegalMoveError(
      `volunteer ${volunteer.id} may not go from ${from} to ${to.kind}; its story:\n${core.log.story(volunteer.id)}`,
    );
  }
  core.log.move(core.now, 'volunteer', volunteer.id, from, to.kind, 'reason' in to ? to.reason : '');
  weigh(core.state, volunteer, -1);
  volunteer.state = to;
  weigh(core.state, volunteer, 1);
  touch(core, volunteer);
  if (from !== 'ready') return;
  volunteer.readyUntil = core.now;
  watchAgain(core);
}

/** Whoever could have computed parts of results may not be there any more. */
export function watchAgain({ state: { jobs }, unwatched }: Core): void {
  for (const { queues } of jobs.values()) {
    for (const { replicas } of queues) {
      for (const { tasks } of replicas.values()) for (const task of tasks) unwatched.add(task);
    }
  }
}

/** Brings a volunteer's state in line with what is known of it. */
export function settleVolunteer(core: Core, v: VolunteerRecord): void {
  if (v.state.kind === 'gone') return;
  const to = restingState(core, v);
  if (JSON.stringify(to) === JSON.stringify(v.state)) return;
  if (to.kind === 'suspect' && v.state.kind === 'suspect') v.state = to;
  else moveVolunteer(core, v, to);
  if (to.kind !== 'ready') for (const attempt of v.queue) core.state.doubtful.add(attempt.task);
}

function restingState(core: Core, v: VolunteerRecord): VolunteerState {
  if (core.now < v.quarantinedUntil) {
    return { kind: 'quarantined', until: v.quarantinedUntil, reason: v.quarantineReason };
  }
  const suspicion = v.linkSuspect ?? v.silent;
  if (suspicion !== null) return { kind: 'suspect', reason: suspicion };
  return v.paused ? { kind: 'paused' } : { kind: 'ready' };
}

/**
 * Runs the agenda to a fixpoint: every task on it goes where its attempts and its predecessors say, which may put
 * others on it.
 */
export function settleTasks(core: Core): void {
  let steps = 0;
  for (let task = core.agenda.pop(); task; task = core.agenda.pop()) {
    if (++steps > 1000 + 10 * (core.state.tasks.size + core.state.attempts.size)) {
      throw new IllegalMoveError(`no fixpoint after ${steps} steps\n${core.log.story(task.spec.id)}`);
    }
    settleTask(core, task);
  }
}

function settleTask(core: Core, task: TaskRecord): void {
  const before = task.state.kind;
  if (!isFinal(task)) {
    const to = wantedState(core, task);
    if (to.kind !== before) moveTask(core, task, to);
    if (to.kind === 'failed') {
      core.effects.push({ type: 'taskFailed', task: task.spec.id, reasons: to.reasons });
    }
  }
  reindex(task);
  if (isFinal(task)) settleNeighbours(core, task);
}

/** Looks again at the tasks that wait for this one, and says which outputs nobody waits for any more. */
function settleNeighbours(core: Core, task: TaskRecord): void {
  for (const id of task.dependents) {
    const dependent = core.state.tasks.get(id);
    if (dependent && dependent.state.kind === 'waiting') core.agenda.push(dependent);
  }
  for (const id of task.after) {
    const input = core.state.tasks.get(id);
    if (input) freeOutput(core, input);
  }
  // Those that need it may have been cancelled before it was there.
  if (task.dependents.length > 0) freeOutput(core, task);
}

function freeOutput(core: Core, task: TaskRecord): void {
  if (task.state.kind !== 'done' || task.freed || !task.dependents.every((id) => isOver(core, id))) return;
  task.freed = true;
  core.effects.push({ type: 'outputUnneeded', task: task.spec.id });
}

const isOver = (core: Core, id: TaskRecord['spec']['id']): boolean => {
  const task = core.state.tasks.get(id);
  return task === undefined || isFinal(task);
};

/** Whether so many have failed a task that an attempt which is live now is its last. */
export function isSpent({ config }: Core, { failures }: TaskRecord): boolean {
  if (failures.length === 0) return false;
  const failers = new Set(failures.map(({ volunteer }) => volunteer)).size;
  return failers >= config.volunteersToFailTask || failures.length >= config.failuresToFailTask;
}

function wantedState(core: Core, task: TaskRecord): TaskState {
  const { attempts, failures } = task;
  // Without an allocation a task: this runs for every event.
  let live = false;
  for (const attempt of attempts) {
    if (!isWhole(attempt)) continue;
    if (attempt.state.kind === 'returned') return CHECKING;
    live ||= isLive(attempt);
  }
  if (live) return RUNNING;
  if (isSpent(core, task)) return { kind: 'failed', reasons: failures.map((f) => `${f.volunteer}: ${f.reason}`) };
  let waits = false;
  for (const id of task.after) {
    const kind = core.state.tasks.get(id)?.state.kind;
    if (kind === 'failed' || kind === 'cancelled') {
      return { kind: 'cancelled', reason: `it needs the output of ${id}, which is ${kind}` };
    }
    // One that is forgotten was done: a job is not forgotten while others need its outputs.
    waits ||= kind !== undefined && kind !== 'done';
  }
  return waits ? WAITING : READY;
}
