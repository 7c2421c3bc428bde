import { describe, expect, it } from 'vitest';
import type { Profile } from './profile.js';
import { browser, lied, telemetry } from './profiles.js';
import { qualityAt, telemetryAt } from './signs.js';
import { createWorld, type Session } from './world.js';

function sessionsOf(profile: Profile, count = 2000): Session[] {
  const world = createWorld(profile, 1);
  return Array.from({ length: count }, (_, i) => world.session(i)).flatMap((session) => session ?? []);
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / Math.max(1, numbers.length);

/** Pearson's, of the logarithms. */
function correlation(pairs: readonly (readonly [number, number])[]): number {
  const [x, y] = [pairs.map(([a]) => Math.log(a)), pairs.map(([, b]) => Math.log(b))];
  const [mx, my] = [mean(x), mean(y)];
  const product = mean(x.map((a, i) => (a - mx) * ((y[i] ?? 0) - my)));
  return product / Math.sqrt(mean(x.map((a) => (a - mx) ** 2)) * mean(y.map((b) => (b - my) ** 2)));
}

const sessions = sessionsOf(telemetry);
const mortal = sessions.filter(({ leavesAt }) => leavesAt < telemetry.limitMs);
const JUST_BEFORE = 500;

describe('scores', () => {
  it('tell how fast a machine is, roughly, on every profile', () => {
    const fixed = sessionsOf({ ...browser, jitter: { sigma: 0, everyMs: 10_000 } }).map(
      ({ signs, speed }) => [signs.scores.gpu, speed.value[0] ?? 0] as const,
    );
    expect(correlation(fixed)).toBeGreaterThan(0.75);
    expect(correlation(fixed)).toBeLessThan(0.95);
  });

  it('are what liars like', () => {
    const all = sessionsOf(lied('independent'), 40);
    const of = (liar: boolean) => all.filter((s) => (s.liar !== null) === liar).map(({ signs }) => signs.scores.gpu);
    expect(mean(of(true))).toBeGreaterThan(2 * mean(of(false)));
  });
});

describe('the place', () => {
  it('is one for a network', () => {
    const places = new Map<string, string>();
    for (const { network, signs } of sessions) {
      const place = `${signs.region} ${signs.provider}`;
      expect(places.get(network) ?? place).toBe(place);
      places.set(network, place);
    }
    expect(new Set(places.values()).size).toBeGreaterThan(5);
  });
});

describe('batteries', () => {
  it('are few, and low before some of the departures', () => {
    const told = mortal.flatMap((s) => {
      const { battery } = telemetryAt(s.signs, s.leavesAt - JUST_BEFORE);
      return battery ? [battery] : [];
    });
    expect(told.length / mortal.length).toBeCloseTo(0.3, 1);
    const low = told.filter(({ level, charging }) => level < 0.1 && !charging);
    expect(low.length / told.length).toBeCloseTo(0.4, 1);
  });

  it('fall or rise evenly, within bounds', () => {
    for (const { signs, joinsAt, leavesAt } of mortal) {
      const levels = [0, 0.5, 1].map((x) => telemetryAt(signs, joinsAt + x * (leavesAt - joinsAt)).battery);
      for (const battery of levels) {
        if (!battery) continue;
        expect(battery.level).toBeGreaterThanOrEqual(0.03);
        expect(battery.level).toBeLessThanOrEqual(1);
      }
      const [first, , last] = levels;
      if (!first || !last) continue;
      if (first.charging) expect(last.level).toBeGreaterThanOrEqual(first.level);
      else expect(last.level).toBeLessThanOrEqual(first.level);
    }
  });
});

describe('links', () => {
  const badAt = (s: Session, at: number) => qualityAt(s.signs, at).jitterMs / s.signs.calmJitterMs;

  it('fail slowly before some silent departures, and before no other', () => {
    const silent = mortal.filter(({ goodbye }) => !goodbye);
    const failing = silent.filter((s) => badAt(s, s.leavesAt) > 30);
    expect(failing.length / silent.length).toBeCloseTo(0.4, 1);
    expect(mortal.filter((s) => s.goodbye && badAt(s, s.leavesAt) > 30)).toEqual([]);
    for (const s of failing) {
      expect(badAt(s, s.leavesAt - 5_000)).toBeGreaterThanOrEqual(badAt(s, s.leavesAt - 20_000) * 0.5);
      expect(qualityAt(s.signs, s.leavesAt).lateShare).toBeGreaterThan(0.5);
    }
  });

  it('are bad for a while now and then, without anything coming of it', () => {
    const long = sessions.filter((s) => s.leavesAt - s.joinsAt > 1_200_000);
    expect(long.length).toBeGreaterThan(5);
    const stormy = long.filter(({ signs }) => signs.storms.length > 0);
    expect(stormy.length).toBeGreaterThan(long.length / 2);
    for (const s of stormy) {
      const [storm] = s.signs.storms;
      if (!storm) continue;
      expect(badAt(s, storm.from)).toBeGreaterThan(1);
      expect(badAt(s, storm.from)).toBeLessThan(25);
    }
  });

  it('are calm where the profile knows no signs', () => {
    for (const s of sessionsOf(browser, 100)) {
      expect(badAt(s, s.leavesAt)).toBe(1);
      expect(telemetryAt(s.signs, 0)).toEqual({ intensity: 1, battery: null });
    }
  });
});
