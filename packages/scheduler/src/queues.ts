import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Core } from './core.js';
import { createHeap, type Heap } from './heap.js';
import { taskView } from './oracle.js';
import { isOnItsWay, resultsOf, wantedPart } from './parts.js';
import { createSortedList } from './sorted-list.js';
import {
  isWhole,
  type JobRecord,
  PLAIN_JOB,
  type ReplicaGroup,
  type TaskClass,
  type TaskQueue,
  type TaskRecord,
} from './state.js';

/**
 * Tasks that want an attempt: a queue for each job and class. Heaps are never searched: what does not want anything any more
 * is dropped when it comes to the top.
 */

export function jobFor(core: Core, id: JobRecord['id']): JobRecord {
  let job = core.state.jobs.get(id);
  if (!job) {
    job = {
      id,
      settings: PLAIN_JOB,
      paused: false,
      tasks: new Set(),
      queues: [],
      units: 0,
      doneUnits: 0,
      done: 0,
      failed: 0,
      cancelled: 0,
      open: 0,
      made: { first: 0, again: 0, backup: 0, clone: 0, replica: 0, probe: 0 },
      extraUnits: 0,
      audits: new Set(),
      spot: { seen: 0, planned: 0, spent: 0 },
      unseen: 0,
      rejected: 0,
      retracted: 0,
      served: core.state.servedAt,
      charged: 0,
      settled: false,
    };
    core.state.jobs.set(id, job);
  }
  return job;
}

export function classKeyOf({ kernel, requires }: Pick<TaskSpec, 'kernel' | 'requires'>): string {
  return JSON.stringify([kernel.kind, kernel.version, Object.entries(requires).sort()]);
}

/** The queue of a job for tasks like this one. `fresh` is called when nobody has asked for such a class before. */
export function queueFor(core: Core, job: JobRecord, spec: TaskSpec, fresh: (made: TaskClass) => void): TaskQueue {
  // Most tasks are like the one before.
  const last = job.queues[job.queues.length - 1];
  const { kernel, requires } = spec;
  if (last && last.taskClass.kernel === kernel && last.taskClass.requires === requires) return last;
  const key = classKeyOf(spec);
  const found = job.queues.find(({ taskClass }) => taskClass.key === key);
  if (found) return found;
  const known = core.state.classes.get(key);
  let taskClass = known;
  if (!taskClass) {
    const { workUnits: typicalUnits, inputBytes: typicalInputBytes, outputBytes: typicalOutputBytes } = taskView(spec);
    taskClass = createClass({ key, kernel, requires, typicalUnits, typicalInputBytes, typicalOutputBytes });
    core.state.classes.set(key, taskClass);
  }
  const queue = createQueue(job, taskClass);
  job.queues.push(queue);
  // Where its volunteers stand depends on who asks.
  if (!known) fresh(taskClass);
  return queue;
}

export function createClass(of: Omit<TaskClass, 'idle' | 'queued' | 'full' | 'able' | 'horizon'>): TaskClass {
  return {
    ...of,
    idle: createSortedList(),
    queued: createSortedList(),
    full: createSortedList(),
    able: 0,
    horizon: null,
  };
}

export function createQueue(job: JobRecord, taskClass: TaskClass): TaskQueue {
  return {
    job,
    taskClass,
    again: createTaskHeap(older),
    fresh: createTaskHeap(longer),
    shortest: createHeap(shorter),
    replicas: new Map(),
    firsts: 0,
    firstUnits: 0,
    replicasWanted: 0,
    mixed: false,
  };
}

/** The earliest deadline first, then as `before` says; keys never change while a task is in a heap. */
function createTaskHeap(before: (a: TaskRecord, b: TaskRecord) => boolean): Heap<TaskRecord> {
  return createHeap((a, b) => {
    const [x, y] = [dueOf(a), dueOf(b)];
    return x < y || (x === y && before(a, b));
  });
}

const older = (a: TaskRecord, b: TaskRecord): boolean => a.order < b.order;

/** A long one that is begun late ends late (LPT, Graham 1969). */
const longer = (a: TaskRecord, b: TaskRecord): boolean =>
  a.spec.workUnits > b.spec.workUnits || (a.spec.workUnits === b.spec.workUnits && older(a, b));

const shorter = (a: TaskRecord, b: TaskRecord): boolean =>
  a.spec.workUnits < b.spec.workUnits || (a.spec.workUnits === b.spec.workUnits && older(a, b));

