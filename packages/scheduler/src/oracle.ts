import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, KernelVersion } from '@tabgrid/protocol/task';
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
}

export interface RoundTripStats {
  readonly meanMs: Millis;
  /** EWMA of the absolute deviation (as TCP's RTTVAR, RFC 6298). */
  readonly deviationMs: Millis;
}

export interface VolunteerView {
  readonly id: VolunteerId;
  readonly capabilities: Capabilities;
  readonly hidden: boolean;
  /** Since it joined. */
  readonly ageMs: Millis;
  /** By `speedKey`. */
  readonly speeds: ReadonlyMap<string, SpeedStats>;
  readonly roundTrip: RoundTripStats | null;
}

export interface TaskView {
  readonly kernel: KernelVersion;
  readonly workUnits: number;
}

export interface Oracle {
  /** Time on the volunteer from the start of the task to its result being here, queue not counted. */
  duration(v: VolunteerView, t: TaskView): { readonly p025: Millis; readonly median: Millis; readonly p975: Millis };
  /** The chance that it is gone `within` from now. */
  failure(v: VolunteerView, within: Millis): Probability;
  roundTrip(v: VolunteerView): { readonly median: Millis; readonly p95: Millis };
}

/**
 * Advice on how to share work out: how many attempts each volunteer should have. The scheduler clamps it. Asked about once a
 * second.
 * @param pending tasks that wait
 * @param u the scheduler's seeded source, for exploration that a replay repeats
 */
export interface Advice {
  share(volunteers: readonly VolunteerView[], pending: number, u: Random): ReadonlyMap<VolunteerId, number>;
}

/** EWMA(0.5) predicts run times of near-equal tasks within 5–9 % (FACTS §6). */
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
 */
export function learnSpeed(before: SpeedStats | undefined, units: number, ms: Millis, expectedMs: Millis): SpeedStats {
  const error = expectedMs > 0 ? Math.min(4, Math.abs(ms - expectedMs) / expectedMs) : UNKNOWN_ERROR;
  if (!before || before.samples < WARM_SAMPLES) {
    return { units, ms, samples: (before?.samples ?? 0) + 1, error: UNKNOWN_ERROR };
  }
  return {
    units: before.units * (1 - SPEED_WEIGHT) + units * SPEED_WEIGHT,
    ms: before.ms * (1 - SPEED_WEIGHT) + ms * SPEED_WEIGHT,
    samples: before.samples + 1,
    error: before.error * 0.8 + error * 0.2,
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

/**
 * P(leaves within 60 s) by session age, measured on real browser volunteers (FACTS §6, NodIO traces); the middles of
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

function leavesWithinAMinute(ageMs: Millis): Probability {
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
