import type { VolunteerId } from '@tabgrid/protocol/ids';

/** A result's time, for each of its camera samples. */
export interface TimedRun {
  readonly volunteer: VolunteerId;
  /** In steps, and in ms on the volunteer. */
  readonly cost: number;
  readonly ms: number;
}

/** Shares of the mean cost that are tried. */
const TRIED = [0, 0.03, 0.06, 0.12, 0.25, 0.5, 1, 2, 4];
/** Below so many results beside each volunteer's first they say nothing. */
const LEAST_RUNS = 12;

/**
 * What a camera sample takes beside its steps, as a share of the mean cost: with it, a volunteer's times are most nearly
 * proportional to what its tasks cost. Volunteers are compared with themselves alone, so that their speeds do not matter.
 */
export function overheadOf(runs: readonly TimedRun[]): number {
  const by = new Map<VolunteerId, TimedRun[]>();
  for (const run of runs) {
    if (!(run.cost > 0 && run.ms > 0)) continue;
    by.set(run.volunteer, [...(by.get(run.volunteer) ?? []), run]);
  }
  const groups = [...by.values()];
  const free = groups.reduce((sum, group) => sum + group.length - 1, 0);
  if (free < LEAST_RUNS) return 0;
  const all = groups.flat();
  const mean = all.reduce((sum, { cost }) => sum + cost, 0) / all.length;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const share of TRIED) {
    const off = groups.reduce((sum, group) => sum + spreadOf(group, share * mean), 0);
    // Nearly as good is not better: times are noisy.
    if (off < 0.97 * least) [best, least] = [share, off];
  }
  return best;
}

/** Sum of absolute deviations of the logarithm of time ÷ cost from its median: a slow spell of the machine counts little. */
function spreadOf(group: readonly TimedRun[], extra: number): number {
  const logs = group.map(({ cost, ms }) => Math.log(ms / (cost + extra))).sort((a, b) => a - b);
  const middle = logs[logs.length >> 1] ?? 0;
  return logs.reduce((sum, log) => sum + Math.abs(log - middle), 0);
}
