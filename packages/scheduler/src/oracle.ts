import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, KernelVersion, TaskSpec } from '@tabgrid/protocol/task';
import type { Random } from './random.js';

/**
 * The oracle port: what the scheduler asks about the future. An oracle is an immutable value, evaluated
 * synchronously; it sees running statistics and keeps none. This file holds the plain one, which learns nothing
 * beyond those statistics and is what every better oracle falls back to.
 */

/** Between 0 and 1. */
export type Probability = number;

/** Exponentially forgotten sums; their ratio is the speed, so that results that arrive in a burst do not distort it. */
export interface SpeedStats {
  readonly units: number;
  readonly ms: Millis;
  readonly samples: number;
  /** EWMA of |observed − expected| ÷ expected duration. */
  readonly error: number;
  /** Milliseconds a unit of the last results, the newest first, at most `RECENT_SPEEDS`. Absent: none is remembered. */
  readonly recent?: readonly number[];
}

/** Enough for a median that one stray result does not move, and few enough to keep for every volunteer and kernel. */
export const RECENT_SPEEDS = 8;

export interface RoundTripStats {
  readonly meanMs: Millis;
  /** EWMA of the absolute deviation (as TCP's RTTVAR, RFC 6298). */
  readonly deviationMs: Millis;
}

/** What became of a volunteer's attempts; older ones count less (EWMA, weight 1/8 for the newest). */
export interface RecordStats {
  /** Share of them that brought a result: 1 before the first. */
  readonly success: number;
  /** All that ended one way or the other, unweighted. */
  readonly ended: number;
  /** Unweighted: said that they failed; were given up because their volunteer was silent or gone. */
  readonly failed: number;
  readonly lost: number;
}

/** The time from one result to the next in this session; only results that were returned while it was there. */
export interface RhythmStats {
  /** Results; the first gap lies between the first two. */
  readonly results: number;
  /** Mean and standard deviation of the gaps, the latest 32 or so counting: 0 before the first, and before the second. */
  readonly meanMs: Millis;
  readonly deviationMs: Millis;
}

/** Earlier sessions of whoever this is: of the same page, or else from the same network. */
export interface VisitStats {
  readonly count: number;
  /** How long the last of them was. */
  readonly lastMs: Millis;
}

/** What a volunteer tells of itself: claims. */
export interface TelemetryView {
  /** Share of GPU time lent, 0 to 1. */
  readonly intensity: number;
  /** null where the browser does not tell. */
  readonly battery: { readonly level: number; readonly charging: boolean } | null;
}

/** What was measured of the link to a volunteer. */
export interface LinkQuality {
  readonly path: 'direct' | 'turn' | 'relay' | 'local';
  /** EWMA of the difference between one round trip and the next (RFC 3550). */
  readonly jitterMs: Millis;
  /** Share of the last heartbeats that came late or not at all: what packet loss is on a reliable channel. */
  readonly lateShare: number;
  /** Share of what may be on its way to it that is, 0 to 1. */
  readonly congestion: number;
  /** Since anything at all was heard over it, when this was measured. */
  readonly silentMs: Millis;
}

/** Where a volunteer comes from, as coarse as the server tells it; null where nobody knows. */
export interface OriginView {
  readonly network: string | null;
  readonly owner: string | null;
  /** A country or a part of one. */
  readonly region: string | null;
  /** The autonomous system. */
  readonly provider: string | null;
}

/** How busy the whole grid is. */
export interface GridLoad {
  /** There and not paused. */
  readonly volunteers: number;
  /** Share of them that have something to do. */
  readonly busyShare: number;
  /** Tasks that wait. */
  readonly waiting: number;
}

/** How many attempts a volunteer should have at once. */
export interface Share {
  readonly attempts: number;
  /** With which it was chosen: 1 for what leaves no choice. */
  readonly probability: number;
}

export interface VolunteerView {
  readonly id: VolunteerId;
  /** The scheduler's time. */
  readonly now: Millis;
  readonly capabilities: Capabilities;
  readonly hidden: boolean;
  /** Since it joined. */
  readonly ageMs: Millis;
  /** By `speedKey`. */
  readonly speeds: ReadonlyMap<string, SpeedStats>;
  readonly roundTrip: RoundTripStats | null;
  readonly record: RecordStats;
  /** Attempts that it has. */
  readonly inFlight: number;
  /** Since it showed a sign of work, and since its last result (or since it joined). */
  readonly sinceSignMs: Millis;
  readonly sinceReturnMs: Millis;
  /** null before the first. */
  readonly telemetry: TelemetryView | null;
  readonly link: LinkQuality | null;
  readonly origin: OriginView;
  readonly grid: GridLoad;
  readonly share: Share;
  /** How many attempts the policy itself would have it hold; advice moves that up to twice as many. Absent: nobody knows. */
  readonly usual?: number;
  /** Absent: before the first result. */
  readonly rhythm?: RhythmStats | undefined;
  /** Absent: never seen before, or nobody knows. */
  readonly visits?: VisitStats | undefined;
}

