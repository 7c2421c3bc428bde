import { createRandom, type Random } from '@tabgrid/scheduler/random';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Trainer } from '../nn/trainer.js';
import type { BalanceObservation } from '../observation.js';
import { CONTEXT, volunteerView } from '../view-kit.js';
import { attemptsOf, createChoose, type Deciding } from './choice.js';
import { balanceFeatures } from './features.js';
import { createBalanceModel } from './model.js';
import { BalancePartSchema, NO_BALANCE } from './part.js';
import { type BalancePeriod, rawReward, shapedReward } from './rewards.js';

/** Never asked: the balance model has no net. */
const NO_TRAINER: Trainer = {
  backend: 'none',
  open: () => {
    throw new Error('no net here');
  },
  memory: () => ({ tensors: 0, bytes: 0 }),
};

interface Kind {
  readonly taskMs: number;
  readonly tripMs: number;
  /** What the policy itself would have it hold. */
  readonly usual: number;
}

/** Results a second while it holds so many: it idles for the trip where they are too few. */
const rate = ({ taskMs, tripMs }: Kind, attempts: number) =>
  Math.min(1000 / taskMs, (1000 * attempts) / (taskMs + tripMs));

/** The chance to be gone after a period, all attempts with it. */
const GONE = 0.03;

/** What depth brings in a period: it moves nothing else, so that the best of it is the best policy. */
const worth = (kind: Kind, attempts: number) => (1 - GONE) * 10 * rate(kind, attempts) - GONE * 5 * attempts;

const featuresOf = ({ taskMs, tripMs, usual }: Kind) =>
  balanceFeatures(
    volunteerView({
      usual,
      speeds: new Map([['k@1', { units: 1, ms: taskMs, samples: 9, error: 0.1 }]]),
      roundTrip: { meanMs: tripMs, deviationMs: 0 },
    }),
    100,
    CONTEXT,
  );

/** A second of a grid in which somebody else decides, as far as exploration lets him. */
function period(kinds: readonly Kind[], part = NO_BALANCE, random: Random, deciding: Deciding): BalanceObservation {
  const choose = createChoose(part);
  const choices = kinds.map((kind) => {
    const features = featuresOf(kind);
    const { probabilities, chosen } = choose(features, 0.1, deciding);
    let u = random.next();
    const drawn = probabilities.findIndex((p) => {
      u -= p;
      return u < 0;
    });
    const action = drawn < 0 ? chosen : drawn;
    const attempts = attemptsOf(action, features);
    const gone = random.next() < GONE;
    const successes = gone ? 0 : Math.floor(rate(kind, attempts) + random.next());
    const seen: BalancePeriod = {
      successes,
      failures: gone ? attempts : 0,
      latencyMs: kind.tripMs,
      baselineMs: kind.tripMs,
      varianceBefore: 0,
      variance: 0,
    };
    return {
      ...{ features, action: attempts, probability: probabilities[action] ?? 1, next: gone ? null : features },
      ...{ raw: rawReward(seen), shaped: shapedReward(seen) },
    };
  });
  return { type: 'balance', at: 0, choices };
}

async function lived(kinds: readonly Kind[], seed: number, periods: number, deciding: Deciding = 'baseline') {
  const random = createRandom(seed);
  const model = createBalanceModel({ random: () => random.next() });
  for (let i = 0; i < periods; i++) {
    model.observe(period(kinds, model.part(), random, deciding));
    if (i % 10 === 9) await model.train(NO_TRAINER, 8);
  }
  return model;
}

/** Tasks shorter than the way: more at once pay. And long ones: each that waits is only lost with the volunteer. */
const SHORT: Kind = { taskMs: 100, tripMs: 200, usual: 2 };
const LONG: Kind = { taskMs: 5000, tripMs: 50, usual: 4 };

const greedyOf = (part: typeof NO_BALANCE, kind: Kind): number => {
  const features = featuresOf(kind);
  return attemptsOf(createChoose(part)(features, 0, 'learned').chosen, features);
};

describe('a grid whose best depths are known', () => {
  const kinds = [...Array<Kind>(10).fill(SHORT), ...Array<Kind>(10).fill(LONG)];

  it('is learned in the shadow of a policy that does something else', async () => {
    const model = await lived(kinds, 1, 1500);
    const part = model.part();
    const best = (kind: Kind, all: readonly number[]) => Math.max(...all.map((a) => worth(kind, a)));
    expect(worth(SHORT, greedyOf(part, SHORT))).toBeGreaterThan(best(SHORT, [1, 2, 3, 4]) - 1);
    expect(worth(LONG, greedyOf(part, LONG))).toBeGreaterThan(best(LONG, [1, 2, 3, 4, 5, 6, 8]) - 0.2);
    expect(greedyOf(part, SHORT)).toBeGreaterThan(SHORT.usual);
    expect(greedyOf(part, LONG)).toBeLessThan(LONG.usual);
    expect(part.better).toBe(true);
    const { learned, baseline, samples } = model.score();
    expect(samples).toBeGreaterThan(10_000);
    expect(learned ?? 0).toBeLessThan(baseline ?? 0);
  });

  it('is the same twice', async () => {
    const [a, b] = [await lived(kinds, 3, 60), await lived(kinds, 3, 60)];
    expect(a.part()).toEqual(b.part());
    expect(a.part()).not.toEqual((await lived(kinds, 4, 60)).part());
  });
});

