import type { Millis } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { type Core, failureOf, viewOf } from './core.js';
import { outputKey } from './holdings.js';
import { isWarm, taskView } from './oracle.js';
import type { Candidate } from './policies/policy.js';
import type { Place, TaskClass, TaskRecord, VolunteerRecord } from './state.js';

/** Who could take a task: a bounded look into the class's index, so that a decision costs the same in a grid of any size. */

const MOST_SHOWN = 16;
/** Places looked at for them: some do not suit. */
const MOST_LOOKED_AT = 64;

/** Before a link has carried anything. */
const UNKNOWN_BYTES_PER_SECOND = 1_000_000;

export interface Shown extends Candidate {
  readonly place: Place;
  /** The task's own time on it, as the oracle says. */
  readonly expectedMs: Millis;
  readonly lowMs: Millis;
  readonly boundMs: Millis;
  /** Until it has what it lacks of the task's inputs. */
  readonly transferMs: Millis;
}

/** Places with room, by the policy's taste. */
export function shortlist(core: Core, taskClass: TaskClass, suits: (v: VolunteerRecord) => boolean): readonly Place[] {
  switch (core.config.policy.shortlist) {
    case 'best':
      return best(core, taskClass, suits);
    case 'random':
      return drawn(core, taskClass, suits);
    case 'waiting':
      return [...taskClass.idle, ...taskClass.queued]
        .filter(({ volunteer }) => suits(volunteer))
        .sort((a, b) => a.volunteer.assignedAt - b.volunteer.assignedAt || a.seq - b.seq)
        .slice(0, MOST_SHOWN);
  }
}

/** Merges the idle, by how long they would take, with the queued, by when they would be done. */
function best(core: Core, { idle, queued }: TaskClass, suits: (v: VolunteerRecord) => boolean): readonly Place[] {
  const found: Place[] = [];
  let i = 0;
  let q = 0;
  while (found.length < MOST_SHOWN && i + q < MOST_LOOKED_AT) {
    const a = idle.at(i);
    const b = queued.at(q);
    const next = !b || (a && core.now + a.key <= Math.max(b.key, core.now + b.durationMs)) ? a : b;
    if (!next) break;
    if (next === a) i++;
    else q++;
    if (suits(next.volunteer)) found.push(next);
  }
  return found;
}

/** Places that the shortlist of the best does not reach: drawn, so that whoever there is is found sooner or later. */
export function beyondBest(core: Core, taskClass: TaskClass, suits: (v: VolunteerRecord) => boolean): readonly Place[] {
  return taskClass.idle.length + taskClass.queued.length > MOST_LOOKED_AT ? drawn(core, taskClass, suits) : [];
}

function drawn(core: Core, { idle, queued }: TaskClass, suits: (v: VolunteerRecord) => boolean): readonly Place[] {
  const all = idle.length + queued.length;
  const found = new Set<Place>();
  for (let i = 0; i < MOST_LOOKED_AT && found.size < MOST_SHOWN && found.size < all; i++) {
    const at = Math.floor(core.random.next() * all);
    const place = at < idle.length ? idle.at(at) : queued.at(at - idle.length);
    if (place && suits(place.volunteer)) found.add(place);
  }
  return [...found];
}

/** What is known of a volunteer as somebody to do this task. @param workUnits where it is to do a part alone */
export function candidateOf(core: Core, task: TaskRecord, place: Place, workUnits = task.spec.workUnits): Shown {
  const v = place.volunteer;
  const view = viewOf(core, v);
  // Most tasks are the typical one.
  const { p025, median, p975 } =
    workUnits === task.queue.taskClass.typicalUnits
      ? { p025: place.lowMs, median: place.durationMs, p975: place.boundMs }
      : core.oracle.duration(view, { ...taskView(task.spec), workUnits });
  const queueMs = v.queue.length === 0 ? 0 : Math.max(place.freeAt - core.now, overdueMs(v));
  const transferMs = transferTo(core, v, task);
  const durationMs = median + place.tripMs + transferMs;
  const finishMs = queueMs + durationMs;
  return {
    place,
    volunteer: v.id,
    queued: v.queue.length,
    room: place.list === 'full' || place.list === 'none' ? 0 : Math.max(1, place.depth - v.queue.length),
    measured: isWarm(v, task.spec.kernel),
    sinceAssignedMs: core.now - v.assignedAt,
    durationMs,
    spreadMs: p975 - p025,
    finishMs,
    survival: 1 - failureOf(core, view, finishMs),
    expectedMs: median,
    lowMs: p025,
    boundMs: p975,
    transferMs,
  };
}

/** What is overdue counts as if half of it were still to come. */
function overdueMs(v: VolunteerRecord): Millis {
  return (v.queue[0]?.expectedMs ?? 0) / 2;
}

/** Until the volunteer has what it lacks of the task's inputs. */
export function transferTo(core: Core, v: VolunteerRecord, task: TaskRecord): Millis {
  let bytes = 0;
  for (const id of task.after) {
    if (!v.holds.has(outputKey(id))) bytes += core.state.tasks.get(id)?.spec.outputBytes ?? 0;
  }
  return transferMsOf(v, task.spec.inputs, bytes);
}

/** Until the volunteer has what it lacks of these blobs, and so many bytes more. */
export function transferMsOf(v: VolunteerRecord, inputs: TaskSpec['inputs'], more = 0): Millis {
  let bytes = more;
  for (const input of inputs) if (!v.holds.has(input.id)) bytes += input.bytes;
  return bytes === 0 ? 0 : (bytes / (v.bytesPerSecond ?? UNKNOWN_BYTES_PER_SECOND)) * 1000;
}
