import type { Millis } from '@tabgrid/protocol/ids';

/** A 95 % interval of a job's time to go, from what is predicted of its volunteers. */

export interface Worker {
  /** Until it is through with what it has: median and 95 % interval. */
  readonly free: Interval;
  /** What one more task of the job takes on it. */
  readonly task: Interval;
  /** The chance that it is gone within a minute. */
  readonly leaves: number;
}

export interface Interval {
  readonly p025: Millis;
  readonly median: Millis;
  readonly p975: Millis;
}

/**
 * When a greedy list schedule of so many equal tasks ends (Graham 1966): the first moment by which the volunteers together have
 * ended them. The late end adds one whole task beyond, which may begin just before, and counts on each volunteer only as long as
 * it is likely to stay.
 * @returns null when nobody could do anything
 */
export function etaInterval(workers: readonly Worker[], tasks: number): { low: Millis; high: Millis } | null {
  if (workers.length === 0) return null;
  if (tasks <= 0) {
    return { low: longest(workers, ({ free }) => free.p025), high: longest(workers, ({ free }) => free.p975) };
  }
  const each = tasks / workers.length;
  const low = endOf(workers, tasks, each, 'p025', 1);
  const high = endOf(workers, tasks, each, 'p975', STAYS);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  return { low: Math.max(0, low), high: Math.max(low, high) };
}

/** Of a volunteer's errors, this share (of the variance) is common to all of its tasks: the rest averages out over many. */
const COMMON = 0.5;
/** How far a chance to leave within a minute takes from what somebody will do: half of a minute's worth of it, on average. */
const STAYS = 0.5;
const LONGEST_MS: Millis = 30 * 86_400_000;

function endOf(workers: readonly Worker[], tasks: number, each: number, bound: 'p025' | 'p975', trust: number): Millis {
  const width = Math.sqrt(COMMON + (1 - COMMON) / Math.max(1, each));
  const speeds = workers.map(({ free, task, leaves }) => {
    const median = Math.max(1e-3, task.median);
    const ms = median * (Math.max(1e-3, task[bound]) / median) ** width;
    const stays = trust === 1 ? 1 : 1 - trust * Math.min(1, Math.max(0, leaves));
    return { from: Math.max(0, free[bound]), ms: ms / stays };
  });
  const doneBy = (at: Millis) => speeds.reduce((sum, { from, ms }) => sum + Math.max(0, at - from) / ms, 0);
  if (doneBy(LONGEST_MS) < tasks) return Number.POSITIVE_INFINITY;
  let [early, late] = [0, LONGEST_MS];
  // To a thousandth of a second and far below.
  for (let i = 0; i < 60; i++) {
    const middle = (early + late) / 2;
    if (doneBy(middle) < tasks) early = middle;
    else late = middle;
  }
  const last = speeds.map(({ ms }) => ms).sort((a, b) => a - b)[speeds.length >> 1] ?? 0;
  return bound === 'p975' ? late + last : late;
}

function longest(workers: readonly Worker[], of: (worker: Worker) => Millis): Millis {
  return workers.reduce((most, worker) => Math.max(most, of(worker)), 0);
}
