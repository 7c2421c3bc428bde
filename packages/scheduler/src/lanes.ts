import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, jobOf, viewOf } from './core.js';
import { setTimer } from './leases.js';
import { isWarm, measuredSpeed } from './oracle.js';
import { isRefuted } from './parts.js';
import { lacking } from './requirements.js';
import type { SortedList } from './sorted-list.js';
import {
  type AttemptRecord,
  isWhole,
  ONE_ATTEMPT,
  type Place,
  type State,
  type TaskClass,
  type VolunteerRecord,
} from './state.js';

/**
 * Volunteers by when they would be done with another task of a class: the index from which shortlists are taken.
 *
 * 1. A class lists each volunteer that is in good standing and able in exactly one of `idle`, `queued`, `full`, and nobody else.
 * 2. A place is found anew when something about its volunteer has changed, not when time passes.
 */

/** Reading, checking and storing a result, and answering, on a busy page. */
const HANDLING_MS: Millis = 100;

/** Advice moves a queue's depth up to this multiple of what the policy wants. */
const MOST_ADVISED = 2;

/** A volunteer refuses a seventeenth attempt. */
const MOST_HELD = 16;

const NOTHING: readonly string[] = [];

/** What a volunteer lacks for a class; empty when it can run it. */
export function lacksOf(v: VolunteerRecord, taskClass: TaskClass): readonly string[] {
  const place = v.places.get(taskClass.key);
  const lacks = place?.lacks ?? lacking(v.capabilities, taskClass.kernel, taskClass.requires);
  const unfit = unfitOf(v, taskClass);
  return unfit.length === 0 ? lacks : [...lacks, ...unfit];
}

/** What was seen of a volunteer that speaks against a class. */
export function unfitOf(
  v: VolunteerRecord,
  { kernel, requires: { score, memoryBytes } }: Pick<TaskClass, 'kernel' | 'requires'>,
): readonly string[] {
  const speed = score === undefined ? null : measuredSpeed(v, kernel);
  const slow = score !== undefined && speed !== null && speed < score;
  const small = memoryBytes !== undefined && v.memoryCeiling !== null && memoryBytes >= v.memoryCeiling;
  if (!slow && !small) return NOTHING;
  return [
    ...(slow ? [`a score of ${score} work units a second (has ${Math.round(speed)})`] : []),
    ...(small ? [`${memoryBytes} bytes of GPU memory (${v.memoryCeiling} did not fit)`] : []),
  ];
}

/** Finds the places, and sets the timers, of everybody about whom something has changed. */
export function refresh(core: Core): void {
  for (const v of core.touched) {
    for (const taskClass of core.state.classes.values()) place(core, v, taskClass);
    setTimer(core, v);
    noteShare(core.state, v);
  }
  core.touched.clear();
}

/** Notes how many attempts it should have where that is most. Advice counts where its speed is known. */
function noteShare({ classes }: State, v: VolunteerRecord): void {
  v.share = ONE_ATTEMPT;
  v.usual = 1;
  for (const [key, { depth, usual }] of v.places) {
    const kernel = classes.get(key)?.kernel;
    if (!kernel || (depth <= v.share.attempts && usual <= v.usual)) continue;
    const told = v.advised !== null && isWarm(v, kernel);
    v.share = { attempts: depth, probability: told ? (v.advised?.probability ?? 1) : 1 };
    v.usual = usual;
  }
}

/** Everybody's place in a class that is new. */
export function openClass(core: Core, taskClass: TaskClass): void {
  for (const v of core.state.volunteers.values()) place(core, v, taskClass);
}

/** Nobody asks for the class any more. */
export function closeClass(state: State, key: string): void {
  state.classes.delete(key);
  for (const v of state.volunteers.values()) v.places.delete(key);
}

function place(core: Core, v: VolunteerRecord, taskClass: TaskClass): void {
  const before = v.places.get(taskClass.key);
  if (v.state.kind === 'gone') {
    if (!before) return;
    if (isAble(before)) taskClass.able--;
    listOf(taskClass, before)?.remove(before);
    v.places.delete(taskClass.key);
    return;
  }
  const lacks = before?.lacks ?? lacking(v.capabilities, taskClass.kernel, taskClass.requires);
  const unfit = unfitOf(v, taskClass);
  const able = lacks.length === 0 && unfit.length === 0;
  const open = able && v.state.kind === 'ready' && v.restUntil <= core.now && !isAccused(core.state, v);
  const known = open ? ask(core, v, taskClass, before) : (before ?? UNASKED);
  const freeAt = freeAtOf(v);
  const roomAt = open ? roomAtOf(core, v, known, taskClass) : null;
  const list = !open
    ? 'none'
    : v.queue.length === 0
      ? 'idle'
      : roomAt !== null && roomAt <= core.now
        ? 'queued'
        : 'full';
  const key = list === 'idle' ? known.durationMs : freeAt + known.durationMs;
  const { durationMs, lowMs, boundMs, depth, usual, aheadMs, tripMs, slowTripMs, statistics, trips } = known;
  const asked = { durationMs, lowMs, boundMs, depth, usual, aheadMs, tripMs, slowTripMs, statistics, trips };
  const made: Place = { volunteer: v, seq: v.seq, key, list, ...asked, freeAt, roomAt, lacks, unfit };
  if (before) {
    if (isAble(before)) taskClass.able--;
    listOf(taskClass, before)?.remove(before);
  }
  if (able) taskClass.able++;
  v.places.set(taskClass.key, made);
  listOf(taskClass, made)?.add(made);
}

