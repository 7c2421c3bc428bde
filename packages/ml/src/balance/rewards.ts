import type { Millis } from '@tabgrid/protocol/ids';
import type { VolunteerView } from '@tabgrid/scheduler/oracle';
import { bounded } from '../bounded.js';

/** What a period between two pieces of advice was worth, for one volunteer. */

export interface BalancePeriod {
  /** Attempts of it that brought a result in the period, and that failed or were lost. */
  readonly successes: number;
  readonly failures: number;
  /** Mean round trip to it in the period; null when none was measured. */
  readonly latencyMs: Millis | null;
  /** The volunteer's own usual round trip (EWMA) when the period began; null when nobody knows. */
  readonly baselineMs: Millis | null;
  /** `loadVariance` of the grid when the period began, and when it ended. */
  readonly varianceBefore: number;
  readonly variance: number;
}

const SUCCESS = 10;
const FAILURE = -5;
const PER_MS = -0.1;
const FAIRNESS = 5;

/** Per period of a second: what matters lies within some twenty of them. */
export const DISCOUNT = 0.95;

/** So that even the latest success, 10 − 0.1 × 100 = 0, is worth more than a failure. */
const MOST_EXCESS_MS: Millis = 100;

/** Neither a flood of messages nor a lie about them makes a period worth more than this many. */
const MOST_COUNTED = 16;

/** Bounds on what `shapedReward` gives, from its parts. */
export const MOST_SHAPED = MOST_COUNTED * SUCCESS + FAIRNESS;
export const LEAST_SHAPED = MOST_COUNTED * FAILURE + PER_MS * MOST_EXCESS_MS - FAIRNESS;

/** A round trip longer than this is no latency but a link that was gone. */
const MOST_LATENCY_MS: Millis = 10_000;

/**
 * +10 a success, −5 a failure, −0.1 a millisecond of mean latency, +5 × (1 − load variance). Taken literally: a success at 150 ms
 * is worth what a failure is, and at 200 ms less, so that whoever learns from it finds that failing fast pays.
 */
export function rawReward(p: BalancePeriod): number {
  const { successes, failures, variance } = checked(p);
  return SUCCESS * successes + FAILURE * failures + PER_MS * latencyOf(p) + FAIRNESS * (1 - variance);
}

/**
 * The same parts, so that they cannot be played off against each other: latency counts above the volunteer's own, and is capped;
 * fairness is paid as its discounted change, which leaves the best policy the best (potential-based shaping, Ng, Harada and
 * Russell 1999).
 */
export function shapedReward(p: BalancePeriod): number {
  const { successes, failures, variance, varianceBefore } = checked(p);
  const excess = p.latencyMs === null ? 0 : latencyOf(p) - amount(p.baselineMs ?? p.latencyMs, MOST_LATENCY_MS);
  const late = PER_MS * Math.min(MOST_EXCESS_MS, Math.max(0, excess));
  const fairness = DISCOUNT * FAIRNESS * (1 - variance) - FAIRNESS * (1 - varianceBefore);
  return SUCCESS * successes + FAILURE * failures + late + fairness;
}

/** Variance of the volunteers' loads; 0 (nobody is worse off than another) without volunteers. */
export function loadVariance(views: readonly Pick<VolunteerView, 'inFlight' | 'share'>[]): number {
  if (views.length === 0) return 0;
  const loads = views.map(loadOf);
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  return loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / loads.length;
}

/** Share of what it should have that it has, 0 to 1. */
function loadOf({ inFlight, share }: Pick<VolunteerView, 'inFlight' | 'share'>): number {
  return Math.min(1, amount(inFlight, MOST_COUNTED) / Math.max(1, amount(share.attempts, MOST_COUNTED)));
}

function checked({ successes, failures, variance, varianceBefore }: BalancePeriod) {
  return {
    successes: amount(successes, MOST_COUNTED),
    failures: amount(failures, MOST_COUNTED),
    variance: amount(variance, 1),
    varianceBefore: amount(varianceBefore, 1),
  };
}

const latencyOf = ({ latencyMs }: BalancePeriod): Millis => amount(latencyMs ?? 0, MOST_LATENCY_MS);

/** Between 0 and `most`; 0 for what is no number. */
function amount(value: number, most: number): number {
  return bounded(value, 0, most, 0);
}
