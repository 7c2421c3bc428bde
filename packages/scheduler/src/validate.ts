import type { Effect } from './events.js';
import { isFinal, isLive, type State } from './state.js';

/**
 * The scheduler's invariants. They hold after every event, whatever volunteers did.
 *
 *  1. A task that is done has exactly one accepted attempt, the one that its state names; any other task has none.
 *  2. A task is `running` exactly when it has a live attempt and no result to judge, `checking` exactly when it has a
 *     result to judge; a waiting, ready or final task has neither.
 *  3. A live attempt stands exactly once in its volunteer's queue, and nothing else stands there.
 *  4. A volunteer that is gone or in quarantine has an empty queue.
 *  5. A class's ready list holds exactly its ready tasks, ascending by order, each once.
 *  6. A job's counters are what counting its tasks gives.
 *  7. A waiting task waits for a task that is not done.
 *  8. No effect of an event goes to a volunteer that is gone when the event is over.
 *  9. Clones of attempts in good standing stay within the job's share (at least one is allowed).
 * 10. With anything that time alone will change, a wake-up is asked for.
 */
export function violations(state: State, effects: readonly Effect[], cloneShare: number): readonly string[] {
  const broken: string[] = [];
  const check = (ok: boolean, invariant: number, what: string) => {
    if (!ok) broken.push(`invariant ${invariant}: ${what}`);
  };
  checkTasks(state, check);
  checkVolunteers(state, check);
  checkClasses(state, check);
  checkJobs(state, cloneShare, check);
  for (const effect of effects) {
    if (!('volunteer' in effect)) continue;
    const to = state.volunteers.get(effect.volunteer);
    const addressed = effect.type !== 'check' && effect.type !== 'accept';
    check(!addressed || (to !== undefined && to.state.kind !== 'gone'), 8, `${effect.type} to ${effect.volunteer}`);
  }
  const timed = [...state.volunteers.values()].some((v) => v.queue.length > 0 || v.state.kind === 'quarantined');
  check(!timed || state.wakeAt !== null, 10, 'nobody will wake the scheduler');
  return broken;
}

type Check = (ok: boolean, invariant: number, what: string) => void;

function checkTasks(state: State, check: Check): void {
  for (const [id, task] of state.tasks) {
    const attempts = task.attempts.flatMap((a) => state.attempts.get(a) ?? []);
    const kind = task.state.kind;
    const accepted = attempts.filter((a) => a.state.kind === 'accepted').map((a) => a.id);
    const expected = task.state.kind === 'done' ? [task.state.by] : [];
    check(accepted.join() === expected.join(), 1, `${id} is ${kind} with accepted attempts [${accepted.join()}]`);
    const judged = attempts.some((a) => a.state.kind === 'returned');
    const live = attempts.some(isLive);
    check((kind === 'checking') === judged, 2, `${id} is ${kind}, a result to judge: ${judged}`);
    check((kind === 'running') === (live && !judged), 2, `${id} is ${kind}, a live attempt: ${live}`);
    check(!(isFinal(task) && live), 2, `${id} is ${kind} with a live attempt`);
    const unmet = task.after.some((before) => state.tasks.get(before)?.state.kind !== 'done');
    check(kind !== 'waiting' || unmet, 7, `${id} waits for nothing`);
  }
}

function checkVolunteers(state: State, check: Check): void {
  const queued = new Set<string>();
  for (const [id, v] of state.volunteers) {
    for (const attemptId of v.queue) {
      const attempt = state.attempts.get(attemptId);
      check(attempt !== undefined && isLive(attempt) && attempt.volunteer === id, 3, `${attemptId} in ${id}'s queue`);
      check(!queued.has(attemptId), 3, `${attemptId} stands twice in a queue`);
      queued.add(attemptId);
    }
    const kind = v.state.kind;
    check((kind !== 'gone' && kind !== 'quarantined') || v.queue.length === 0, 4, `${id} is ${kind} with a queue`);
  }
  for (const [id, attempt] of state.attempts) {
    if (isLive(attempt)) check(queued.has(id), 3, `${id} is ${attempt.state.kind} and in no queue`);
  }
}

function checkClasses(state: State, check: Check): void {
  const listed = new Set<string>();
  for (const [key, { ready }] of state.classes) {
    let last = -1;
    for (const id of ready) {
      const task = state.tasks.get(id);
      check(task?.state.kind === 'ready' && task.classKey === key, 5, `${id} among the ready tasks of ${key}`);
      check((task?.order ?? -1) > last, 5, `${id} out of order`);
      last = task?.order ?? last;
      listed.add(id);
    }
  }
  for (const [id, task] of state.tasks) {
    if (task.state.kind === 'ready') check(listed.has(id), 5, `${id} is ready and in no list`);
  }
}

function checkJobs(state: State, cloneShare: number, check: Check): void {
  for (const [id, job] of state.jobs) {
    const counted = { open: 0, done: 0, failed: 0, cancelled: 0, doneUnits: 0, units: 0 };
    for (const taskId of job.tasks) {
      const task = state.tasks.get(taskId);
      if (!task) continue;
      const kind = task.state.kind;
      counted.units += task.spec.workUnits;
      if (kind === 'waiting' || kind === 'ready') counted.open++;
      else if (kind === 'done' || kind === 'failed' || kind === 'cancelled') counted[kind]++;
      if (kind === 'done') counted.doneUnits += task.spec.workUnits;
    }
    for (const key of ['open', 'done', 'failed', 'cancelled'] as const) {
      check(job[key] === counted[key], 6, `${id}.${key} is ${job[key]}, counted ${counted[key]}`);
    }
    const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
    check(near(job.units, counted.units) && near(job.doneUnits, counted.doneUnits), 6, `${id}'s work units`);
    check(job.clones <= Math.max(1, cloneShare * job.tasks.size), 9, `${id} has ${job.clones} clones`);
  }
}