/** Whether a result of it was refuted, and is being made again to see whether that was right. */
function isAccused({ disputed }: State, v: VolunteerRecord): boolean {
  for (const { check, attempts } of disputed) {
    if (check && attempts.some((a) => a.volunteer === v.id && isRefuted(check, a))) return true;
  }
  return false;
}

/** Volunteers hold no more than 16 attempts; a finished one counts until its result is away. */
const MOST_QUEUED = 12;

/**
 * When a volunteer has room for another attempt, absolute; null when time alone does not make any. What waits behind its first
 * attempt is counted in time, not in tasks, so that a job of short tasks does not keep one of long tasks out by filling every
 * queue to its own depth.
 */
function roomAtOf(core: Core, v: VolunteerRecord, { aheadMs }: Asked, taskClass: TaskClass): Millis | null {
  const { queue } = v;
  const [head] = queue;
  if (!head) return core.now;
  if (queue.length >= MOST_QUEUED) return null;
  if (
    isUrgent(core.state, taskClass) &&
    queue.every((attempt, i) => i === 0 || hasDeadline(attempt) || !isWhole(attempt))
  ) {
    // What runs without a deadline lets it through, however long it will be: only other urgent work is in its way.
    const [, ...behind] = queue.filter(hasDeadline);
    return behind.reduce((sum, { expectedMs }) => sum + expectedMs, 0) <= aheadMs ? core.now : null;
  }
  let waitingMs = 0;
  // A part of a result that is computed again takes next to nothing, and keeps nothing else away.
  for (const [i, attempt] of queue.entries()) if (i > 0 && isWhole(attempt)) waitingMs += attempt.expectedMs;
  if (waitingMs > aheadMs) return null;
  if (core.config.policy.ahead === 'early') return core.now;
  // Nobody knows when one that is overdue ends.
  if (core.now - v.headAt > head.boundMs) return null;
  return v.headAt + head.expectedMs + waitingMs - aheadMs;
}

const hasDeadline = ({ task }: AttemptRecord): boolean => jobOf(task).settings.deadlineMs !== null;

/** Whether all that asks for the class has a deadline. */
function isUrgent({ jobs }: State, taskClass: TaskClass): boolean {
  let urgent = false;
  for (const { settings, queues } of jobs.values()) {
    if (!queues.some((queue) => queue.taskClass === taskClass)) continue;
    if (settings.deadlineMs === null) return false;
    urgent = true;
  }
  return urgent;
}

/** What is ready for a volunteer before its task ends, as a share of a task: times differ from what is expected. */
const AHEAD_SHARE = 0.25;

/** Times that are sums of equal ones. */
const ROUNDING = 0.01;

type Asked = Omit<Place, 'volunteer' | 'seq' | 'key' | 'list' | 'freeAt' | 'roomAt' | 'lacks' | 'unfit'>;

const UNASKED: Asked = {
  durationMs: 0,
  lowMs: 0,
  boundMs: 0,
  depth: 0,
  usual: 0,
  aheadMs: 0,
  tripMs: 0,
  slowTripMs: 0,
  statistics: -1,
  trips: -1,
};

/** Asks the oracle, where what it goes by has changed since, and the policy how much the volunteer should have. */
function ask(core: Core, v: VolunteerRecord, taskClass: TaskClass, before: Asked = UNASKED): Asked {
  const { kernel, typicalUnits, typicalInputBytes, typicalOutputBytes } = taskClass;
  const { statistics, trips } = v;
  if (before.statistics === statistics && before.trips === trips) return before;
  const view = viewOf(core, v);
  let { durationMs, lowMs, boundMs, tripMs, slowTripMs } = before;
  if (before.trips !== trips) ({ median: tripMs, p95: slowTripMs } = core.oracle.roundTrip(view));
  if (before.statistics !== statistics) {
    const task = { kernel, workUnits: typicalUnits, inputBytes: typicalInputBytes, outputBytes: typicalOutputBytes };
    ({ p025: lowMs, median: durationMs, p975: boundMs } = core.oracle.duration(view, task));
  }
  const { policy } = core.config;
  const turnaroundMs = slowTripMs + HANDLING_MS;
  const wanted = policy.depth(measuredSpeed(v, kernel) === null ? null : durationMs, turnaroundMs);
  const advised =
    v.advised === null || !isWarm(v, kernel) ? wanted : Math.min(MOST_ADVISED * wanted, v.advised.attempts);
  const depth = clampDepth(advised);
  const usual = clampDepth(wanted);
  const beyondMs = (depth - 2) * durationMs;
  const adviceMs = Math.max(0, depth - usual) * durationMs;
  const aheadMs =
    policy.ahead === 'early'
      ? beyondMs * (1 + ROUNDING)
      : AHEAD_SHARE * durationMs + Math.min(turnaroundMs, beyondMs - adviceMs) + adviceMs;
  return { durationMs, lowMs, boundMs, depth, usual, aheadMs, tripMs, slowTripMs, statistics, trips };
}

const clampDepth = (depth: number): number => Math.max(1, Math.min(MOST_HELD, Math.round(depth)));

export function isAble({ lacks, unfit }: Place): boolean {
  return lacks.length === 0 && unfit.length === 0;
}

export function listOf(taskClass: TaskClass, { list }: Place): SortedList<Place> | null {
  return list === 'none' ? null : taskClass[list];
}

/** When its queue would be done if all went as expected. */
function freeAtOf(v: VolunteerRecord): Millis {
  let at = v.headAt;
  for (const { expectedMs } of v.queue) at += expectedMs;
  return at;
}
