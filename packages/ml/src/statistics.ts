import type { Millis } from '@tabgrid/protocol/ids';
import type { RunObservation } from './observation.js';

/** What is known of one volunteer and one kernel, over the outcomes that are kept and all those before that this page saw. */
export interface VolunteerStatistics {
  readonly volunteer: string;
  readonly kernel: string;
  /** Attempts that brought a result, and that did not. */
  readonly done: number;
  readonly cut: number;
  /** Of those that brought a result. */
  readonly meanMs: Millis;
  readonly deviationMs: Millis;
  /** Median would be dearer: mean of |log(said median ÷ taken)|. */
  readonly meanLogError: number;
  /** ms since 1970. */
  readonly lastAt: number;
}

export interface Statistics {
  add(run: RunObservation): void;
  /** The latest heard of last. */
  value(): readonly VolunteerStatistics[];
}

/** Pairs of volunteer and kernel; beyond, whoever was not heard of for longest is forgotten. */
const MOST = 2_000;

interface Sums {
  done: number;
  cut: number;
  mean: number;
  /** Sum of squared differences from the mean (Welford 1962). */
  squares: number;
  logError: number;
  lastAt: number;
}

export function createStatistics(): Statistics {
  const known = new Map<string, { readonly volunteer: string; readonly kernel: string; readonly sums: Sums }>();
  return {
    add({ volunteer, kernel, ms, end, said, at }) {
      const key = `${volunteer} ${kernel}`;
      const found = known.get(key) ?? {
        volunteer,
        kernel,
        sums: { done: 0, cut: 0, mean: 0, squares: 0, logError: 0, lastAt: at },
      };
      // Put at the end: the first of a map is the one not heard of for longest.
      known.delete(key);
      known.set(key, found);
      if (known.size > MOST) {
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      }
      const { sums } = found;
      sums.lastAt = at;
      if (end === 'cut') {
        sums.cut++;
        return;
      }
      sums.done++;
      const difference = ms - sums.mean;
      sums.mean += difference / sums.done;
      sums.squares += difference * (ms - sums.mean);
      const error = Math.abs(Math.log(said.median / ms));
      sums.logError += ((Number.isFinite(error) ? error : 0) - sums.logError) / sums.done;
    },
    value: () =>
      [...known.values()].map(({ volunteer, kernel, sums }) => ({
        volunteer,
        kernel,
        done: sums.done,
        cut: sums.cut,
        meanMs: sums.mean,
        deviationMs: sums.done > 1 ? Math.sqrt(sums.squares / (sums.done - 1)) : 0,
        meanLogError: sums.logError,
        lastAt: sums.lastAt,
      })),
  };
}