describe('a policy that is right already', () => {
  const kinds = [
    ...Array<Kind>(10).fill({ taskMs: 100, tripMs: 200, usual: 3 }),
    ...Array<Kind>(10).fill({ taskMs: 5000, tripMs: 50, usual: 1 }),
  ];

  it('is left in charge', async () => {
    for (const seed of [1, 2, 3]) {
      const model = await lived(kinds, seed, 600);
      const lost = kinds.map((kind) => worth(kind, kind.usual) - worth(kind, greedyOf(model.part(), kind)));
      // Where nothing is gained nothing is claimed.
      if (model.part().better) expect(Math.max(...lost)).toBeLessThan(0.3);
    }
  });
});

it('steps back when the grid has changed under it', async () => {
  const random = createRandom(2);
  const model = await lived(Array<Kind>(20).fill(SHORT), 2, 800);
  expect(model.part().better).toBe(true);
  // The same to look at, but now what is held beyond two chokes the link. It learns nothing more, so that only stepping back helps.
  const learned = model.part();
  for (let i = 0; i < 1200; i++) {
    const { choices, ...rest } = period(Array<Kind>(20).fill(SHORT), learned, random, 'learned');
    model.observe({ ...rest, choices: choices.map((c) => ({ ...c, shaped: c.action > 2 ? -20 : 20 })) });
  }
  await model.train(NO_TRAINER, 0);
  expect(model.part().better).toBe(false);
});

describe('failing fast', () => {
  /** A link at 300 ms: one attempt at a time succeeds; more choke it, and fail within 5 ms. */
  const far = { taskMs: 700, tripMs: 300, usual: 2 };
  const seen = (attempts: number): BalancePeriod => ({
    successes: attempts === 1 ? 1 : 0,
    failures: attempts === 1 ? 0 : 1,
    latencyMs: attempts === 1 ? 300 : 5,
    baselineMs: 300,
    varianceBefore: 0,
    variance: 0,
  });

  async function learnedFrom(reward: (p: BalancePeriod) => number): Promise<number> {
    const random = createRandom(1);
    const model = createBalanceModel({ random: () => random.next() });
    const features = featuresOf(far);
    for (let i = 0; i < 400; i++) {
      const action = 1 + Math.floor(4 * random.next());
      const outcome = seen(action);
      const choice = { features, action, probability: 0.25, next: features };
      const rewards = { raw: rawReward(outcome), shaped: reward(outcome) };
      model.observe({ type: 'balance', at: 0, choices: [{ ...choice, ...rewards }] });
    }
    await model.train(NO_TRAINER, 400);
    return greedyOf(model.part(), far);
  }

  it('is what the raw reward teaches', async () => {
    expect(await learnedFrom(rawReward)).toBeGreaterThan(1);
  });

  it('is not what is learned', async () => {
    expect(await learnedFrom(shapedReward)).toBe(1);
  });
});

describe('observations that no honest machine could make', () => {
  const good = () => period([SHORT, LONG], NO_BALANCE, createRandom(9), 'baseline');
  const choice = good().choices[0];
  if (!choice) throw new Error('a period without choices');
  const bad = [
    { ...choice, features: [Number.NaN, ...choice.features.slice(1)] },
    { ...choice, features: [] },
    { ...choice, next: choice.features.map(() => Number.POSITIVE_INFINITY) },
    { ...choice, action: Number.NaN },
    { ...choice, action: -1 },
    { ...choice, probability: 0 },
    { ...choice, probability: 2 },
    { ...choice, shaped: Number.NaN },
    { ...choice, raw: 1e300 },
  ];

  it('change nothing', async () => {
    const run = async (poisoned: boolean) => {
      const random = createRandom(1);
      const model = createBalanceModel({ random: () => random.next() });
      for (let i = 0; i < 50; i++) {
        model.observe(good());
        if (poisoned) for (const hostile of bad) model.observe({ type: 'balance', at: 0, choices: [hostile] });
        await model.train(NO_TRAINER, 2);
      }
      return { part: model.part(), score: model.score() };
    };
    expect(await run(true)).toEqual(await run(false));
  });
});

describe('a part', () => {
  it('is taken up again as it was', async () => {
    const model = await lived([SHORT, LONG], 5, 100);
    const part = v.parse(BalancePartSchema, structuredClone(model.part()));
    const other = createBalanceModel({ random: () => 0 });
    other.restore(part);
    expect(other.part()).toEqual(model.part());
    await other.train(NO_TRAINER, 8);
    expect(other.part()).toEqual(model.part());
  });

  it('is never written to once it is given', async () => {
    const random = createRandom(6);
    const model = await lived([SHORT, LONG], 6, 100);
    const part = model.part();
    const before = structuredClone(part);
    for (let i = 0; i < 50; i++) model.observe(period([SHORT], part, random, 'baseline'));
    await model.train(NO_TRAINER, 8);
    expect(part).toEqual(before);
    expect(model.part()).not.toEqual(before);
  });

  it('of another shape, or with weights that are no numbers, is none', () => {
    const broken = NO_BALANCE.weights.slice();
    broken[3] = Number.NaN;
    expect(v.safeParse(BalancePartSchema, { ...NO_BALANCE, weights: broken }).success).toBe(false);
    expect(v.safeParse(BalancePartSchema, { ...NO_BALANCE, weights: new Float32Array(5) }).success).toBe(false);
    expect(v.safeParse(BalancePartSchema, NO_BALANCE).success).toBe(true);
  });
});
