import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, volunteerOf } from './core.js';
import { cloneTail, giveBackups } from './hedge.js';
import { tasksWait } from './hold.js';
import { outlookFor } from './horizon.js';
import { isAble, refresh } from './lanes.js';
import { settleTasks } from './moves.js';
import { measuredSpeed } from './oracle.js';
import { wantedPart } from './parts.js';
import { chooseProber } from './probers.js';
import { dropHead, dueOf, headOf, liveTop, putBack, upcoming } from './queues.js';
import { reserve, reserveProbe } from './reserve.js';
import { beyondBest, candidateOf, type Shown, shortlist, transferTo } from './shortlist.js';
import { mayConfirm } from './spot.js';
import {
  hasFailed,
  type PartCheck,
  type Place,
  type TaskQueue,
  type TaskRecord,
  type VolunteerRecord,
} from './state.js';
import { makeRoom } from './urgent.js';

/**
 * Handing out work: what lost its volunteer or is in doubt, what waits – whose turn it is by deadline, priority and fair share –
 * and, when nothing waits, second attempts of what would end last.
 */

/** Tasks of a queue that one pass leaves for somebody else before it stops looking. */
const MOST_SKIPPED = 16;

export function assign(core: Core): void {
  settleTasks(core);
  refresh(core);
  if (core.state.hold?.reached) return;
  giveBackups(core);
  const stuck = new Set<TaskQueue>();
  for (let queue = nextQueue(core, stuck); queue; queue = nextQueue(core, stuck)) {
    if (giveReplica(core, queue) || giveFirst(core, queue)) continue;
    // Nobody with room would do for what is urgent: perhaps somebody without.
    if (makeRoom(core, queue) && giveFirst(core, queue)) continue;
    stuck.add(queue);
  }
  cloneTail(core);
}

/** The queue whose turn it is among those that want something and for whose class somebody has room. */
function nextQueue(core: Core, stuck: ReadonlySet<TaskQueue>): TaskQueue | null {
  let found: TaskQueue | null = null;
  for (const job of core.state.jobs.values()) {
    if (job.paused) continue;
    for (const queue of job.queues) {
      if (queue.firsts + queue.replicasWanted === 0 || stuck.has(queue)) continue;
      const { idle, queued } = queue.taskClass;
      const room = idle.length + queued.length > 0;
      if (!room && !makeRoom(core, queue)) continue;
      if (!found || goesBefore(queue, found)) found = queue;
    }
  }
  return found;
}

/** Deadlines first, the earliest first; then priorities; then who was served least for its weight; then the older task. */
function goesBefore(a: TaskQueue, b: TaskQueue): boolean {
  const dueA = nextDue(a);
  const dueB = nextDue(b);
  if (dueA !== dueB) return dueA < dueB;
  if (a.job === b.job) return nextOrder(a) < nextOrder(b);
  const { settings: x, served: servedA } = a.job;
  const { settings: y, served: servedB } = b.job;
  if (x.priority !== y.priority) return x.priority > y.priority;
  return servedA !== servedB ? servedA < servedB : nextOrder(a) < nextOrder(b);
}

function nextDue(queue: TaskQueue): Millis {
  if (queue.job.settings.deadlineMs === null) return Number.POSITIVE_INFINITY;
  const head = headOf(queue);
  return head ? dueOf(head) : Number.NEGATIVE_INFINITY;
}

const nextOrder = (queue: TaskQueue): number => (queue.replicasWanted > 0 ? -1 : (headOf(queue)?.order ?? 0));

/** Gives the first task that somebody with room can take. */
function giveFirst(core: Core, queue: TaskQueue): boolean {
  if (!tasksWait(core, queue)) return false;
  drawUntouched(core);
  // A set, since a task may stand in a heap more than once.
  const skipped = new Set<TaskRecord>();
  let given = false;
  while (!given && skipped.size <= MOST_SKIPPED) {
    const task = headOf(queue);
    if (!task) break;
    if (skipped.has(task)) {
      dropHead(queue);
      continue;
    }
    const chosen = chooseFor(core, task);
    if (chosen) {
      const better = suitedTo(core, queue, task, chosen);
      const shown = better === task ? chosen : candidateOf(core, better, chosen.place);
      reserve(core, better, shown, better.attempts.length > 0 ? 'again' : 'first', 'plain');
      given = true;
    } else if (task.failures.length === 0) {
      // Nobody wants this one, so nobody wants the next one, which is like it.
      break;
    } else {
      skipped.add(task);
      dropHead(queue);
    }
  }
  for (const task of skipped) putBack(task);
  core.untouched = false;
  return given;
}

/** Draws whether the next choice is left untouched by what was learned of failures. No draw while nothing learned decides. */
function drawUntouched(core: Core): void {
  core.untouched = core.learned && core.random.next() < core.config.untouchedShare;
}

function chooseFor(core: Core, task: TaskRecord): Shown | null {
  const { queue } = task;
  let places = shortlist(core, queue.taskClass, (v) => !hasFailed(task, v));
  // Somebody who failed it gets it again only when there is nobody else.
  if (places.length === 0 && task.failures.length > 0 && !anybodyElse(core, task, () => true)) {
    places = shortlist(core, queue.taskClass, () => true);
  }
  if (places.length === 0) return null;
  const candidates = [...holders(core, task, places), ...places].map((place) => candidateOf(core, task, place));
  const chosen = core.config.policy.choose(candidates, outlookFor(core, task, candidates));
  return candidates.find((c) => c === chosen) ?? null;
}

