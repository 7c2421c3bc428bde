import type { Millis } from '@tabgrid/protocol/ids';
import type { Core } from './core.js';
import type { Outlook } from './policies/policy.js';
import type { Shown } from './shortlist.js';
import type { Place, TaskClass, TaskRecord } from './state.js';

/** With so many tasks a volunteer still to come, everybody who can help should: the end is nowhere near. */
const FAR_TASKS = 6;

/** Volunteers looked at: an index this long is a sample good enough. */
const MOST_LOOKED_AT = 1024;

const STEPS = 24;

/** One look at everybody serves so many decisions among as many volunteers: the cost of a decision stays the same. */
const VOLUNTEERS_A_USE = 48;

/** What a policy is told of the rest of the grid when it chooses among these for a task. */
export function outlookFor(core: Core, { queue, spec }: TaskRecord, candidates: readonly Shown[]): Outlook {
  // What even the nearest has to fetch first is nobody's slowness.
  const fetchMs = Math.min(...candidates.map(({ transferMs }) => transferMs));
  const { taskClass } = queue;
  const horizonMs = Math.max(horizonOf(core, taskClass), soonestEnd(core, taskClass, spec.workUnits));
  return { horizonMs: horizonMs + fetchMs, random: core.random };
}

/** Places of each list that are looked at for a task that is longer than others. */
const MOST_LONG = 16;

/**
 * When a task longer than the typical one could end at the soonest, whoever has it: as many short ones might be done before, on
 * everybody together, but not that one. 0 for any other task.
 */
function soonestEnd(core: Core, taskClass: TaskClass, workUnits: number): Millis {
  const scale = workUnits / Math.max(taskClass.typicalUnits, 1e-9);
  if (scale <= 1) return 0;
  let soonest = Number.POSITIVE_INFINITY;
  for (const list of [taskClass.idle, taskClass.queued, taskClass.full]) {
    for (let i = 0; i < MOST_LONG; i++) {
      const place = list.at(i);
      if (place) soonest = Math.min(soonest, freeIn(core, place) + place.durationMs * scale + place.tripMs);
    }
  }
  return soonest * (1 + ROUNDING);
}

/** Of what is added up in another order. */
const ROUNDING = 1e-6;

/**
 * When all waiting tasks of a class would be done if everybody stayed and was as fast as expected, from now: the least T for
 * which Σ⌊(T − freeᵢ) ÷ durationᵢ⌋ covers them. (List scheduling on uniform machines; exact for equal tasks.) A volunteer
 * that would need longer than that does not help, however idle it is.
 * @returns Infinity while the end is far, or while nobody is at work who could do it instead
 */
export function horizonOf(core: Core, taskClass: TaskClass): Millis {
  let units = 0;
  for (const job of core.state.jobs.values()) {
    for (const queue of job.queues) if (queue.taskClass === taskClass && !job.paused) units += queue.firstUnits;
  }
  const tasks = units / Math.max(taskClass.typicalUnits, 1e-9);
  const lists = [taskClass.idle, taskClass.queued, taskClass.full];
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  const busy = taskClass.queued.length + taskClass.full.length;
  if (busy === 0 || tasks > FAR_TASKS * count) return Number.POSITIVE_INFINITY;
  const { horizon } = taskClass;
  if (horizon && horizon.uses > 0) {
    horizon.uses--;
    return Math.max(0, horizon.at - core.now);
  }
  const found = exactHorizon(
    core,
    lists.flatMap((list) => [...list]),
    tasks,
  );
  taskClass.horizon = { at: core.now + found, uses: Math.floor(count / VOLUNTEERS_A_USE) };
  return found;
}

function exactHorizon(core: Core, places: readonly Place[], tasks: number): Millis {
  const count = places.length;
  const step = Math.max(1, Math.floor(count / MOST_LOOKED_AT));
  const sample = step === 1 ? places : places.filter((_, i) => i % step === 0);
  const wanted = tasks * (sample.length / count);
  let low = 0;
  let high = longest(core, sample, wanted);
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (doneBy(core, sample, middle) >= wanted) high = middle;
    else low = middle;
  }
  return high;
}

const freeIn = (core: Core, place: Place): Millis =>
  place.volunteer.queue.length === 0 ? 0 : Math.max(place.freeAt - core.now, place.durationMs / 4);

function doneBy(core: Core, places: readonly Place[], within: Millis): number {
  let done = 0;
  for (const place of places) {
    const time = within - freeIn(core, place);
    if (time > 0) done += Math.floor(time / Math.max(1, place.durationMs + place.tripMs));
  }
  return done;
}

/** Long enough for the fastest alone. */
function longest(core: Core, places: readonly Place[], tasks: number): Millis {
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const alone = freeIn(core, place) + (Math.ceil(tasks) + 1) * Math.max(1, place.durationMs + place.tripMs);
    least = Math.min(least, alone);
  }
  return least;
}
