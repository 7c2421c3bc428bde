import type { VolunteerView } from '@tabgrid/scheduler/oracle';
import { bounded, logBounded } from '../bounded.js';
import type { FeatureContext } from '../context.js';
import { localTime } from '../context.js';

/** What the balance model sees: system load, capacities, network state. In the order of `balanceFeatures`. */
export const BALANCE_FEATURES = [
  /** How many attempts the policy itself would have it hold. */
  'usual',
  /** log(1 + tasks that wait ÷ volunteers). */
  'waiting',
  'busyShare',
  /** Busy share above what is usual at this hour; 0 when nobody knows. */
  'aboveUsual',
  /** log(1 + ms) of its usual task, 0 before the first. */
  'taskMs',
  /** log2(how many of its tasks end within one turnaround); −10 before the first. */
  'turnaround',
  /** log(1 + ms). */
  'roundTrip',
  'jitter',
  'lateShare',
  'congestion',
  /** log(1 + s) since it joined. */
  'age',
  'success',
  'hidden',
  'inFlight',
] as const;

/** At which place a feature stands. */
export function placeOf(name: (typeof BALANCE_FEATURES)[number]): number {
  return BALANCE_FEATURES.indexOf(name);
}

const DAY_MS = 86_400_000;
/** Before anything was measured. */
const UNKNOWN_TRIP_MS = 60;
const UNKNOWN_TURNAROUND = -10;

export function balanceFeatures(v: VolunteerView, pending: number, c: FeatureContext): number[] {
  const { roundTrip, link, grid, record } = v;
  const volunteers = bounded(grid.volunteers, 1, 1e6, 1);
  const busy = bounded(grid.busyShare, 0, 1, 0);
  const tripMs = bounded(roundTrip?.meanMs, 0, DAY_MS, UNKNOWN_TRIP_MS);
  const slowTripMs = tripMs + 4 * bounded(roundTrip?.deviationMs, 0, DAY_MS, 0);
  const taskMs = usualTaskMs(v);
  return [
    bounded(v.usual ?? v.share.attempts, 1, 16, 2),
    logBounded(bounded(pending, 0, 1e9, 0) / volunteers, 1e6),
    busy,
    busy - bounded(usualLoadNow(v, c), 0, 1, busy),
    logBounded(taskMs, DAY_MS),
    taskMs > 0 ? bounded(Math.log2((slowTripMs + 1) / taskMs), -10, 10, 0) : UNKNOWN_TURNAROUND,
    logBounded(tripMs, DAY_MS),
    logBounded(link?.jitterMs, DAY_MS),
    bounded(link?.lateShare, 0, 1, 0),
    bounded(link?.congestion, 0, 1, 0),
    logBounded(bounded(v.ageMs, 0, 30 * DAY_MS, 0) / 1000, 1e9),
    bounded(record.success, 0, 1, 1),
    v.hidden ? 1 : 0,
    bounded(v.inFlight, 0, 16, 0),
  ];
}

function usualLoadNow({ now }: VolunteerView, c: FeatureContext): number | null {
  const { hour } = localTime(c, bounded(now, 0, 1e15, 0));
  return Number.isFinite(hour) ? c.usualLoad(Math.floor(hour)) : null;
}

/** What its results took, over its kernels by how many there were; 0 before the first. */
function usualTaskMs({ speeds }: VolunteerView): number {
  let sum = 0;
  let weight = 0;
  for (const stats of speeds.values()) {
    const samples = bounded(stats.samples, 0, 1e6, 0);
    sum += bounded(stats.ms, 0, DAY_MS, 0) * samples;
    weight += samples;
  }
  return weight > 0 ? sum / weight : 0;
}
