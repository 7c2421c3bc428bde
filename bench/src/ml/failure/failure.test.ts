import { FAILURE_FEATURES } from '@tabgrid/ml/failure/features';
import { createRandom } from '@tabgrid/scheduler/random';
import type { Results } from '@tabgrid/simulator/trace';
import { describe, expect, it } from 'vitest';
import { ageAndRecency, baseRate, type Sample, weibull } from './baselines.js';
import { brier, createAuc, ece, type Forecast, groupBootstrap, reliability } from './metrics.js';
import { failureProof } from './proof.js';
import { looksOf } from './trace-looks.js';

const forecast = (chance: number, happened: boolean): Forecast => ({ chance, happened });

describe('metrics', () => {
  it('rank as by counting pairs', () => {
    const random = createRandom(1);
    const some = Array.from({ length: 200 }, () => forecast(Math.round(random.next() * 10) / 10, random.next() < 0.3));
    let [won, pairs] = [0, 0];
    for (const a of some.filter((f) => f.happened)) {
      for (const b of some.filter((f) => !f.happened)) {
        pairs++;
        won += a.chance > b.chance ? 1 : a.chance === b.chance ? 0.5 : 0;
      }
    }
    expect(createAuc(some)(() => 1)).toBeCloseTo(won / pairs, 12);
    // An outcome drawn twice is two outcomes.
    expect(createAuc(some)((i) => (i < 100 ? 2 : 1))).toBeCloseTo(
      createAuc([...some, ...some.slice(0, 100)])(() => 1),
      12,
    );
  });

  it('know what is calibrated', () => {
    const right = [...Array(10).keys()].map((i) => forecast(0.3, i < 3));
    expect(ece(right)).toBeCloseTo(0, 12);
    expect(brier(right)).toBeCloseTo(0.21, 12);
    expect(ece(right.map((f) => forecast(0.8, f.happened)))).toBeCloseTo(0.5, 12);
    expect(reliability([forecast(1, true), forecast(0, false)])).toEqual([
      { predicted: 0, observed: 0, count: 1 },
      { predicted: 1, observed: 1, count: 1 },
    ]);
  });

  it('are as unsure as there are few groups', () => {
    const random = createRandom(2);
    const values = Array.from({ length: 400 }, () => random.next());
    const mean = (weight: (i: number) => number) => {
      const weights = values.map((_, i) => weight(i));
      return values.reduce((s, x, i) => s + x * (weights[i] ?? 0), 0) / weights.reduce((a, b) => a + b, 0);
    };
    const width = ([low, high]: readonly [number, number]) => high - low;
    const own = groupBootstrap(
      values.map((_, i) => `${i}`),
      mean,
      300,
    );
    const few = groupBootstrap(
      values.map((x) => (x < 0.5 ? 'low' : 'high')),
      mean,
      300,
    );
    expect(own[0]).toBeLessThan(mean(() => 1));
    expect(own[1]).toBeGreaterThan(mean(() => 1));
    expect(width(few)).toBeGreaterThan(3 * width(own));
  });
});

describe('looks at a trace', () => {
  const results: Results = new Map([
    [1, [0, 20_000, 75_000, 200_000, 201_000]],
    [2, [500_000]],
  ]);

  it('are every ten seconds of a session, and know nothing of what comes', () => {
    const looks = looksOf(results);
    const first = looks.filter(({ observation }) => observation.volunteer === 'v1' && observation.at < 150_000);
    expect(first.map(({ now }) => now)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
    expect(first.map(({ left }) => left)).toEqual([false, false, true, true, true, true, true, true]);
    expect(first.map(({ recencyMs }) => recencyMs / 1000)).toEqual([0, 10, 0, 10, 20, 30, 40, 50]);
    // The same past with another future: the same features.
    const longer = looksOf(new Map([...results, [1, [0, 20_000, 75_000, 100_000, 150_000]]]));
    for (const [i, { observation }] of first.entries()) {
      expect(longer[i]?.observation.features).toEqual(observation.features);
    }
  });

  it('know a volunteer again', () => {
    const back = looksOf(results).find(({ now }) => now === 200_000);
    expect(back?.observation.features[FAILURE_FEATURES.indexOf('has come back')]).toBe(1);
    expect(back?.observation.features[FAILURE_FEATURES.indexOf('length of the last visit')]).toBeCloseTo(Math.log(76));
  });

  it('do not know whether who was there at the end has left', () => {
    const [last] = looksOf(results).slice(-1);
    expect(last).toMatchObject({ left: null, observation: { left: false, watchedMs: 0 } });
  });
});

describe('baselines', () => {
  const sampled = (chance: (ageMs: number, recencyMs: number) => number): Sample[] => {
    const random = createRandom(4);
    return Array.from({ length: 6000 }, () => {
      const [ageMs, recencyMs] = [600_000 * random.next() ** 2, 30_000 * random.next()];
      return { ageMs, recencyMs, left: random.next() < chance(ageMs, recencyMs) };
    });
  };

  it('fit the distribution that they stand for', () => {
    const weibullTruth = (ageMs: number) => -Math.expm1((ageMs / 150_000) ** 0.6 - ((ageMs + 60_000) / 150_000) ** 0.6);
    const rule = weibull(sampled(weibullTruth));
    const logisticTruth = (ageMs: number, recencyMs: number) =>
      1 / (1 + Math.exp(-(2 - 0.8 * Math.log1p(ageMs / 1000) + 0.5 * Math.log1p(recencyMs / 1000))));
    const both = ageAndRecency(sampled(logisticTruth));
    for (const ageMs of [5000, 60_000, 400_000]) {
      expect(Math.abs(rule({ ageMs, recencyMs: 0 }) - weibullTruth(ageMs))).toBeLessThan(0.03);
      expect(Math.abs(both({ ageMs, recencyMs: 9000 }) - logisticTruth(ageMs, 9000))).toBeLessThan(0.04);
    }
    expect(
      baseRate([
        { ageMs: 0, recencyMs: 0, left: true },
        { ageMs: 0, recencyMs: 0, left: false },
      ])({ ageMs: 1, recencyMs: 1 }),
    ).toBe(0.5);
  });
});

describe('the proof', () => {
  it('says why it is skipped', async () => {
    const said: string[] = [];
    const proof = await failureProof({ quick: true, say: (line) => said.push(line), traceTrain: 'a.csv' });
    expect(proof.figures).toEqual({});
    expect(said.join()).toContain('--trace-test');
  });
});
