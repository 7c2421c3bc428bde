import type { LatencyPart } from './part.js';
import type { Residuals } from './predict.js';
import type { Trip } from './replay.js';

type Factors = NonNullable<LatencyPart['net']>['factors'];

/** Below this, the 0.975 quantile of the scores is beyond all of them. */
export const LEAST_CALIBRATED = 39;

/**
 * Split conformal calibration at each quantile (Lei et al. 2018; normalised by the net's own half-widths): the factor is the
 * ⌈(n + 1) q⌉-th smallest score of trips that the net was not trained on, so that a new one like them is below with probability q
 * whatever their distribution. Weighted, so that one volunteer's many trips do not outweigh the others'.
 * @param trips at least `LEAST_CALIBRATED`
 */
export function calibrate(
  trips: readonly Trip[],
  weightOf: (trip: Trip) => number,
  residuals: (features: ArrayLike<number>) => Residuals,
): Factors {
  const up: Score[] = [];
  const down: Score[] = [];
  for (const trip of trips) {
    const { middle, below, above } = residuals(trip.features);
    const weight = weightOf(trip);
    up.push({ score: (trip.residual - middle) / above, weight });
    down.push({ score: (middle - trip.residual) / below, weight });
  }
  for (const scores of [up, down]) scores.sort((a, b) => a.score - b.score);
  return { p025: scoreAt(down, 0.975), p95: scoreAt(up, 0.95), p975: scoreAt(up, 0.975) };
}

interface Score {
  readonly score: number;
  readonly weight: number;
}

/** Never below 0: a 0.95 quantile is not below the median. */
function scoreAt(ascending: readonly Score[], q: number): number {
  // The new one itself, of which nothing is known.
  let rest = q * ascending.reduce((sum, { weight }) => sum + weight, 1);
  let found = 0;
  for (const { score, weight } of ascending) {
    if (rest <= ROUNDING) break;
    found = score;
    rest -= weight;
  }
  return Math.min(MOST_FACTOR, Math.max(0, found));
}

const ROUNDING = 1e-9;
const MOST_FACTOR = 1e6;
