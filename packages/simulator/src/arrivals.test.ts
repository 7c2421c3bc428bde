import { describe, expect, it } from 'vitest';
import { arrivals } from './arrivals.js';
import { quantile } from './statistics.js';
import type { Span } from './steps.js';
import { aProfile } from './test-kit.js';

/** The sessions that begin before `until`. */
function before(until: number, spans: Iterable<Span>): Span[] {
  const found: Span[] = [];
  for (const span of spans) {
    if (span.from >= until) break;
    found.push(span);
  }
  return found;
}

const present = (spans: readonly Span[], at: number) => spans.filter((s) => s.from <= at && at < s.until).length;
const ascending = (spans: readonly Span[]) => spans.every((s, i) => s.from >= (spans[i - 1]?.from ?? s.from));

describe('those that stay', () => {
  it('are all there before the job and for ever', () => {
    const spans = [...arrivals(aProfile({ lifetime: { kind: 'stays' }, volunteers: 5 }), 1)];
    expect(spans).toHaveLength(5);
    expect(ascending(spans)).toBe(true);
    expect(spans.every((s) => s.from < 0 && s.until === Number.POSITIVE_INFINITY)).toBe(true);
  });
});

describe('those that come and go', () => {
  const profile = aProfile({ volunteers: 60 });

  it('begin with as many as the profile says, who came before', () => {
    const spans = before(0, arrivals(profile, 1));
    expect(spans).toHaveLength(60);
    expect(present(spans, 0)).toBe(60);
  });

  it('stay about as many', () => {
    const counts: number[] = [];
    for (let seed = 1; seed <= 10; seed++) {
      const spans = before(2_000_000, arrivals(profile, seed));
      expect(ascending(spans)).toBe(true);
      for (let at = 200_000; at < 2_000_000; at += 200_000) counts.push(present(spans, at));
    }
    const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
    expect(mean).toBeGreaterThan(54);
    expect(mean).toBeLessThan(66);
  });

  it('have session lengths of the distribution that was asked for', () => {
    const lengths = before(5_000_000, arrivals(profile, 3))
      .filter((s) => s.from > 0)
      .map((s) => s.until - s.from);
    expect(quantile(lengths, 0.5) / (150_000 * Math.log(2) ** (1 / 0.57))).toBeCloseTo(1, 0);
    expect(quantile(lengths, 0.9) / (150_000 * Math.log(10) ** (1 / 0.57))).toBeCloseTo(1, 0);
  });

  it('are the same for the same seed, and others for another', () => {
    const first = (seed: number) => before(100_000, arrivals(profile, seed));
    expect(first(4)).toEqual(first(4));
    expect(first(4)).not.toEqual(first(5));
  });
});

describe('those of a trace', () => {
  const minute = 60_000;
  const sessions = [
    { volunteer: 0, from: 0, until: 2 * minute, results: 9 },
    { volunteer: 1, from: minute, until: 5 * minute, results: 9 },
    { volunteer: 0, from: 60 * minute, until: 63 * minute, results: 9 },
  ];
  const profile = aProfile({ volunteers: 50, lifetime: { kind: 'trace', sessions } });

  it('are at least as many as the profile says when the job begins', () => {
    const spans = before(0, arrivals(profile, 2));
    expect(present(spans, 0)).toBeGreaterThanOrEqual(50);
    expect(present(spans, 0)).toBeLessThan(54);
  });

  it('go round and round in order, with the lengths of the trace', () => {
    const spans = before(30 * minute, arrivals(profile, 2));
    expect(ascending(spans)).toBe(true);
    expect(present(spans, 29 * minute)).toBeGreaterThan(25);
    const lengths = new Set(spans.map((s) => Math.round((s.until - s.from) / minute)));
    expect([...lengths].sort()).toEqual([2, 3, 4]);
  });

  it('are nobody when the trace holds nobody', () => {
    expect([...arrivals(aProfile({ lifetime: { kind: 'trace', sessions: [] } }), 1)]).toEqual([]);
  });
});
