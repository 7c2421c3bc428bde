import type { Millis } from '@tabgrid/protocol/ids';
import type { Capabilities } from '@tabgrid/protocol/task';
import type { LinkQuality, TelemetryView } from '@tabgrid/scheduler/oracle';
import { exponential, logNormal, stream, uniform } from './draws.js';
import type { Profile, Signs as SignsProfile } from './profile.js';
import type { Span } from './steps.js';

/**
 * What a session shows of itself beside its work: claims, its link's quality, where it is from. Some of it announces its end, and
 * some of it only looks like that. Drawn from streams of its own: a world is otherwise the same with and without.
 */
export interface Signs {
  readonly scores: NonNullable<Capabilities['scores']>;
  readonly region: string;
  readonly provider: string;
  /** Share of its time that it lends. */
  readonly intensity: number;
  readonly path: LinkQuality['path'];
  readonly calmJitterMs: Millis;
  /** null for a machine on the mains, or one that does not tell. */
  readonly battery: Battery | null;
  /** Its link fails slowly until it is gone then; null for one that does not, or not slowly. */
  readonly failing: { readonly until: Millis; readonly warningMs: Millis } | null;
  /** Its link is as bad (0 to 1) for these times, and nothing comes of it. */
  readonly storms: readonly (Span & { readonly bad: number })[];
}

/** A level, 0 to 1, that is known at one time and changes evenly, never below `least`. */
interface Battery {
  readonly at: Millis;
  readonly level: number;
  readonly perMs: number;
  readonly least: number;
  readonly charging: boolean;
}

/** Whose signs are drawn. */
interface Bearer extends Span {
  readonly index: number;
  readonly goodbye: boolean;
  /** Relative to the median volunteer, and the part of its time that it lends. */
  readonly speed: number;
  readonly part: number;
  readonly network: string;
  /** Says of its machine what it likes. */
  readonly lies: boolean;
}

/** Of the median volunteer: millions of steps a second. */
const MEDIAN_SCORES = { gpu: 50_000, cpu: 250 };
const SCORE_SIGMA = 0.3;
const LARGEST_LIE = 20;

const REGIONS = ['BR', 'DE', 'FR', 'ID', 'IN', 'JP', 'NG', 'US'] as const;
const PROVIDERS = 24;

/** Real-world links that need a relay: 15 to 22 % (published by Twilio and callstats.io). */
const RELAYED_SHARE = 0.18;

const CALM_JITTER_MS: Millis = 4;

/** A link at its worst: its jitter is so many times as large, and so many of its beats are late. */
const WORST = { jitter: 40, lateShare: 0.6 };
/** The worst of a storm. */
const MOST_STORM = 0.5;
/** Storms of a session that stays for ever are drawn for so long. */
const MOST_STORMY_MS: Millis = 24 * 3_600_000;

/** A battery's level when its page goes; the last tenth of one that lasts is not lent. */
const EMPTY = 0.03;
const KEPT = 0.1;
/** How long a full battery lasts under load. */
const DRAIN_MS: readonly [Millis, Millis] = [1_800_000, 7_200_000];

export function createSigns(profile: Profile, seed: number, bearer: Bearer): Signs {
  const random = stream(seed, 'signs', bearer.index);
  const { speed, part, network } = bearer;
  const claim = bearer.lies ? uniform(random, 1, LARGEST_LIE) : 1;
  const how = profile.signs ?? null;
  return {
    scores: {
      gpu: claim * logNormal(random, MEDIAN_SCORES.gpu * speed, SCORE_SIGMA),
      cpu: claim * logNormal(random, MEDIAN_SCORES.cpu * Math.sqrt(speed), SCORE_SIGMA),
    },
    ...placeOf(seed, network),
    intensity: part,
    path: random.next() < RELAYED_SHARE ? 'relay' : 'direct',
    calmJitterMs: logNormal(random, CALM_JITTER_MS, 0.5),
    battery: how && batteryOf(seed, how, bearer),
    failing: how && failingOf(seed, how, bearer),
    storms: how ? stormsOf(seed, how, bearer) : [],
  };
}

export function telemetryAt({ intensity, battery }: Signs, time: Millis): TelemetryView {
  if (!battery) return { intensity, battery: null };
  const { at, level, perMs, least, charging } = battery;
  const now = Math.min(1, Math.max(least, level + (time - at) * perMs));
  // Browsers tell whole hundredths.
  return { intensity, battery: { level: Math.round(100 * now) / 100, charging } };
}

/** Of a link over which something has just been heard. */
export function qualityAt({ path, calmJitterMs, failing, storms }: Signs, time: Millis): LinkQuality {
  const end = failing ? Math.max(0, 1 - Math.max(0, failing.until - time) / failing.warningMs) ** 2 : 0;
  const storm = storms.find(({ from, until }) => from <= time && time < until)?.bad ?? 0;
  const bad = Math.max(end, storm);
  return {
    path,
    jitterMs: calmJitterMs * (1 + (WORST.jitter - 1) * bad),
    lateShare: Math.round(16 * WORST.lateShare * bad) / 16,
    congestion: 0.1 + 0.8 * bad,
    silentMs: 0,
  };
}

/** A network is one provider's, and a provider of one country. */
function placeOf(seed: number, network: string): Pick<Signs, 'region' | 'provider'> {
  const number = Math.floor(stream(seed, 'provider', network).next() * PROVIDERS);
  const region = REGIONS[Math.floor(stream(seed, 'region', number).next() * REGIONS.length)] ?? 'US';
  return { region, provider: `AS${64_500 + number}` };
}

/** Some run on batteries; of those some go because it is empty, the others would have gone anyway. */
function batteryOf(seed: number, how: SignsProfile, { index, from, until }: Bearer): Battery | null {
  const random = stream(seed, 'battery', index);
  if (random.next() >= how.batteryShare) return null;
  const perMs = 1 / uniform(random, ...DRAIN_MS);
  if (random.next() < how.emptyShare && until < Number.POSITIVE_INFINITY) {
    return { at: until, level: EMPTY, perMs: -perMs, least: EMPTY, charging: false };
  }
  const charging = random.next() < 0.5;
  const level = uniform(random, 0.3, 1);
  return { at: from, level, perMs: charging ? perMs : -perMs, least: KEPT, charging };
}

function failingOf(seed: number, how: SignsProfile, { index, until, goodbye }: Bearer): Signs['failing'] {
  const random = stream(seed, 'failing', index);
  const announced = random.next() < how.jitterShare && !goodbye && until < Number.POSITIVE_INFINITY;
  return announced ? { until, warningMs: logNormal(random, how.warningMs, 0.5) } : null;
}

function stormsOf(seed: number, how: SignsProfile, { index, from, until }: Bearer): Signs['storms'] {
  const random = stream(seed, 'storms', index);
  const bad = MOST_STORM * random.next();
  const end = Math.min(until, from + MOST_STORMY_MS);
  const found: (Span & { readonly bad: number })[] = [];
  let at = from + exponential(random, how.stormEveryMs);
  while (at < end) {
    const over = at + exponential(random, how.warningMs);
    found.push({ from: at, until: over, bad });
    at = over + exponential(random, how.stormEveryMs);
  }
  return found;
}
