import type { JobId, TaskId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { cancelAttempts, tellCancel } from './attempts.js';
import { attemptOf, type Core } from './core.js';
import type { NewTask } from './events.js';
import { admitTask, moveTask } from './moves.js';
import { isFinal, isLive, type JobRecord, type TaskRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

/** How tasks and jobs come and go. */

export function addTasks(core: Core, tasks: readonly NewTask[]): void {
  const { state } = core;
  for (const { spec, after = [] } of tasks) {
    if (state.tasks.has(spec.id)) throw new IllegalMoveError(`task ${spec.id} is there already`);
    const classKey = classKeyOf(spec);
    if (!state.classes.has(classKey)) {
      const { kernel, requires } = spec;
      state.classes.set(classKey, { key: classKey, kernel, requires, ready: [], readyUnits: 0 });
    }
    const unmet = after.filter((id) => state.tasks.get(id)?.state.kind !== 'done');
    const task: TaskRecord = {
      spec,
      order: state.nextOrder++,
      after,
      classKey,
      state: { kind: unmet.length > 0 ? 'waiting' : 'ready' },
      attempts: [],
      failures: [],
    };
    for (const id of unmet) {
      if (!state.tasks.has(id)) throw new IllegalMoveError(`task ${spec.id} waits for ${id}, which is not there`);
      state.dependents.set(id, [...(state.dependents.get(id) ?? []), spec.id]);
    }
    const job = jobFor(core, spec.job);
    job.tasks.add(spec.id);
    job.units += spec.workUnits;
    state.tasks.set(spec.id, task);
    admitTask(core, task);
    // What it waits for may have failed before it came.
    core.agenda.push(spec.id);
  }
}

function classKeyOf({ kernel, requires }: TaskSpec): string {
  return JSON.stringify([kernel.kind, kernel.version, Object.entries(requires).sort()]);
}

function jobFor(core: Core, id: JobId): JobRecord {
  let job = core.state.jobs.get(id);
  if (!job) {
    job = {
      id,
      tasks: new Set(),
      units: 0,
      doneUnits: 0,
      done: 0,
      failed: 0,
      cancelled: 0,
      open: 0,
      attempts: 0,
      retries: 0,
      clones: 0,
    };
    core.state.jobs.set(id, job);
  }
  return job;
}

/** A task whose result is here, or that is over, cannot be taken back any more. */
export function withdraw(core: Core, id: TaskId): void {
  const task = core.state.tasks.get(id);
  if (!task || isFinal(task) || task.state.kind === 'checking') {
    core.effects.push({ type: 'tooLate', task: id });
    return;
  }
  cancelTask(core, task, 'withdrawn by the planner');
  core.effects.push({ type: 'withdrawn', task: id });
}

function cancelTask(core: Core, task: TaskRecord, reason: string): void {
  moveTask(core, task, { kind: 'cancelled', reason }, reason);
  cancelAttempts(core, task, reason);
  core.agenda.push(task.spec.id);
}

export function cancelJob(core: Core, id: JobId, reason: string): void {
  for (const taskId of core.state.jobs.get(id)?.tasks ?? []) {
    const task = core.state.tasks.get(taskId);
    if (task && !isFinal(task)) cancelTask(core, task, reason);
  }
}

export function forgetJob(core: Core, id: JobId): void {
  const { state } = core;
  const job = state.jobs.get(id);
  if (!job) return;
  for (const taskId of job.tasks) {
    const task = state.tasks.get(taskId);
    if (!task) continue;
    if (!isFinal(task)) throw new IllegalMoveError(`job ${id} was forgotten too soon\n${core.log.story(taskId)}`);
    for (const attempt of task.attempts) state.attempts.delete(attempt);
    state.tasks.delete(taskId);
    state.dependents.delete(taskId);
  }
  state.jobs.delete(id);
  for (const [key, taskClass] of state.classes) {
    const used = [...state.tasks.values()].some((t) => t.classKey === key);
    if (!used && taskClass.ready.length === 0) {
      state.classes.delete(key);
      for (const v of state.volunteers.values()) v.lacks.delete(key);
    }
  }
}

/** What a volunteer that comes back still holds and nobody needs: it is told to forget it. */
export function dismissStale(core: Core, volunteer: string): void {
  for (const attempt of core.state.attempts.values()) {
    if (attempt.volunteer !== volunteer || attempt.state.kind !== 'lost') continue;
    const task = core.state.tasks.get(attempt.task);
    const elsewhere = task?.attempts.some((id) => isLive(attemptOf(core, id)));
    if (!task || isFinal(task)) tellCancel(core, attempt, 'no longer needed');
    else if (elsewhere) tellCancel(core, attempt, 'somebody else has it now');
  }
}
