import type { TaskId } from '@tabgrid/protocol/ids';
import { attemptOf, type Core, classOf, jobOf, taskOf } from './core.js';
import {
  type AttemptRecord,
  type AttemptState,
  isFinal,
  isLive,
  type JobRecord,
  type TaskRecord,
  type TaskState,
  type VolunteerRecord,
  type VolunteerState,
} from './state.js';
import { ATTEMPT_MOVES, IllegalMoveError, TASK_MOVES, VOLUNTEER_MOVES } from './transitions.js';

/** The only places where a state changes: each checks its table, keeps the counters and indices, and writes the log. */

const OPEN: ReadonlySet<TaskState['kind']> = new Set(['waiting', 'ready']);

export function moveTask(core: Core, task: TaskRecord, to: TaskState, why = ''): void {
  const from = task.state.kind;
  if (!TASK_MOVES[from].includes(to.kind)) {
    const id = task.spec.id;
    throw new IllegalMoveError(`task ${id} may not go from ${from} to ${to.kind}; its story:\n${core.log.story(id)}`);
  }
  core.log.move(core.now, 'task', task.spec.id, from, to.kind, why);
  const job = jobOf(core, task);
  count(job, task, from, -1);
  if (from === 'ready') unindex(core, task);
  task.state = to;
  count(job, task, to.kind, 1);
  if (to.kind === 'ready') index(core, task);
}

function count(job: JobRecord, task: TaskRecord, kind: TaskState['kind'], by: 1 | -1): void {
  if (OPEN.has(kind)) job.open += by;
  else if (kind === 'failed') job.failed += by;
  else if (kind === 'cancelled') job.cancelled += by;
  else if (kind === 'done') {
    job.done += by;
    job.doneUnits += by * task.spec.workUnits;
  }
}

/** Counts and indexes a task that has just been made. */
export function admitTask(core: Core, task: TaskRecord): void {
  core.log.move(core.now, 'task', task.spec.id, '(new)', task.state.kind, '');
  count(jobOf(core, task), task, task.state.kind, 1);
  if (task.state.kind === 'ready') index(core, task);
}

function index(core: Core, task: TaskRecord): void {
  const taskClass = classOf(core, task);
  taskClass.ready.splice(placeOf(core, taskClass.ready, task.order), 0, task.spec.id);
  taskClass.readyUnits += task.spec.workUnits;
}

function unindex(core: Core, task: TaskRecord): void {
  const taskClass = classOf(core, task);
  const at = placeOf(core, taskClass.ready, task.order);
  if (taskClass.ready[at] !== task.spec.id) return;
  taskClass.ready.splice(at, 1);
  taskClass.readyUnits = taskClass.ready.length === 0 ? 0 : taskClass.readyUnits - task.spec.workUnits;
}

/** Where `order` belongs among the ready tasks: a binary search. */
function placeOf(core: Core, ready: readonly TaskId[], order: number): number {
  let low = 0;
  let high = ready.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const id = ready[middle];
    if (id !== undefined && taskOf(core, id).order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function moveAttempt(core: Core, attempt: AttemptRecord, to: AttemptState, why = ''): void {
  const from = attempt.state.kind;
  if (!ATTEMPT_MOVES[from].includes(to.kind)) {
    throw new IllegalMoveError(
      `attempt ${attempt.id} may not go from ${from} to ${to.kind}; its task's story:\n${core.log.story(attempt.task)}`,
    );
  }
  if (from !== to.kind) core.log.move(core.now, 'attempt', attempt.id, from, to.kind, why);
  const wasLive = isLive(attempt);
  attempt.state = to;
  const volunteer = core.state.volunteers.get(attempt.volunteer);
  if (volunteer && wasLive && !isLive(attempt)) {
    // Whatever comes next in the queue begins its lease now.
    if (volunteer.queue[0] === attempt.id) volunteer.signAt = core.now;
    volunteer.queue = volunteer.queue.filter((id) => id !== attempt.id);
  } else if (volunteer && !wasLive && isLive(attempt)) {
    volunteer.queue.unshift(attempt.id);
    volunteer.signAt = core.now;
  }
  core.agenda.push(attempt.task);
}

export function moveVolunteer(core: Core, volunteer: VolunteerRecord, to: VolunteerState): void {
  const from = volunteer.state.kind;
  if (!VOLUNTEER_MOVES[from].includes(to.kind)) {
    throw new IllegalMoveError(
      `volunteer ${volunteer.id} may not go from ${from} to ${to.kind}; its story:\n${core.log.story(volunteer.id)}`,
    );
  }
  core.log.move(core.now, 'volunteer', volunteer.id, from, to.kind, 'reason' in to ? to.reason : '');
  volunteer.state = to;
}

/** Brings a volunteer's state in line with what is known of it. */
export function settleVolunteer(core: Core, v: VolunteerRecord): void {
  if (v.state.kind === 'gone') return;
  const to = restingState(core, v);
  const same =
    to.kind === v.state.kind && (!('reason' in to) || !('reason' in v.state) || to.reason === v.state.reason);
  if (!same || (to.kind === 'quarantined' && v.state.kind === 'quarantined' && to.until !== v.state.until)) {
    if (!(to.kind === 'suspect' && v.state.kind === 'suspect')) moveVolunteer(core, v, to);
    else v.state = to;
  }
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
  const limit = 1000 + 10 * (core.state.tasks.size + core.state.attempts.size);
  for (let id = core.agenda.pop(); id !== undefined; id = core.agenda.pop()) {
    if (++steps > limit) throw new IllegalMoveError(`no fixpoint after ${limit} steps\n${core.log.story(id)}`);
    const task = core.state.tasks.get(id);
    if (task) settleTask(core, task);
  }
}

function settleTask(core: Core, task: TaskRecord): void {
  if (!isFinal(task)) {
    const to = wantedState(core, task);
    if (to.kind !== task.state.kind) moveTask(core, task, to);
    if (to.kind === 'failed') {
      core.effects.push({ type: 'taskFailed', task: task.spec.id, reasons: to.reasons });
    }
  }
  if (isFinal(task)) wakeDependents(core, task);
}

/** Looks again at the tasks that may have waited for this one. */
function wakeDependents(core: Core, task: TaskRecord): void {
  core.agenda.push(...(core.state.dependents.get(task.spec.id) ?? []));
}

function wantedState(core: Core, task: TaskRecord): TaskState {
  const attempts = task.attempts.map((id) => attemptOf(core, id));
  if (attempts.some((a) => a.state.kind === 'returned')) return { kind: 'checking' };
  if (attempts.some(isLive)) return { kind: 'running' };
  const { failures } = task;
  const failers = new Set(failures.map((f) => f.volunteer)).size;
  const { volunteersToFailTask, failuresToFailTask } = core.config;
  if (failers >= volunteersToFailTask || failures.length >= failuresToFailTask) {
    return { kind: 'failed', reasons: failures.map((f) => `${f.volunteer}: ${f.reason}`) };
  }
  for (const id of task.after) {
    const before = core.state.tasks.get(id);
    if (before?.state.kind === 'failed' || before?.state.kind === 'cancelled') {
      return { kind: 'cancelled', reason: `it needs the output of ${id}, which is ${before.state.kind}` };
    }
  }
  const waits = task.state.kind === 'waiting' && task.after.some((id) => !isDone(core, id));
  return waits ? { kind: 'waiting' } : { kind: 'ready' };
}

function isDone(core: Core, id: TaskId): boolean {
  return core.state.tasks.get(id)?.state.kind === 'done';
}
