import type { Millis } from '@tabgrid/protocol/ids';
import type { Random } from '@tabgrid/scheduler/random';
import { arrivals } from './arrivals.js';
import { exponential, logNormal, stream, uniform } from './draws.js';
import { type Liars, MEDIAN_UNITS_PER_SECOND, type Profile, type Spells } from './profile.js';
import { createSigns, type Signs } from './signs.js';
import { constant, during, type Span, type Steps, times } from './steps.js';

/**
 * A world: everything that happens to volunteers whoever schedules, drawn from a profile and a seed. Policies are compared
 * in the same worlds, and the reference knows all of it.
 */
export interface World {
  readonly profile: Profile;
  readonly seed: number;
  /** The sessions in the order of joining, until the profile's limit; null after the last one. Drawn when asked for. */
  session(index: number): Session | null;
}

/** One tab from its coming to its going. Times count from the job's beginning. */
export interface Session {
  readonly index: number;
  readonly joinsAt: Millis;
  /** Infinity for one that stays. */
  readonly leavesAt: Millis;
  readonly goodbye: boolean;
  /** Work units a millisecond at each time, everything that slows it down included. */
  readonly speed: Steps;
  /** When its tab is hidden, as it tells. */
  readonly hidden: readonly Span[];
  /** When it stands still, as nobody tells. */
  readonly frozen: readonly Span[];
  /** After this much silence its link is suspect: it depends on when the last beat came. */
  readonly suspectAfterMs: Millis;
  readonly roundTripMs: Millis;
  readonly downBytesPerMs: number;
  readonly upBytesPerMs: number;
  readonly network: string;
  /** Which hardware and browser it is, of a few. */
  readonly adapter: number;
  /** The job owner's own machine. */
  readonly own: boolean;
  readonly liar: Liars | null;
  readonly signs: Signs;
}

/** A silent link is dead (DEAD_AFTER_MS of the transport). */
export const DEAD_AFTER_MS: Millis = 6000;

/** Silence until a link is suspect: 3 s since the last beat, which came up to 2 s before, and looked at now and then. */
const SUSPECT_AFTER_MS: readonly [Millis, Millis] = [2000, 4000];

const ADAPTERS = 4;

export function createWorld(profile: Profile, seed: number): World {
  const spans = arrivals(profile, seed);
  const sessions: Session[] = [];
  const draw = (): boolean => {
    const { value: span } = spans.next();
    if (!span || span.from > profile.limitMs) return false;
    sessions.push(createSession(profile, seed, sessions.length, span));
    return true;
  };
  if (profile.wave) {
    const { atMs, share } = profile.wave;
    while ((sessions.at(-1)?.joinsAt ?? 0) <= atMs && draw());
    const present = sessions.filter((s) => s.joinsAt <= atMs && s.leavesAt > atMs);
    const random = stream(seed, 'wave');
    for (let left = Math.round(share * present.length); left > 0; left--) {
      const [hit] = present.splice(Math.floor(random.next() * present.length), 1);
      if (hit) sessions[hit.index] = { ...hit, leavesAt: atMs, goodbye: false };
    }
  }
  return {
    profile,
    seed,
    session(index) {
      while (index >= sessions.length && draw());
      return sessions[index] ?? null;
    },
  };
}

