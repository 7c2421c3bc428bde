import { describe, expect, it } from 'vitest';
import type { Profile } from './profile.js';
import { telemetry } from './profiles.js';
import { quantile } from './statistics.js';
import { between, valueAt } from './steps.js';
import { aProfile } from './test-kit.js';
import { createWorld, type Session } from './world.js';

function sessionsOf(profile: Profile, seed = 1, most = 400): Session[] {
  const world = createWorld(profile, seed);
  const found: Session[] = [];
  for (let i = 0; i < most; i++) {
    const session = world.session(i);
    if (!session) break;
    found.push(session);
  }
  return found;
}

const stays = aProfile({ volunteers: 300, lifetime: { kind: 'stays' }, limitMs: 400_000 });

describe('a world', () => {
  it('is the same for the same seed in whatever order it is asked', () => {
    const one = createWorld(aProfile(), 7);
    const other = createWorld(aProfile(), 7);
    const late = other.session(50);
    expect(one.session(3)).toEqual(other.session(3));
    expect(one.session(50)).toEqual(late);
    expect(createWorld(aProfile(), 8).session(3)).not.toEqual(one.session(3));
  });

  it('numbers the sessions in the order of joining, until the limit', () => {
    const sessions = sessionsOf(aProfile({ limitMs: 100_000 }), 1, 10_000);
    for (const [i, s] of sessions.entries()) {
      expect(s.index).toBe(i);
      expect(s.joinsAt).toBeGreaterThanOrEqual(sessions[i - 1]?.joinsAt ?? s.joinsAt);
      expect(s.joinsAt).toBeLessThanOrEqual(100_000);
      expect(s.leavesAt).toBeGreaterThan(s.joinsAt);
    }
    expect(createWorld(aProfile({ limitMs: 100_000 }), 1).session(sessions.length)).toBeNull();
  });

  it('has speeds about the median volunteer’s, with the spread asked for', () => {
    const speeds = sessionsOf({ ...stays, jitter: { sigma: 0, everyMs: 1 } }).map((s) => valueAt(s.speed, 0));
    expect(quantile(speeds, 0.5)).toBeGreaterThan(0.9);
    expect(quantile(speeds, 0.5)).toBeLessThan(1.12);
    expect(Math.log(quantile(speeds, 0.84))).toBeCloseTo(0.5, 0);
  });

  it('says goodbye as often as the profile says', () => {
    const share = sessionsOf({ ...stays, silentShare: 0.25 }).filter((s) => s.goodbye).length / 300;
    expect(share).toBeGreaterThan(0.68);
    expect(share).toBeLessThan(0.82);
    expect(sessionsOf({ ...stays, silentShare: 1 }).some((s) => s.goodbye)).toBe(false);
  });

  it('slows hidden tabs and stops frozen ones, as long as that lasts', () => {
    const slow = sessionsOf({
      ...stays,
      speedSigma: 0,
      jitter: { sigma: 0, everyMs: 1 },
      hidden: { share: 1, everyMs: 50_000, forMs: 30_000, slower: 2.7 },
      frozen: { share: 1, everyMs: 80_000, forMs: 10_000 },
    });
    for (const s of slow.slice(0, 40)) {
      for (const { from, until } of s.frozen) expect(between(s.speed, from, until)).toBeCloseTo(0, 9);
      for (const { from } of s.hidden) expect([0, 1 / 2.7]).toContainEqual(expect.closeTo(valueAt(s.speed, from), 9));
    }
    const hiddenMs = slow.flatMap((s) => s.hidden).reduce((sum, { from, until }) => sum + until - from, 0);
    const all = slow.reduce((sum, s) => sum + 400_000 - s.joinsAt, 0);
    expect(hiddenMs / all).toBeCloseTo(30 / 80, 1);
  });

  it('lends a part of some volunteers’ time', () => {
    const plain = { ...stays, speedSigma: 0, jitter: { sigma: 0, everyMs: 1 } };
    const speeds = sessionsOf({ ...plain, duty: { share: 0.3, part: 0.5 } }).map((s) => valueAt(s.speed, 0));
    expect([...new Set(speeds)].sort()).toEqual([0.5, 1]);
    expect(speeds.filter((v) => v === 0.5).length / 300).toBeCloseTo(0.3, 1);
  });

  it('lets whoever is frozen at its end be gone when that began, without a word', () => {
    const profile = aProfile({ frozen: { share: 1, everyMs: 1000, forMs: 1e7 } });
    const frozen = sessionsOf(profile, 1, 60);
    const undisturbed = sessionsOf({ ...profile, frozen: null }, 1, 60);
    for (const [i, s] of frozen.entries()) {
      expect(s.frozen.every(({ until }) => until < s.leavesAt)).toBe(true);
      if (s.leavesAt !== undisturbed[i]?.leavesAt) expect(s.goodbye).toBe(false);
      expect(s.leavesAt).toBeLessThanOrEqual(undisturbed[i]?.leavesAt ?? 0);
    }
    expect(frozen.some((s, i) => s.leavesAt !== undisturbed[i]?.leavesAt)).toBe(true);
  });

  it('kills exactly the share of those present in a wave, and changes nothing else', () => {
    const profile = aProfile({ volunteers: 50 });
    const calm = createWorld(profile, 3);
    const wave = createWorld({ ...profile, wave: { atMs: 60_000, share: 0.3 } }, 3);
    let [present, killed] = [0, 0];
    for (let i = 0; i < 80; i++) {
      const [before, after] = [calm.session(i), wave.session(i)];
      if (!before || !after) continue;
      if (before.joinsAt <= 60_000 && before.leavesAt > 60_000) present++;
      if (after.leavesAt === before.leavesAt) {
        expect(after).toEqual(before);
      } else {
        killed++;
        expect(after).toEqual({ ...before, leavesAt: 60_000, goodbye: false });
      }
    }
    expect(killed).toBe(Math.round(0.3 * present));
  });

  it('draws liars, and networks that some share', () => {
    const liars = { kind: 'independent', share: 0.2, wrongShare: 1, honestResults: 0, backAfterMs: 0 } as const;
    const sessions = sessionsOf({ ...stays, liars, networks: 10 });
    expect(sessions.filter((s) => s.liar)).toHaveLength(60);
    expect(new Set(sessions.map((s) => s.network)).size).toBe(10);
    expect(new Set(sessionsOf(stays).map((s) => s.network)).size).toBe(300);
  });

  it('draws liars of several kinds in turn, and the owner’s own machine, which is none', () => {
    const liars = { kind: 'independent', share: 0.2, wrongShare: 1, honestResults: 0, backAfterMs: 0 } as const;
    const mix = [{ how: 'black', faster: 4 }, { kind: 'sleeper' }, { how: 'noise' }] as const;
    const sessions = sessionsOf({ ...stays, own: true, speedSigma: 0, liars: { ...liars, mix } });
    const found = sessions.flatMap((s) => (s.liar ? [`${s.liar.kind} ${s.liar.how}`] : []));
    expect(found.filter((kind) => kind === 'independent black')).toHaveLength(20);
    expect(found.filter((kind) => kind === 'sleeper undefined')).toHaveLength(20);
    const [own, ...others] = sessions;
    expect(own).toMatchObject({ own: true, liar: null });
    expect(others.every((s) => !s.own)).toBe(true);
    const speedOf = (how: string) => sessions.find((s) => s.liar?.how === how)?.speed.value[0] ?? 0;
    expect(speedOf('black') / speedOf('noise')).toBeGreaterThan(2);
  });
});

