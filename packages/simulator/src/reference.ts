import type { Millis } from '@tabgrid/protocol/ids';
import type { Random } from '@tabgrid/scheduler/random';
import { stream } from './draws.js';
import { between, reaches } from './steps.js';
import { tasksOf, trueUnits } from './workload.js';
import type { Session, World } from './world.js';

/** How soon the job could have been done by somebody who knows everything, and a bound that nobody can beat. */
export interface Reference {
  /**
   * The best list schedule that knows every departure and every duration: longest first and seeded orders; each task goes
   * where it ends first, and only where it ends before the departure. No message takes time. (List scheduling: Graham
   * 1969. For equal tasks it is optimal: the ends of the tasks on each volunteer are given, and it takes the first ones.)
   */
  readonly makespanMs: Millis;
  /** When all present together could have done that many work units, as if tasks could be split at will. */
  readonly fluidMs: Millis;
}

const SEEDED_ORDERS = 100;

/** Of the profile's bag of tasks. */
export function referenceOf(world: World): Reference {
  const { profile, seed } = world;
  const units = tasksOf(profile, seed).map((spec) => trueUnits(profile, seed, spec));
  return reference(world, units, stream(seed, 'orders'));
}

/** @param units what each task costs in truth */
export function reference(world: Pick<World, 'session'>, units: readonly number[], random: Random): Reference {
  const fluidMs = fluidBound(
    world,
    units.reduce((sum, u) => sum + u, 0),
  );
  const longestFirst = [...units].sort((a, b) => b - a);
  let makespanMs = listSchedule(world, longestFirst);
  // Orders of equal tasks are one order.
  const orders = longestFirst[0] === longestFirst.at(-1) ? 0 : SEEDED_ORDERS;
  for (let i = 0; i < orders; i++) makespanMs = Math.min(makespanMs, listSchedule(world, shuffled(units, random)));
  return { makespanMs, fluidMs };
}

function shuffled(values: readonly number[], random: Random): number[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const [a = 0, b = 0] = [order[i], order[j]];
    order[i] = b;
    order[j] = a;
  }
  return order;
}

interface Place {
  readonly session: Session;
  /** When it can begin the next task. */
  free: Millis;
  /** When the shortest of all tasks would end there: none ends before. */
  soonest: Millis;
}

/** @returns when the last task ends if each goes, in this order, where it ends first; Infinity if one fits nowhere */
export function listSchedule(world: Pick<World, 'session'>, units: readonly number[]): Millis {
  const shortest = units.reduce((least, u) => Math.min(least, u), Number.POSITIVE_INFINITY);
  // A heap by `soonest`: whoever could not end even the shortest task before the best place found need not be asked.
  const heap: Place[] = [];
  let next = 0;
  let makespan = 0;

  const add = (place: Place) => {
    place.soonest = reaches(place.session.speed, place.free, shortest);
    // Once not even the shortest task fits before the departure, nothing ever will.
    if (place.soonest > place.session.leavesAt || place.soonest === Number.POSITIVE_INFINITY) return;
    pushPlace(heap, place);
  };
  /** Takes in the next one who comes, if that is before `time`. */
  const admit = (time: Millis): boolean => {
    const session = world.session(next);
    if (!session || session.joinsAt >= time) return false;
    next++;
    add({ session, free: Math.max(0, session.joinsAt), soonest: 0 });
    return true;
  };

  for (const u of units) {
    let best: Place | null = null;
    let end = Number.POSITIVE_INFINITY;
    const asked: Place[] = [];
    for (;;) {
      const place = heap[0];
      if (admit(Math.min(end, place?.soonest ?? Number.POSITIVE_INFINITY))) continue;
      if (!place || place.soonest >= end) break;
      popPlace(heap);
      asked.push(place);
      const there = reaches(place.session.speed, place.free, u);
      if (there <= place.session.leavesAt && there < end) {
        end = there;
        best = place;
      }
    }
    if (!best) return Number.POSITIVE_INFINITY;
    best.free = end;
    makespan = Math.max(makespan, end);
    for (const place of asked) add(place);
  }
  return makespan;
}

function pushPlace(heap: Place[], place: Place): void {
  let i = heap.length;
  heap.push(place);
  while (i > 0) {
    const up = (i - 1) >>> 1;
    const parent = heap[up];
    if (!parent || parent.soonest <= place.soonest) break;
    heap[i] = parent;
    i = up;
  }
  heap[i] = place;
}

function popPlace(heap: Place[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let i = 0;
  for (;;) {
    let down = 2 * i + 1;
    let child = heap[down];
    if (!child) break;
    const right = heap[down + 1];
    if (right && right.soonest < child.soonest) {
      child = right;
      down++;
    }
    if (child.soonest >= last.soonest) break;
    heap[i] = child;
    i = down;
  }
  heap[i] = last;
}

/** When the volunteers present could have done so much work together. Bisection over time, to a millisecond. */
export function fluidBound(world: Pick<World, 'session'>, units: number): Millis {
  const doneBy = (time: Millis): number => {
    let sum = 0;
    for (let i = 0; ; i++) {
      const session = world.session(i);
      if (!session || session.joinsAt >= time) return sum;
      sum += between(session.speed, Math.max(0, session.joinsAt), Math.min(time, session.leavesAt));
    }
  };
  let high: Millis = 1000;
  while (doneBy(high) < units) {
    high *= 2;
    if (high > 1e12) return Number.POSITIVE_INFINITY;
  }
  let low: Millis = 0;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (doneBy(middle) < units) low = middle;
    else high = middle;
  }
  return high;
}