function createSession(profile: Profile, seed: number, index: number, drawn: Span): Session {
  const random = stream(seed, 'session', index);
  const drawnUnitsPerMs = logNormal(random, MEDIAN_UNITS_PER_SECOND / 1000, profile.speedSigma);
  const polite = random.next() >= profile.silentShare;
  const suspectAfterMs = uniform(random, ...SUSPECT_AFTER_MS);
  const roundTripMs = logNormal(random, profile.roundTripMs, profile.roundTripSigma);
  const downBytesPerMs = logNormal(random, profile.downBytesPerSecond / 1000, profile.bandwidthSigma);
  const upBytesPerMs = logNormal(random, profile.upBytesPerSecond / 1000, profile.bandwidthSigma);
  const network = `network-${profile.networks === null ? index : Math.floor(random.next() * profile.networks)}`;
  const adapter = Math.floor(random.next() * ADAPTERS);
  const liar = liarOf(profile, seed, index);
  const unitsPerMs = drawnUnitsPerMs * (liar?.faster ?? 1);
  const part = profile.duty && random.next() < profile.duty.share ? profile.duty.part : 1;

  const outage = outageOf(profile, seed, index, network, drawn);
  const span = { from: drawn.from, until: outage ?? drawn.until };
  const goodbye = polite && outage === null;
  const end = Math.min(span.until, profile.limitMs);
  const lived = { from: span.from, until: end };
  const hidden = hiddenBefore(profile, seed, index, span, spells(stream(seed, 'hidden', index), profile.hidden, lived));
  const frozen = spells(stream(seed, 'frozen', index), profile.frozen, lived);
  const speed = [
    constant(unitsPerMs * part),
    during(hidden, 1 / (profile.hidden?.slower ?? 1)),
    during(frozen, 0),
    jitter(stream(seed, 'jitter', index), profile.jitter, lived),
  ].reduce(times);

  // Whoever is frozen at its end has left at the beginning of that, as far as anybody can tell.
  const last = frozen.at(-1);
  const lost = last && last.until >= span.until ? last.from : null;
  const leavesAt = lost ?? span.until;
  const relative = unitsPerMs / (MEDIAN_UNITS_PER_SECOND / 1000);
  const bearer = { index, from: span.from, until: leavesAt, goodbye: lost === null && goodbye, part, network };
  return {
    index,
    joinsAt: span.from,
    leavesAt,
    goodbye: lost === null && goodbye,
    speed,
    hidden,
    frozen: lost === null ? frozen : frozen.slice(0, -1),
    suspectAfterMs,
    roundTripMs,
    downBytesPerMs,
    upBytesPerMs,
    network,
    adapter,
    own: profile.own === true && index === 0,
    liar,
    signs: createSigns(profile, seed, { ...bearer, speed: relative, lies: liar !== null }),
  };
}

/** Those of one network notice within so long of each other. */
const OUTAGE_LASTS_MS: Millis = 5000;

/** When a session's network takes it down; null when it does not. */
function outageOf(profile: Profile, seed: number, index: number, network: string, span: Span): Millis | null {
  if (!profile.outages) return null;
  const random = stream(seed, 'outages', network);
  const lag = OUTAGE_LASTS_MS * stream(seed, 'outage', index).next();
  const end = Math.min(span.until, profile.limitMs);
  for (let at = 0; ; ) {
    at += exponential(random, profile.outages.everyMs);
    if (at + lag >= end) return null;
    if (at > span.from) return at + lag;
  }
}

/** Some tabs are hidden before they are closed. */
function hiddenBefore(profile: Profile, seed: number, index: number, { from, until }: Span, spans: Span[]): Span[] {
  const { signs } = profile;
  if (!signs || until === Number.POSITIVE_INFINITY) return spans;
  const random = stream(seed, 'hidden before', index);
  if (random.next() >= signs.hiddenShare) return spans;
  const since = Math.max(from, until - signs.hiddenForMs * random.next());
  const others = spans.filter((span) => span.from < since);
  return [...others.map((span) => ({ from: span.from, until: Math.min(span.until, since) })), { from: since, until }];
}

function liarOf({ liars, own }: Profile, seed: number, index: number): Liars | null {
  if (!liars || (own && index === 0) || !isDrawn(seed, index, liars.share)) return null;
  const { mix, ...plain } = liars;
  if (!mix) return plain;
  const drawn = Array.from({ length: index }, (_, i) => i).filter((i) => isDrawn(seed, i, liars.share)).length;
  return { ...plain, ...mix[drawn % mix.length] };
}

/** Systematic sampling: of any number of neighbours, the share is met to within one. */
function isDrawn(seed: number, index: number, share: number): boolean {
  const offset = stream(seed, 'liars').next();
  return Math.floor(offset + share * (index + 1)) > Math.floor(offset + share * index);
}

/** @returns spans within the session, for the share of volunteers that have any */
function spells(random: Random, how: (Spells & { readonly share: number }) | null, { from, until }: Span): Span[] {
  const found: Span[] = [];
  if (!how || random.next() >= how.share) return found;
  let at = from + exponential(random, how.everyMs);
  while (at < until) {
    const end = at + exponential(random, how.forMs);
    found.push({ from: at, until: Math.min(end, until) });
    at = end + exponential(random, how.everyMs);
  }
  return found;
}

/** Nobody computes before the job begins, so that nothing is drawn for the time before. */
function jitter(random: Random, { sigma, everyMs }: Profile['jitter'], { from, until }: Span): Steps {
  if (sigma === 0) return constant(1);
  const at: Millis[] = [];
  const value: number[] = [];
  for (let time = Math.max(0, from); time < until; time += everyMs) {
    at.push(time);
    value.push(logNormal(random, 1, sigma));
  }
  return at.length > 0 ? { at, value } : constant(1);
}
