import { createRandom } from '@tabgrid/scheduler/random';
import { quantile } from '@tabgrid/simulator/statistics';
import { median } from '../result.js';

export interface Estimate {
  readonly median: number;
  /** 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/** The median and its percentile-bootstrap interval (Efron 1979); the same for the same values. */
export function estimate(values: readonly number[]): Estimate {
  const random = createRandom(1);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random.next() * values.length)] ?? Number.NaN)),
  );
  return { median: median(values), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}