/** When a task should be done; infinite in a job that only counts in throughput. */
export function dueOf({ queue, readyAt }: TaskRecord): Millis {
  const { deadlineMs } = queue.job.settings;
  return deadlineMs === null || readyAt === null ? Number.POSITIVE_INFINITY : readyAt + deadlineMs;
}

/** Puts a task into its queue when its state says that it wants an attempt, and takes it out when it does not. */
export function reindex(task: TaskRecord): void {
  const { queue, state } = task;
  const wants = state.kind === 'ready' ? 'first' : wantsReplica(task) ? 'replica' : null;
  if (wants === task.wanting) return;
  count(task, -1);
  task.wanting = wants;
  count(task, 1);
  if (wants === 'first') {
    putBack(task);
    queue.shortest.push(task);
  }
  if (wants === 'replica') groupOf(queue, makerOf(task)).heap.push(task);
}

/** Whether a check is open and nothing is on its way that could close it. */
function wantsReplica(task: TaskRecord): boolean {
  const { state, check, attempts } = task;
  if (!check?.open || check.pending.size > 0 || (state.kind !== 'checking' && state.kind !== 'done')) return false;
  if (check.parts.some(({ verdict }) => verdict === 'open')) return wantedPart(task) !== null;
  return !attempts.some((a) => isWhole(a) && isOnItsWay(a)) && resultsOf(task).length > 0;
}

function count(task: TaskRecord, by: 1 | -1): void {
  const { queue, wanting, spec } = task;
  if (wanting === 'first') {
    queue.firsts += by;
    queue.firstUnits += by * Math.ceil(spec.workUnits);
  } else if (wanting === 'replica') {
    const maker = makerOf(task);
    const group = groupOf(queue, maker);
    queue.replicasWanted += by;
    if (by === 1) group.tasks.add(task);
    else group.tasks.delete(task);
    if (group.tasks.size === 0) queue.replicas.delete(maker);
  }
}

/** Who made the result that is to be compared with: as long as the check is open, one and the same. */
function makerOf({ check, spec }: TaskRecord): VolunteerId {
  if (!check?.maker) throw new Error(`${spec.id} wants a replica of nothing`);
  return check.maker;
}

/** The replicas wanted of what this volunteer made. */
export function groupOf(queue: TaskQueue, maker: VolunteerId): ReplicaGroup {
  let group = queue.replicas.get(maker);
  if (!group) {
    group = { heap: createTaskHeap(older), tasks: new Set() };
    queue.replicas.set(maker, group);
  }
  return group;
}

/** The first task that nobody has; it stays where it is. What was tried before goes before what was not. */
export function headOf({ again, fresh }: TaskQueue): TaskRecord | undefined {
  const [tried, untried] = [liveTop(again, 'first'), liveTop(fresh, 'first')];
  if (!tried || !untried) return tried ?? untried;
  return dueOf(untried) < dueOf(tried) ? untried : tried;
}

/** The first tasks that nobody has had, in order; at most so many. They stay where they are. */
export function upcoming({ fresh }: TaskQueue, most: number): readonly TaskRecord[] {
  const found: TaskRecord[] = [];
  for (let top = liveTop(fresh, 'first'); top && found.length < most; top = liveTop(fresh, 'first')) {
    found.push(top);
    fresh.pop();
  }
  for (const task of found) fresh.push(task);
  return found;
}

/** Takes the first task that nobody has out, until `putBack`. */
export function dropHead(queue: TaskQueue): void {
  const head = headOf(queue);
  (queue.again.peek() === head ? queue.again : queue.fresh).pop();
}

export function putBack(task: TaskRecord): void {
  const { again, fresh } = task.queue;
  (task.attempts.length > 0 ? again : fresh).push(task);
}

/** Drops what does not want anything any more from the top. */
export function liveTop(heap: Heap<TaskRecord>, wanting: 'first' | 'replica'): TaskRecord | undefined {
  for (let top = heap.peek(); top; top = heap.peek()) {
    if (top.wanting === wanting) return top;
    heap.pop();
  }
  return undefined;
}

/** After the job's deadline has changed. */
export function reorder(job: JobRecord): void {
  for (const queue of job.queues) {
    for (const heap of [queue.again, queue.fresh, ...[...queue.replicas.values()].map((group) => group.heap)]) {
      const tasks = new Set<TaskRecord>();
      for (let task = heap.pop(); task; task = heap.pop()) tasks.add(task);
      for (const task of tasks) heap.push(task);
    }
  }
}
