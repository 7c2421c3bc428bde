import { AttemptId, JobId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { JsonObject } from '@tabgrid/protocol/json';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import { PixelRect, RECORDS_VERSION, SampleRun } from '@tabgrid/protocol/records';
import { Capabilities } from '@tabgrid/protocol/task';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Snapshot } from '@tabgrid/scheduler/snapshot';
import * as v from 'valibot';

/**
 * What stands in the collection `journal`: the scheduler's state at one moment (`base`), the events since (`events/…`),
 * who was there (`member/…`), and what the tasks of a running job are (`round/…`). One page of a browser writes it.
 */

const Version = v.literal(RECORDS_VERSION);
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Amount = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Key `base`. */
export const BaseRecord = v.strictObject({
  version: Version,
  /** Number of the last event that is in the snapshot. */
  upTo: Count,
  /** The scheduler's time then. */
  at: Amount,
  /** ms since 1970 then. */
  wallAt: Amount,
  /** Its own version is its maker's business. */
  snapshot: v.custom<Snapshot>((x) => typeof x === 'object' && x !== null, 'a snapshot'),
  /** Results that were neither accepted nor rejected: their bytes are in no store. */
  held: v.pipe(v.array(v.strictObject({ attempt: AttemptId, task: TaskId })), v.maxLength(100_000)),
  /** Comparisons asked for and not answered yet. */
  comparing: v.pipe(v.array(v.strictObject({ attempt: AttemptId, with: AttemptId })), v.maxLength(100_000)),
});
export type BaseRecord = v.InferOutput<typeof BaseRecord>;

const EVENT_TYPES: Readonly<Record<SchedulerEvent['type'], true>> = {
  tasksAdded: true,
  jobSet: true,
  jobPaused: true,
  jobResumed: true,
  tasksCancelled: true,
  withdraw: true,
  jobCancelled: true,
  jobForgotten: true,
  volunteerJoined: true,
  volunteerTold: true,
  linkMeasured: true,
  roundTripMeasured: true,
  bandwidthMeasured: true,
  linkSuspect: true,
  linkOpen: true,
  volunteerLeft: true,
  sent: true,
  heard: true,
  started: true,
  progressed: true,
  returned: true,
  checked: true,
  compared: true,
  resultGone: true,
  failed: true,
  retracted: true,
  questioned: true,
  held: true,
  released: true,
  oracleChanged: true,
  woken: true,
};

/** An event's fields were checked where they came in; what a damaged one does shows in the replay. */
function isEvent(x: unknown): x is SchedulerEvent {
  return (
    typeof x === 'object' &&
    x !== null &&
    'type' in x &&
    typeof x.type === 'string' &&
    Object.hasOwn(EVENT_TYPES, x.type)
  );
}

/** Key `events/FIRST`: some events in a row. */
export const EventsRecord = v.strictObject({
  version: Version,
  /** Number of the first one. */
  first: Count,
  events: v.array(v.strictObject({ at: Amount, event: v.custom<SchedulerEvent>(isEvent, 'a scheduler event') })),
  /** Of all effects since the base: a replay that gives others is none. */
  digest: Count,
  /** ms since 1970 when it was written. */
  wallAt: Amount,
});
export type EventsRecord = v.InferOutput<typeof EventsRecord>;

/** Key `member/VOLUNTEER`: how somebody who comes back is known again. */
export const MemberRecord = v.strictObject({
  version: Version,
  id: VolunteerId,
  session: VolunteerId,
  ordinal: Count,
  name: v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH)),
  invited: v.boolean(),
  capabilities: Capabilities,
});
export type MemberRecord = v.InferOutput<typeof MemberRecord>;

/** Key `round/JOB`: the tasks of a running job that its planner has not taken back. */
export const RoundRecord = v.strictObject({
  version: Version,
  job: JobId,
  parts: v.pipe(
    v.array(v.strictObject({ task: TaskId, tile: PixelRect, samples: SampleRun, units: Amount })),
    v.maxLength(100_000),
  ),
  /** Tasks that look at the picture in advance and have not answered: their kernels' kinds and parameters. */
  guides: v.pipe(
    v.array(v.strictObject({ task: TaskId, kernel: v.pipe(v.string(), v.maxLength(64)), params: JsonObject })),
    v.maxLength(16),
  ),
});
export type RoundRecord = v.InferOutput<typeof RoundRecord>;

export const BASE_KEY = 'base';
export const EVENTS = 'events/';
export const MEMBERS = 'member/';
export const ROUNDS = 'round/';

/** Ascending as text in the order of the events. */
export function eventsKey(first: number): string {
  return EVENTS + String(first).padStart(15, '0');
}

export const EMPTY_DIGEST = 0x811c_9dc5;

/** FNV-1a over what the effects are and whom they are about; `ran` only informs, and pages did not always have it. */
export function digestOf(digest: number, effects: readonly Effect[]): number {
  let hash = digest;
  for (const effect of effects) {
    if (effect.type === 'ran') continue;
    const about = [
      effect.type,
      'attempt' in effect ? effect.attempt : '',
      'volunteer' in effect ? effect.volunteer : '',
      'task' in effect && typeof effect.task === 'string' ? effect.task : '',
    ].join('\n');
    for (let i = 0; i < about.length; i++) hash = Math.imul(hash ^ about.charCodeAt(i), 0x0100_0193);
  }
  return hash >>> 0;
}
