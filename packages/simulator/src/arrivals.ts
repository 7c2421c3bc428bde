import type { Millis } from '@tabgrid/protocol/ids';
import type { Random } from '@tabgrid/scheduler/random';
import { exponential, stream, uniform, weibull, weibullMean, weibullUnderWay } from './draws.js';
import type { Profile } from './profile.js';
import type { Span } from './steps.js';
import { cutEmptySpans, lengthOf, type TraceSession } from './trace.js';

/**
 * Who comes when and stays how long: sessions in the order of their coming, without end where volunteers keep coming. The
 * job begins at 0; whoever is there then came before.
 */
export function arrivals(profile: Profile, seed: number): Generator<Span, void> {
  const { lifetime, volunteers } = profile;
  const random = stream(seed, 'arrivals');
  switch (lifetime.kind) {
    case 'stays':
      return stay(volunteers, random);
    case 'weibull':
      return comeAndGo(volunteers, lifetime.shape, lifetime.scaleMs, random);
    case 'trace':
      return replay(volunteers, lifetime.sessions, random);
  }
}

/** Those who wait for the job have opened their tabs within so long before it. */
const WAITED_MS: Millis = 600_000;

function* stay(count: number, random: Random): Generator<Span, void> {
  const joins = Array.from({ length: count }, () => -uniform(random, 1000, WAITED_MS));
  for (const from of joins.sort((a, b) => a - b)) yield { from, until: Number.POSITIVE_INFINITY };
}

/** The steady state of Poisson arrivals, entered at 0 with exactly `count` present. */
function* comeAndGo(count: number, shape: number, scaleMs: Millis, random: Random): Generator<Span, void> {
  const present = Array.from({ length: count }, () => {
    const { age, left } = weibullUnderWay(random, shape, scaleMs);
    return { from: -age, until: left };
  });
  yield* present.sort((a, b) => a.from - b.from);
  const betweenMs = weibullMean(shape, scaleMs) / count;
  for (let from = exponential(random, betweenMs); ; from += exponential(random, betweenMs)) {
    yield { from, until: from + weibull(random, shape, scaleMs) };
  }
}

/** Windows into the trace at random places, each going round and round, until `count` are present at 0. */
function* replay(count: number, recorded: readonly TraceSession[], random: Random): Generator<Span, void> {
  const sessions = cutEmptySpans(recorded);
  const length = lengthOf(sessions);
  if (length === 0) return;
  const windows: { readonly offset: Millis; next: number }[] = [];
  for (let present = 0; present < count; ) {
    const offset = random.next() * length;
    windows.push({ offset, next: sessions.findIndex((s) => s.until > offset) });
    present += sessions.filter((s) => s.from <= offset && s.until > offset).length;
  }
  const spanOf = ({ offset, next }: (typeof windows)[number]): Span => {
    const s = sessions[next % sessions.length];
    const shift = Math.floor(next / sessions.length) * length - offset;
    return { from: (s?.from ?? 0) + shift, until: (s?.until ?? 0) + shift };
  };
  for (;;) {
    let first = windows[0];
    for (const w of windows) if (first && spanOf(w).from < spanOf(first).from) first = w;
    if (!first) return;
    const span = spanOf(first);
    first.next++;
    if (span.until > 0) yield span;
  }
}
