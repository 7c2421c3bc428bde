import type { JobId, TaskId } from '@tabgrid/protocol/ids';
import { type Core, jobOf, volunteerOf } from './core.js';
import type { JobSettings, NewTask } from './events.js';
import { closeClass, openClass } from './lanes.js';
import { admitTask, moveTask } from './moves.js';
import { jobFor, queueFor, reorder } from './queues.js';
import { cancelAttempts, closeCheck, vouchersOf } from './results.js';
import { reweigh } from './served.js';
import { tellCancel } from './standing.js';
import { isFinal, isLive, type TaskRecord, type VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

/** How tasks and jobs come and go. */

const NONE: readonly never[] = [];

export function addTasks(core: Core, tasks: readonly NewTask[]): void {
  const { state } = core;
  for (const { spec, after = NONE } of tasks) {
    if (state.tasks.has(spec.id)) throw new IllegalMoveError(`task ${spec.id} is there already`);
    const job = jobFor(core, spec.job);
    // Who comes new to the queue begins where the others are, rather than with all the time that it never asked for.
    if (job.open === 0) job.served = Math.max(job.served, state.servedAt);
    const queue = queueFor(core, job, spec, (made) => openClass(core, made));
    if (spec.workUnits !== queue.taskClass.typicalUnits) queue.mixed = true;
    let waits = false;
    for (const id of after) {
      const input = state.tasks.get(id);
      if (!input) throw new IllegalMoveError(`task ${spec.id} waits for ${id}, which is not there`);
      input.dependents = [...input.dependents, spec.id];
      input.freed = false;
      waits ||= input.state.kind !== 'done';
    }
    const task: TaskRecord = {
      spec,
      order: state.nextOrder++,
      after: after.length === 0 ? NONE : after,
      queue,
      state: waits ? { kind: 'waiting' } : READY,
      readyAt: null,
      wanting: null,
      attempts: NONE,
      failures: NONE,
      check: null,
      dependents: NONE,
      freed: false,
    };
    job.tasks.add(spec.id);
    job.units += spec.workUnits;
    state.tasks.set(spec.id, task);
    admitTask(core, task);
    // What it waits for may have failed before it came.
    if (waits) core.agenda.push(task);
  }
}

const READY = { kind: 'ready' } as const;

export function setJob(core: Core, id: JobId, settings: JobSettings): void {
  if (!(settings.weight > 0)) throw new IllegalMoveError(`job ${id} with the weight ${settings.weight}`);
  const job = jobFor(core, id);
  const { deadlineMs, weight } = job.settings;
  job.settings = settings;
  reweigh(job, weight);
  // What was done twice under a larger share is not held against a smaller one.
  job.extraUnits = Math.min(job.extraUnits, (settings.extraShare ?? core.config.extraShare) * job.units);
  if (deadlineMs !== settings.deadlineMs) reorder(job);
}

/** A task that somebody has begun, or that is over, cannot be taken back any more: that would be work in vain. */
export function withdraw(core: Core, id: TaskId): void {
  const task = core.state.tasks.get(id);
  const begun = task?.attempts.some(({ state }) => state.kind === 'running');
  if (!task || begun || isFinal(task) || task.state.kind === 'checking') {
    core.effects.push({ type: 'tooLate', task: id });
    return;
  }
  cancelTask(core, task, 'withdrawn by the planner');
  core.effects.push({ type: 'withdrawn', task: id });
}

/** Ends a task that is not final yet; those that need its output end when the agenda is settled. */
export function cancelTask(core: Core, task: TaskRecord, reason: string): void {
  if (isFinal(task)) return;
  moveTask(core, task, { kind: 'cancelled', reason }, reason);
  cancelAttempts(core, task, () => reason);
  core.agenda.push(task);
}

/** Ends tasks and all that need their outputs, whether those outputs are there or not. */
export function cancelTree(core: Core, ids: readonly TaskId[], reason: string): void {
  const open = [...ids];
  const seen = new Set<TaskId>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const task = core.state.tasks.get(id);
    if (!task || seen.has(id)) continue;
    seen.add(id);
    cancelTask(core, task, reason);
    open.push(...task.dependents);
  }
}

export function cancelJob(core: Core, id: JobId, reason: string): void {
  const job = core.state.jobs.get(id);
  if (!job) return;
  for (const taskId of job.tasks) {
    const task = core.state.tasks.get(taskId);
    if (!task) continue;
    // What is done and still being checked is checked no more.
    if (job.audits.delete(taskId)) cancelAttempts(core, task, () => reason);
    if (task.check) {
      closeCheck(task);
      // Nor are audits of it drawn.
      task.check.covered = true;
    }
    cancelTask(core, task, reason);
    core.agenda.push(task);
  }
}

/** @throws IllegalMoveError for a job with a task that is not final, or whose output somebody still waits for */
export function forgetJob(core: Core, id: JobId): void {
  const { state } = core;
  const job = state.jobs.get(id);
  if (!job) return;
  const tasks = [...job.tasks].flatMap((taskId) => state.tasks.get(taskId) ?? []);
  for (const task of tasks) {
    const needed = task.dependents.some((other) => {
      const dependent = state.tasks.get(other);
      return dependent !== undefined && !isFinal(dependent) && jobOf(dependent) !== job;
    });
    if (!isFinal(task) || needed) {
      throw new IllegalMoveError(`job ${id} was forgotten too soon\n${core.log.story(task.spec.id)}`);
    }
  }
  for (const task of tasks) {
    cancelAttempts(core, task, () => 'the job is over');
    for (const attempt of task.attempts) {
      state.attempts.delete(attempt.id);
      volunteerOf(core, attempt.volunteer).lost.delete(attempt);
    }
    for (const voucher of vouchersOf(task)) volunteerOf(core, voucher).vouched.delete(task.spec.id);
    for (const input of task.after) {
      const before = state.tasks.get(input);
      if (before) before.dependents = before.dependents.filter((other) => other !== task.spec.id);
    }
    state.doubtful.delete(task);
    state.disputed.delete(task);
    state.tasks.delete(task.spec.id);
  }
  state.jobs.delete(id);
  const left = new Set([...state.jobs.values()].flatMap(({ queues }) => queues.map(({ taskClass }) => taskClass.key)));
  for (const { taskClass } of job.queues) if (!left.has(taskClass.key)) closeClass(state, taskClass.key);
}

/** What a volunteer that comes back still holds and nobody needs: it is told to forget it. */
export function dismissStale(core: Core, v: VolunteerRecord): void {
  for (const attempt of v.lost) {
    const reason = isFinal(attempt.task) ? 'no longer needed' : 'somebody else has it now';
    if (!isFinal(attempt.task) && !attempt.task.attempts.some(isLive)) continue;
    tellCancel(core, attempt, reason);
    // Once is enough: what it says of it after all is answered then.
    v.lost.delete(attempt);
  }
}
