import type { LinkQuality, VolunteerView } from '@tabgrid/scheduler/oracle';
import { bounded, bucketOf, logBounded } from '../bounded.js';
import { type FeatureContext, localTime } from '../context.js';

const PATHS: readonly LinkQuality['path'][] = ['direct', 'turn', 'relay', 'local'];
const REGION_BUCKETS = 4;
const PROVIDER_BUCKETS = 8;

/** What the latency model sees: the link's history, hour, path, where the volunteer comes from, how busy everything is. */
export const LATENCY_FEATURES: readonly string[] = [
  // log(1 + ms), each.
  'meanMs',
  'deviationMs',
  'jitterMs',
  'silentMs',
  /** 1: nothing was measured yet. */
  'noRoundTrip',
  'noLink',
  'lateShare',
  'congestion',
  ...PATHS,
  'hourSin',
  'hourCos',
  'weekend',
  'busyShare',
  /** Busy share above what is usual at this hour; 0 when nobody knows. */
  'aboveUsual',
  /** log(1 + tasks that wait ÷ volunteers), log(1 + attempts). */
  'waiting',
  'inFlight',
  'hidden',
  'intensity',
  // Hashed names: no list of them is kept, and one that is new has a place.
  'noRegion',
  ...Array.from({ length: REGION_BUCKETS }, (_, i) => `region${i}`),
  'noProvider',
  ...Array.from({ length: PROVIDER_BUCKETS }, (_, i) => `provider${i}`),
];

const HOUR_MS = 3_600_000;

export function latencyFeatures(v: VolunteerView, c: FeatureContext): number[] {
  const { roundTrip, link, grid, origin, telemetry } = v;
  const { hour, weekday } = timeOf(v, c);
  const turn = (2 * Math.PI * hour) / 24;
  const busy = bounded(grid.busyShare, 0, 1, 0);
  return [
    logBounded(roundTrip?.meanMs, HOUR_MS),
    logBounded(roundTrip?.deviationMs, HOUR_MS),
    logBounded(link?.jitterMs, HOUR_MS),
    logBounded(link?.silentMs, HOUR_MS),
    roundTrip ? 0 : 1,
    link ? 0 : 1,
    bounded(link?.lateShare, 0, 1, 0),
    bounded(link?.congestion, 0, 1, 0),
    ...PATHS.map((path) => (link?.path === path ? 1 : 0)),
    Math.sin(turn),
    Math.cos(turn),
    weekday === 0 || weekday === 6 ? 1 : 0,
    busy,
    busy - bounded(c.usualLoad(Math.floor(hour)), 0, 1, busy),
    logBounded(bounded(grid.waiting, 0, 1e9, 0) / bounded(grid.volunteers, 1, 1e6, 1), 1e6),
    logBounded(v.inFlight, 64),
    v.hidden ? 1 : 0,
    bounded(telemetry?.intensity, 0, 1, 1),
    ...bucketed(origin.region, REGION_BUCKETS),
    ...bucketed(origin.provider, PROVIDER_BUCKETS),
  ];
}

/** The first is for nobody knows. */
function bucketed(name: string | null, buckets: number): number[] {
  const at = name === null ? 0 : 1 + bucketOf(name.slice(0, 100), buckets);
  return Array.from({ length: buckets + 1 }, (_, i) => (i === at ? 1 : 0));
}

function timeOf({ now }: VolunteerView, c: FeatureContext): { readonly hour: number; readonly weekday: number } {
  const { hour, weekday } = localTime(c, bounded(now, 0, 1e15, 0));
  return Number.isFinite(hour) && Number.isFinite(weekday) ? { hour: bounded(hour, 0, 23.999, 0), weekday } : NOON;
}

const NOON = { hour: 12, weekday: 3 };