export interface TaskView {
  readonly kernel: KernelVersion;
  readonly workUnits: number;
  /** Bytes of all inputs, and of all outputs. */
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** A 95 % interval of a time, and its middle. */
export interface Interval {
  readonly p025: Millis;
  readonly median: Millis;
  readonly p975: Millis;
}

export interface Oracle {
  /** Time on the volunteer from the start of the task to its result being here, queue not counted. */
  duration(v: VolunteerView, t: TaskView): Interval;
  /** The chance that it is gone `within` from now. */
  failure(v: VolunteerView, within: Millis): Probability;
  roundTrip(v: VolunteerView): { readonly median: Millis; readonly p95: Millis };
  /**
   * How much likelier than by chance two volunteers are to be gone within one minute: 1 where they have nothing to do with
   * each other. Absent: whoever shares a network or an owner goes together, and nobody else.
   */
  together?(a: VolunteerView, b: VolunteerView): number;
  /** How to share work out while this oracle answers. Absent: as the scheduler's own configuration says. */
  readonly advice?: Advice;
}

/**
 * Advice on how to share work out: how many attempts each volunteer should have. The scheduler clamps it. Asked about once a
 * second.
 * @param pending tasks that wait
 * @param u the scheduler's seeded source, for exploration that a replay repeats
 */
export interface Advice {
  share(volunteers: readonly VolunteerView[], pending: number, u: Random): ReadonlyMap<VolunteerId, Share>;
}

/** How an attempt ended on its volunteer. */
export type RunEnd = 'returned' | 'failed' | 'lost' | 'cancelled';

/** A task as an oracle sees it. */
export function taskView({
  kernel,
  workUnits,
  inputs,
  outputBytes,
}: Pick<TaskSpec, 'kernel' | 'workUnits' | 'inputs' | 'outputBytes'>): TaskView {
  return { kernel, workUnits, inputBytes: inputs.reduce((sum, { bytes }) => sum + bytes, 0), outputBytes };
}

/** EWMA(0.5) predicts run times of near-equal tasks within 5–9 % (measured on NodIO’s volunteers). */
const SPEED_WEIGHT = 0.5;
const ROUND_TRIP_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;

/** Results after which a speed says something about the next one. */
const WARM_SAMPLES = 2;

/** Before the first measurement. */
const UNKNOWN_ROUND_TRIP: RoundTripStats = { meanMs: 60, deviationMs: 60 };
const UNKNOWN_ERROR = 0.5;

/** Speeds are kept apart by kernel and by whether the tab was hidden: a hidden one may run several times slower. */
export function speedKey(kernel: KernelVersion, hidden: boolean): string {
  return `${kernel.kind}@${kernel.version}${hidden ? '#hidden' : ''}`;
}

/** The volunteer's measured speed for a kernel in work units a second; null before its first result. */
export function measuredSpeed(v: Pick<VolunteerView, 'speeds' | 'hidden'>, kernel: KernelVersion): number | null {
  const stats = v.speeds.get(speedKey(kernel, v.hidden)) ?? v.speeds.get(speedKey(kernel, !v.hidden));
  return stats && stats.ms > 0 ? (stats.units / stats.ms) * 1000 : null;
}

/**
 * Statistics after one more result of `units` in `ms`. The first result of a kernel pays for compiling it, and on a shared
 * GPU for everybody else's compilation too: the second one replaces it instead of being averaged with it.
 * @param trust how much it says of the volunteer, 0 to 1
 */
export function learnSpeed(
  before: SpeedStats | undefined,
  units: number,
  ms: Millis,
  expectedMs: Millis,
  trust = 1,
): SpeedStats {
  const error = expectedMs > 0 ? Math.min(4, Math.abs(ms - expectedMs) / expectedMs) : UNKNOWN_ERROR;
  const recent = units > 0 ? [ms / units, ...(before?.recent ?? [])].slice(0, RECENT_SPEEDS) : (before?.recent ?? []);
  if (!before || before.samples < WARM_SAMPLES) {
    return { units, ms, samples: (before?.samples ?? 0) + 1, error: UNKNOWN_ERROR, recent };
  }
  const weight = SPEED_WEIGHT * trust;
  return {
    units: before.units * (1 - weight) + units * weight,
    ms: before.ms * (1 - weight) + ms * weight,
    samples: before.samples + 1,
    error: before.error + 0.2 * trust * (error - before.error),
    recent,
  };
}

/** The newest of a volunteer's attempts counts so much in its `success`. */
const RECORD_WEIGHT = 1 / 8;

/** Of somebody who was never given anything. */
export const NO_RECORD: RecordStats = { success: 1, ended: 0, failed: 0, lost: 0 };

/** The record after one more attempt; one that was cancelled says nothing of its volunteer. */
export function learnRecord(before: RecordStats, end: RunEnd): RecordStats {
  if (end === 'cancelled') return before;
  const success = before.success + RECORD_WEIGHT * ((end === 'returned' ? 1 : 0) - before.success);
  return {
    success,
    ended: before.ended + 1,
    failed: before.failed + (end === 'failed' ? 1 : 0),
    lost: before.lost + (end === 'lost' ? 1 : 0),
  };
}

/** Whether the volunteer has shown its speed for a kernel, rather than only what its first result took. */
export function isWarm(v: Pick<VolunteerView, 'speeds' | 'hidden'>, kernel: KernelVersion): boolean {
  const stats = v.speeds.get(speedKey(kernel, v.hidden)) ?? v.speeds.get(speedKey(kernel, !v.hidden));
  return (stats?.samples ?? 0) >= WARM_SAMPLES;
}

/** Statistics after one more measured round trip (RFC 6298). */
export function learnRoundTrip(before: RoundTripStats | null, ms: Millis): RoundTripStats {
  if (!before) return { meanMs: ms, deviationMs: ms / 2 };
  const deviation = Math.abs(ms - before.meanMs);
  return {
    meanMs: before.meanMs + ROUND_TRIP_WEIGHT * (ms - before.meanMs),
    deviationMs: before.deviationMs + DEVIATION_WEIGHT * (deviation - before.deviationMs),
  };
}

/** Gaps after which older ones are forgotten. */
const RHYTHM_MEMORY = 32;

/**
 * Statistics after one more result (West's weighted update of mean and variance, 1979).
 * @param gapMs since the result before it; of no account for the first
 */
export function learnRhythm(before: RhythmStats | undefined, gapMs: Millis): RhythmStats {
  if (!before) return { results: 1, meanMs: 0, deviationMs: 0 };
  const weight = 1 / Math.min(before.results, RHYTHM_MEMORY);
  const difference = gapMs - before.meanMs;
  const variance = (1 - weight) * (before.deviationMs ** 2 + weight * difference ** 2);
  return {
    results: before.results + 1,
    meanMs: before.meanMs + weight * difference,
    deviationMs: Math.sqrt(variance),
  };
}

/** Statistics after one more session that is over. */
export function learnVisit(before: VisitStats | undefined, lengthMs: Millis): VisitStats {
  return { count: (before?.count ?? 0) + 1, lastMs: lengthMs };
}

/**
 * P(leaves within 60 s) by session age, measured on real browser volunteers (NodIO traces); the middles of
 * the published age bands. The hazard falls steeply: a constant rate would be wrong.
 */
const LEAVES_WITHIN_A_MINUTE: readonly (readonly [ageMs: Millis, p: Probability])[] = [
  [0, 0.55],
  [15_000, 0.5],
  [90_000, 0.32],
  [210_000, 0.17],
  [450_000, 0.11],
  [1_800_000, 0.04],
];

/** P(leaves within 60 s) at a session's age: what the plain oracle believes. */
export function leavesWithinAMinute(ageMs: Millis): Probability {
  let [fromAge, fromP] = LEAVES_WITHIN_A_MINUTE[0] ?? [0, 0.5];
  for (const [age, p] of LEAVES_WITHIN_A_MINUTE) {
    if (ageMs < age) return fromP + ((p - fromP) * (ageMs - fromAge)) / (age - fromAge);
    [fromAge, fromP] = [age, p];
  }
  return fromP;
}

/**
 * EWMA of each volunteer's speed, an age-aware hazard, EWMA of the round trip.
 * @param priorUnitsPerSecond the speed to assume of a volunteer without a result (for lack of anything better)
 */
export function createPlainOracle(priorUnitsPerSecond: (v: VolunteerView, kernel: KernelVersion) => number): Oracle {
  return {
    duration(v, t) {
      const stats = v.speeds.get(speedKey(t.kernel, v.hidden)) ?? v.speeds.get(speedKey(t.kernel, !v.hidden));
      const speed = measuredSpeed(v, t.kernel) ?? priorUnitsPerSecond(v, t.kernel);
      const median = (t.workUnits / Math.max(speed, 1e-9)) * 1000;
      // 2.5 mean absolute deviations hold about 95 % of a normal distribution.
      const spread = 2.5 * (stats?.error ?? UNKNOWN_ERROR);
      return { p025: median / (1 + spread), median, p975: median * (1 + spread) };
    },
    failure(v, within) {
      return 1 - (1 - leavesWithinAMinute(v.ageMs)) ** (within / 60_000);
    },
    roundTrip(v) {
      const { meanMs, deviationMs } = v.roundTrip ?? UNKNOWN_ROUND_TRIP;
      return { median: meanMs, p95: meanMs + 4 * deviationMs };
    },
  };
}