/** Whether somebody may come to a task who has not failed it: who is paused may never. */
function anybodyElse({ state }: Core, task: TaskRecord, suits: (v: VolunteerRecord) => boolean): boolean {
  const { key, idle, queued, full } = task.queue.taskClass;
  const would = (v: VolunteerRecord) => !hasFailed(task, v) && suits(v);
  for (const list of [idle, queued, full]) for (const { volunteer } of list) if (would(volunteer)) return true;
  // Nobody in good standing: this is rare, and looks at everybody.
  for (const v of state.volunteers.values()) {
    const place = v.places.get(key);
    if (v.state.kind !== 'paused' && place && isAble(place) && would(v)) return true;
  }
  return false;
}

/** Those with room who made what the task needs, where the shortlist does not hold them. */
function holders(core: Core, task: TaskRecord, places: readonly Place[]): readonly Place[] {
  const found = new Set<Place>();
  for (const id of task.after) {
    for (const attempt of core.state.tasks.get(id)?.attempts ?? []) {
      if (attempt.state.kind !== 'accepted') continue;
      const place = volunteerOf(core, attempt.volunteer).places.get(task.queue.taskClass.key);
      if (!place || (place.list !== 'idle' && place.list !== 'queued') || places.includes(place)) continue;
      if (!hasFailed(task, place.volunteer)) found.add(place);
    }
  }
  return [...found].slice(0, MOST_SKIPPED);
}

/** A newcomer shows what it can do by something short; everybody else gets what is next, or what it has the inputs of. */
function suitedTo(core: Core, queue: TaskQueue, next: TaskRecord, { place, transferMs }: Shown): TaskRecord {
  const v = place.volunteer;
  // One that comes back is in a hurry.
  if (next.attempts.length > 0) return next;
  if (measuredSpeed(v, queue.taskClass.kernel) !== null) return transferMs > 0 ? nearestTo(core, queue, next, v) : next;
  const short = queue.mixed ? liveTop(queue.shortest, 'first') : undefined;
  return short && !hasFailed(short, v) ? short : next;
}

/** Tasks that come next which are looked at for one whose inputs are there, and how much shorter than the next one it may be. */
const MOST_UPCOMING = 16;
const AS_LONG = 0.75;

/**
 * Of tasks as good as the next one that of which a volunteer lacks the least. Who is done first then goes on with what it has, and
 * leaves to the others what they have, however little decides who is done first.
 */
function nearestTo(core: Core, queue: TaskQueue, next: TaskRecord, v: VolunteerRecord): TaskRecord {
  const asGood = (task: TaskRecord) =>
    dueOf(task) === dueOf(next) && task.spec.workUnits >= AS_LONG * next.spec.workUnits && !hasFailed(task, v);
  let [nearest, leastMs] = [next, transferTo(core, v, next)];
  for (const task of upcoming(queue, MOST_UPCOMING)) {
    const ms = asGood(task) ? transferTo(core, v, task) : leastMs;
    if (ms < leastMs) [nearest, leastMs] = [task, ms];
  }
  return nearest;
}

/** Gives a task whose result is to be looked at, or a part of it, to somebody apart from those who have computed it. */
function giveReplica(core: Core, queue: TaskQueue): boolean {
  if (queue.replicasWanted === 0) return false;
  drawUntouched(core);
  const given = chooseReplica(core, queue);
  core.untouched = false;
  return given;
}

function chooseReplica(core: Core, queue: TaskQueue): boolean {
  for (const { heap } of queue.replicas.values()) {
    const skipped = new Set<TaskRecord>();
    let given = false;
    for (let task = liveTop(heap, 'replica'); task && skipped.size < 4; task = liveTop(heap, 'replica')) {
      if (skipped.has(task)) {
        heap.pop();
        continue;
      }
      const wanted = task;
      const part = wantedPart(wanted);
      if (part) {
        given = giveProbe(core, wanted, part);
        if (given) break;
        skipped.add(wanted);
        heap.pop();
        continue;
      }
      const places = confirmers(core, wanted);
      const candidates = places.map((place) => candidateOf(core, wanted, place));
      const outlook = { horizonMs: Number.POSITIVE_INFINITY, random: core.random };
      const chosen = candidates.length === 0 ? null : core.config.policy.choose(candidates, outlook);
      const shown = candidates.find((c) => c === chosen);
      if (shown) {
        reserve(core, wanted, shown, 'replica', 'plain');
        given = true;
        break;
      }
      skipped.add(wanted);
      heap.pop();
    }
    for (const task of skipped) heap.push(task);
    if (given) return true;
  }
  return false;
}

function giveProbe(core: Core, task: TaskRecord, part: PartCheck): boolean {
  const place = chooseProber(core, task, part);
  if (!place) return false;
  reserveProbe(core, task, candidateOf(core, task, place, part.workUnits), part);
  return true;
}

/** Who has room and could confirm a result. */
function confirmers(core: Core, task: TaskRecord): readonly Place[] {
  const { taskClass } = task.queue;
  const apart = (v: VolunteerRecord) => mayConfirm(core.state, task, v);
  const suits = (v: VolunteerRecord) => !hasFailed(task, v) && apart(v);
  const places = shortlist(core, taskClass, suits);
  if (places.length > 0) return places;
  // Somebody who failed it is better than nobody, but not for ever.
  const again = task.failures.length > 0 && task.failures.length < core.config.failuresToFailTask;
  if (again && !anybodyElse(core, task, apart)) return shortlist(core, taskClass, apart);
  // All that the shortlist looks at may be of one network.
  return beyondBest(core, taskClass, suits);
}
