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
  /** log(1 + what its results so far let expect of this task, ms), 0 before the first; the same of work units, tasks that wait, ms since a result. */
  readonly meanLog: number;
  readonly workLog: number;
  readonly waitingLog: number;
  readonly sinceLog: number;
  readonly hour: number;
  readonly weekday: number;
  readonly usual: number | null;
  readonly adapter: number;
  readonly kernel: number;
}

/** @see TIME_PRIORS */
type Feature = readonly [name: string, of: (seen: Seen) => number, prior: number];

/** Of what a time is made of; of each single result before; of what may matter somewhere, some day. */
const PRIME = 1;
const EACH = 0.1;
const SELDOM = 0.03;

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

/** A second, a minute, an hour: every factor of e from 7 ms to five days, a little coarser at the ends. */
const TIME_EDGES = [0, ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 16, 20].map(Math.exp)];
const WORK_EDGES = [0, ...[4, 6, 8, 9, 10, 11, 12, 13, 15, 18, 22].map(Math.exp)];
const WAITING_EDGES = [0, 1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 1024, 16_384];

/**
 * How far a number is through each of some spans, 0 before it and 1 behind it: where a time depends on it in bends, few outcomes are
 * enough to learn that (piecewise linear encoding; Gorishniy, Rubachev and Babenko 2022).
 * @param logOf log(1 + the number): along a span it is linear in that
 */
function steps(name: string, edges: readonly number[], logOf: (seen: Seen) => number): readonly Feature[] {
  const logs = edges.map(Math.log1p);
  return logs.slice(1).map((to, i): Feature => {
    const from = logs[i] ?? 0;
    const per = 1 / (to - from);
    return [`${name}, step ${i + 1}`, (seen) => clamp((logOf(seen) - from) * per, 0, 1), PRIME];
  });
}

const FEATURES: readonly Feature[] = [
  // How it did so far.
  ['speed known', (s) => flag(s.stats !== undefined), PRIME],
  ['mean time', ({ meanLog }) => Math.min(4, meanLog / 8), PRIME],
  ...steps('mean time', TIME_EDGES, ({ meanLog }) => meanLog),
  ['results', (s) => logOf(s.stats?.samples ?? 0, 3), PRIME],
  ['few results', (s) => clamp((s.stats?.samples ?? 0) / RECENT, 0, 1), PRIME],
  ['error', (s) => clamp(s.stats?.error ?? 0.5, 0, 4), PRIME],
  ['spread', (s) => Math.log(s.half), PRIME],
  ...places.map((i): Feature => [`result ${i + 1} before`, (s) => s.recent[i] ?? 0, EACH]),
  ['median of recent', middle, PRIME],
  ['shortest of recent', shortest, PRIME],
  ['longest of recent', longest, PRIME],
  ...places.map((i): Feature => [`result ${i + 1} before, scaled`, (s) => scaled(s.recent[i] ?? 0, s), EACH]),
  ['median of recent, scaled', (s) => scaled(middle(s), s), PRIME],
  ['shortest of recent, scaled', (s) => scaled(shortest(s), s), PRIME],
  ['longest of recent, scaled', (s) => scaled(longest(s), s), PRIME],
  ['success', ({ v }) => clamp(v.record.success, 0, 1), SELDOM],
  ['attempts ended', ({ v }) => logOf(v.record.ended, 3), SELDOM],
  ['failed share', ({ v }) => clamp(v.record.failed / Math.max(1, v.record.ended), 0, 1), SELDOM],
  ['lost share', ({ v }) => clamp(v.record.lost / Math.max(1, v.record.ended), 0, 1), SELDOM],
  // What it is.
  ['scores known', ({ v }) => flag(v.capabilities.scores !== undefined), SELDOM],
  ['GPU score', ({ v }) => logOf(v.capabilities.scores?.gpu ?? 0, 8), PRIME],
  ['CPU score', ({ v }) => logOf(v.capabilities.scores?.cpu ?? 0, 8), SELDOM],
  ['cores', ({ v }) => logOf(v.capabilities.cpuCores, 3), SELDOM],
  ['software adapter', ({ v }) => flag(v.capabilities.software), SELDOM],
  ...buckets.map((i): Feature => [`adapter bucket ${i}`, (s) => flag(s.adapter === i), SELDOM]),
  // What it is to do.
  ['work units', ({ workLog }) => Math.min(4, workLog / 8), PRIME],
  ...steps('work units', WORK_EDGES, ({ workLog }) => workLog),
  ['input bytes', ({ t }) => logOf(t.inputBytes, 12), PRIME],
  ['output bytes', ({ t }) => logOf(t.outputBytes, 12), PRIME],
  ['bytes a unit', ({ t }) => logOf((t.inputBytes + t.outputBytes) / Math.max(t.workUnits, 1e-9), 8), PRIME],
  ...buckets.map((i): Feature => [`kernel bucket ${i}`, (s) => flag(s.kernel === i), SELDOM]),
  // When.
  ['hour sine', ({ hour }) => Math.sin((hour / 12) * Math.PI), SELDOM],
  ['hour cosine', ({ hour }) => Math.cos((hour / 12) * Math.PI), SELDOM],
  ['weekday sine', ({ weekday }) => Math.sin((weekday / 3.5) * Math.PI), SELDOM],
  ['weekday cosine', ({ weekday }) => Math.cos((weekday / 3.5) * Math.PI), SELDOM],
  ['weekend', ({ weekday }) => flag(weekday === 0 || weekday === 6), SELDOM],
  // How busy it and everybody is.
  ['in flight', ({ v }) => logOf(v.inFlight, 2), PRIME],
  ['usual load known', ({ usual }) => flag(usual !== null), SELDOM],
  ['usual load', ({ usual }) => clamp(usual ?? 0, 0, 1), SELDOM],
  ['volunteers', ({ v }) => logOf(v.grid.volunteers, 5), SELDOM],
  ['busy share', ({ v }) => clamp(v.grid.busyShare, 0, 1), SELDOM],
  ['tasks waiting', ({ waitingLog }) => Math.min(4, waitingLog / 6), PRIME],
  ...steps('tasks waiting', WAITING_EDGES, ({ waitingLog }) => waitingLog),
  // Its link.
  ['round trip known', ({ v }) => flag(v.roundTrip !== null), SELDOM],
  ['round trip', ({ v }) => logOf(v.roundTrip?.meanMs ?? 0, 5), SELDOM],
  ['round trip deviation', ({ v }) => logOf(v.roundTrip?.deviationMs ?? 0, 5), SELDOM],
  ['link known', ({ v }) => flag(v.link !== null), SELDOM],
  ...PATHS.map((path): Feature => [`path ${path}`, ({ v }) => flag(v.link?.path === path), SELDOM]),
  ['jitter', ({ v }) => logOf(v.link?.jitterMs ?? 0, 5), SELDOM],
  ['late heartbeats', ({ v }) => clamp(v.link?.lateShare ?? 0, 0, 1), SELDOM],
  ['congestion', ({ v }) => clamp(v.link?.congestion ?? 0, 0, 1), SELDOM],
  ['silence', ({ v }) => logOf(v.link?.silentMs ?? 0, 8), SELDOM],
  // Its session.
  ['age', ({ v }) => logOf(v.ageMs, 10), SELDOM],
  ['hidden', ({ v }) => flag(v.hidden), PRIME],
  ['since result', ({ sinceLog }) => Math.min(4, sinceLog / 8), PRIME],
  ...steps('since result', TIME_EDGES, ({ sinceLog }) => sinceLog),
  ['since sign', ({ v }) => logOf(v.sinceSignMs, 8), SELDOM],
  ['telemetry known', ({ v }) => flag(v.telemetry !== null), SELDOM],
  ['intensity', ({ v }) => clamp(v.telemetry?.intensity ?? 0, 0, 1), PRIME],
  ['battery known', ({ v }) => flag((v.telemetry?.battery ?? null) !== null), SELDOM],
  ['battery level', ({ v }) => clamp(v.telemetry?.battery?.level ?? 0, 0, 1), SELDOM],
  ['charging', ({ v }) => flag(v.telemetry?.battery?.charging ?? false), SELDOM],
];