describe('networks that go down', () => {
  const profile = aProfile({ volunteers: 60, networks: 6, limitMs: 1_800_000, outages: { everyMs: 300_000 } });

  it('take everybody with them who is there, within seconds and without a word', () => {
    const without: Profile = { ...profile };
    Reflect.deleteProperty(without, 'outages');
    const [before, after] = [sessionsOf(without), sessionsOf(profile)];
    const hit = after.filter((s, i) => s.leavesAt < (before[i]?.leavesAt ?? 0));
    expect(hit.length).toBeGreaterThan(20);
    expect(hit.every(({ goodbye }) => !goodbye)).toBe(true);
    const [first] = hit;
    if (!first) return;
    const together = after.filter(
      (s) =>
        s.network === first.network && Math.abs(s.leavesAt - first.leavesAt) < 10_000 && s.joinsAt < first.leavesAt,
    );
    const there = before.filter(
      (s) => s.network === first.network && s.joinsAt < first.leavesAt - 10_000 && s.leavesAt > first.leavesAt + 10_000,
    );
    expect(there.length).toBeGreaterThan(1);
    for (const s of there) expect(together.map(({ index }) => index)).toContain(s.index);
  });

  it('change nothing for whoever is not hit', () => {
    const without: Profile = { ...profile };
    Reflect.deleteProperty(without, 'outages');
    const before = sessionsOf(without);
    const same = sessionsOf(profile).filter((s, i) => s.leavesAt === before[i]?.leavesAt);
    expect(same.length).toBeGreaterThan(50);
    for (const s of same) expect(s).toEqual(before[s.index]);
  });
});

describe('tabs that are hidden before they are closed', () => {
  it('are as many as the profile says, and slower then', () => {
    const mortal = sessionsOf({ ...telemetry, hidden: null }).filter(({ leavesAt }) => leavesAt < telemetry.limitMs);
    const hidden = mortal.filter((s) => s.hidden.at(-1)?.until === s.leavesAt);
    expect(hidden.length / mortal.length).toBeCloseTo(0.4, 1);
    for (const { hidden: spans } of sessionsOf(telemetry)) {
      for (const [i, span] of spans.entries()) {
        expect(span.until).toBeGreaterThanOrEqual(span.from);
        expect(span.from).toBeGreaterThanOrEqual(spans[i - 1]?.until ?? span.from);
      }
    }
  });
});
