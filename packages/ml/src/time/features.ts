import { type FeatureContext, localTime } from '@tabgrid/ml/context';
import { type SpeedStats, speedKey, type TaskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import { bucketOf, clamp, logOf } from './bounded.js';

/**
 * What a completion time is predicted from. Every feature is a finite number of the order of 1, whatever the views hold; what
 * nobody knows is 0 and has a flag beside it.
 */

interface Seen {
  readonly v: VolunteerView;
  readonly t: TaskView;
  readonly c: FeatureContext;
  readonly stats: SpeedStats | undefined;
  /** Logarithms of the last results' times ÷ the running mean, the newest first. */
  readonly recent: readonly number[];
  readonly sorted: readonly number[];
  /** Half the width of the plain interval, in log time. */
  readonly half: number;
  readonly hour: number;
  readonly weekday: number;
  readonly usual: number | null;
  readonly adapter: number;
  readonly kernel: number;
}

type Feature = readonly [name: string, of: (seen: Seen) => number];

const RECENT = 8;
const BUCKETS = 4;
const PATHS = ['direct', 'turn', 'relay', 'local'] as const;

/** Ratios beyond e⁴ say the same as e⁴. */
const MOST_LOG = 4;
/** Narrower plain intervals than 3 % are an accident. */
const LEAST_HALF = 0.03;

const flag = (value: boolean) => (value ? 1 : 0);
const places = Array.from({ length: RECENT }, (_, i) => i);
const buckets = Array.from({ length: BUCKETS }, (_, i) => i);

/** `log` in units of the plain interval's half width, where a small difference counts most. */
const scaled = (log: number, { half }: Seen) => clamp(log / half, -1, 1);
const middle = ({ sorted }: Seen) => sorted[sorted.length >> 1] ?? 0;
const shortest = ({ sorted }: Seen) => sorted[0] ?? 0;
const longest = ({ sorted }: Seen) => sorted.at(-1) ?? 0;

const FEATURES: readonly Feature[] = [
  // How it did so far.
  ['speed known', (s) => flag(s.stats !== undefined)],
  ['mean time', (s) => (s.stats ? logOf((s.t.workUnits * s.stats.ms) / Math.max(s.stats.units, 1e-9), 8) : 0)],
  ['results', (s) => logOf(s.stats?.samples ?? 0, 3)],
  ['few results', (s) => clamp((s.stats?.samples ?? 0) / RECENT, 0, 1)],
  ['error', (s) => clamp(s.stats?.error ?? 0.5, 0, 4)],
  ['spread', (s) => Math.log(s.half)],
  ...places.map((i): Feature => [`result ${i + 1} before`, (s) => s.recent[i] ?? 0]),
  ['median of recent', middle],
  ['shortest of recent', shortest],
  ['longest of recent', longest],
  ...places.map((i): Feature => [`result ${i + 1} before, scaled`, (s) => scaled(s.recent[i] ?? 0, s)]),
  ['median of recent, scaled', (s) => scaled(middle(s), s)],
  ['shortest of recent, scaled', (s) => scaled(shortest(s), s)],
  ['longest of recent, scaled', (s) => scaled(longest(s), s)],
  ['success', ({ v }) => clamp(v.record.success, 0, 1)],
  ['attempts ended', ({ v }) => logOf(v.record.ended, 3)],
  ['failed share', ({ v }) => clamp(v.record.failed / Math.max(1, v.record.ended), 0, 1)],
  ['lost share', ({ v }) => clamp(v.record.lost / Math.max(1, v.record.ended), 0, 1)],
  // What it is.
  ['scores known', ({ v }) => flag(v.capabilities.scores !== undefined)],
  ['GPU score', ({ v }) => logOf(v.capabilities.scores?.gpu ?? 0, 8)],
  ['CPU score', ({ v }) => logOf(v.capabilities.scores?.cpu ?? 0, 8)],
  ['cores', ({ v }) => logOf(v.capabilities.cpuCores, 3)],
  ['software adapter', ({ v }) => flag(v.capabilities.software)],
  ...buckets.map((i): Feature => [`adapter bucket ${i}`, (s) => flag(s.adapter === i)]),
  // What it is to do.
  ['work units', ({ t }) => logOf(t.workUnits, 8)],
  ['input bytes', ({ t }) => logOf(t.inputBytes, 12)],
  ['output bytes', ({ t }) => logOf(t.outputBytes, 12)],
  ['bytes a unit', ({ t }) => logOf((t.inputBytes + t.outputBytes) / Math.max(t.workUnits, 1e-9), 8)],
  ...buckets.map((i): Feature => [`kernel bucket ${i}`, (s) => flag(s.kernel === i)]),
  // When.
  ['hour sine', ({ hour }) => Math.sin((hour / 12) * Math.PI)],
  ['hour cosine', ({ hour }) => Math.cos((hour / 12) * Math.PI)],
  ['weekday sine', ({ weekday }) => Math.sin((weekday / 3.5) * Math.PI)],
  ['weekday cosine', ({ weekday }) => Math.cos((weekday / 3.5) * Math.PI)],
  ['weekend', ({ weekday }) => flag(weekday === 0 || weekday === 6)],
  // How busy it and everybody is.
  ['in flight', ({ v }) => logOf(v.inFlight, 2)],
  ['usual load known', ({ usual }) => flag(usual !== null)],
  ['usual load', ({ usual }) => clamp(usual ?? 0, 0, 1)],
  ['volunteers', ({ v }) => logOf(v.grid.volunteers, 5)],
  ['busy share', ({ v }) => clamp(v.grid.busyShare, 0, 1)],
  ['tasks waiting', ({ v }) => logOf(v.grid.waiting, 6)],
  // Its link.
  ['round trip known', ({ v }) => flag(v.roundTrip !== null)],
  ['round trip', ({ v }) => logOf(v.roundTrip?.meanMs ?? 0, 5)],
  ['round trip deviation', ({ v }) => logOf(v.roundTrip?.deviationMs ?? 0, 5)],
  ['link known', ({ v }) => flag(v.link !== null)],
  ...PATHS.map((path): Feature => [`path ${path}`, ({ v }) => flag(v.link?.path === path)]),
  ['jitter', ({ v }) => logOf(v.link?.jitterMs ?? 0, 5)],
  ['late heartbeats', ({ v }) => clamp(v.link?.lateShare ?? 0, 0, 1)],
  ['congestion', ({ v }) => clamp(v.link?.congestion ?? 0, 0, 1)],
  ['silence', ({ v }) => logOf(v.link?.silentMs ?? 0, 8)],
  // Its session.
  ['age', ({ v }) => logOf(v.ageMs, 10)],
  ['hidden', ({ v }) => flag(v.hidden)],
  ['since result', ({ v }) => logOf(v.sinceReturnMs, 8)],
  ['since sign', ({ v }) => logOf(v.sinceSignMs, 8)],
  ['telemetry known', ({ v }) => flag(v.telemetry !== null)],
  ['intensity', ({ v }) => clamp(v.telemetry?.intensity ?? 0, 0, 1)],
  ['battery known', ({ v }) => flag((v.telemetry?.battery ?? null) !== null)],
  ['battery level', ({ v }) => clamp(v.telemetry?.battery?.level ?? 0, 0, 1)],
  ['charging', ({ v }) => flag(v.telemetry?.battery?.charging ?? false)],
];

/** What each number is, in the order of `timeFeatures`. */
export const TIME_FEATURES: readonly string[] = FEATURES.map(([name]) => name);

/** A row of finite numbers, as long as `TIME_FEATURES`. */
export function timeFeatures(v: VolunteerView, t: TaskView, c: FeatureContext): number[] {
  const stats = v.speeds.get(speedKey(t.kernel, v.hidden)) ?? v.speeds.get(speedKey(t.kernel, !v.hidden));
  const meanLog = stats ? Math.log(stats.ms / stats.units) : Number.NaN;
  const recent = (stats?.recent ?? []).slice(0, RECENT).map((msPerUnit) => finite(Math.log(msPerUnit) - meanLog));
  const { hour, weekday } = localTime(c, v.now);
  const { vendor, architecture } = v.capabilities.adapter;
  const seen: Seen = {
    ...{ v, t, c, stats, recent, hour, weekday },
    sorted: [...recent].sort((a, b) => a - b),
    half: Math.max(LEAST_HALF, Math.log1p(2.5 * clamp(stats?.error ?? 0.5, 0, 4))),
    usual: Number.isFinite(hour) ? c.usualLoad(Math.floor(hour)) : null,
    adapter: bucketOf(`${vendor} ${architecture}`, BUCKETS),
    kernel: bucketOf(`${t.kernel.kind}@${t.kernel.version}`, BUCKETS),
  };
  return FEATURES.map(([, of]) => {
    const value = of(seen);
    return Number.isFinite(value) ? value : 0;
  });
}

function finite(log: number): number {
  return Number.isNaN(log) ? 0 : clamp(log, -MOST_LOG, MOST_LOG);
}