/** What each number is, in the order of `timeFeatures`. */
export const TIME_FEATURES: readonly string[] = FEATURES.map(([name]) => name);

/**
 * How much each is believed to matter before anything was seen, 0 to 1: the net gets its normalised value times that, so that what
 * matters seldom needs more evidence to have a say, and a hundred numbers do not teach a few outcomes by heart (a prior on the scale of
 * each input's weights, after MacKay 1994).
 */
export const TIME_PRIORS: readonly number[] = FEATURES.map(([, , prior]) => prior);

/** Taken apart once: this is asked for before every decision. */
const READ = FEATURES.map(([, of]) => of);

/** A row of finite numbers, as long as `TIME_FEATURES`. */
export function timeFeatures(v: VolunteerView, t: TaskView, c: FeatureContext): number[] {
  const stats = v.speeds.get(speedKey(t.kernel, v.hidden)) ?? v.speeds.get(speedKey(t.kernel, !v.hidden));
  const perUnitLog = stats ? Math.log(stats.ms / stats.units) : Number.NaN;
  const recent = (stats?.recent ?? []).slice(0, RECENT).map((msPerUnit) => finite(Math.log(msPerUnit) - perUnitLog));
  const { hour, weekday } = localTime(c, v.now);
  const { vendor, architecture } = v.capabilities.adapter;
  const seen: Seen = {
    v,
    t,
    c,
    stats,
    recent,
    hour,
    weekday,
    sorted: [...recent].sort((a, b) => a - b),
    half: Math.max(LEAST_HALF, Math.log1p(2.5 * clamp(stats?.error ?? 0.5, 0, 4))),
    meanLog: stats ? log((t.workUnits * stats.ms) / Math.max(stats.units, 1e-9)) : 0,
    workLog: log(t.workUnits),
    waitingLog: log(v.grid.waiting),
    sinceLog: log(v.sinceReturnMs),
    usual: Number.isFinite(hour) ? c.usualLoad(Math.floor(hour)) : null,
    adapter: bucketOf(`${vendor} ${architecture}`, BUCKETS),
    kernel: bucketOf(`${t.kernel.kind}@${t.kernel.version}`, BUCKETS),
  };
  return READ.map((of) => {
    const value = of(seen);
    return Number.isFinite(value) ? value : 0;
  });
}

/** log(1 + value); 0 for what is negative or NaN. */
const log = (value: number): number => (value > 0 ? Math.log1p(value) : 0);

function finite(value: number): number {
  return Number.isNaN(value) ? 0 : clamp(value, -MOST_LOG, MOST_LOG);
}
