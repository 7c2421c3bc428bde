import { describe, expect, it } from 'vitest';
import type { RunObservation } from '../observation.js';
import { createTimeModel } from './model.js';
import { MEMBERS, NO_TIME } from './part.js';
import { createTimePredictor } from './predict.js';
import { normal, PLAIN, row, run, uniform, vid } from './test-kit.js';
import { createTestTrainer } from './test-trainer.js';

/** Lets a model see these in rounds of eight. */
async function learned(observations: Iterable<RunObservation>, model = createTimeModel({ random: uniform(1) })) {
  const trainer = createTestTrainer();
  let i = 0;
  for (const observation of observations) {
    model.observe(observation);
    if (++i % 8 === 0) await model.train(trainer, 8);
  }
  return model;
}

const ask = (model: ReturnType<typeof createTimeModel>, x = 0) =>
  createTimePredictor(model.part())(row(x), PLAIN, 'k@1', 10, 120_000);

/** Five honest volunteers, 1.3 s ± 20 %, and whatever is put between them. */
function* honest(count: number, between: (i: number) => RunObservation | null = () => null): Generator<RunObservation> {
  const next = uniform(9);
  for (let i = 0; i < count; i++) {
    yield run({ at: i + 1, volunteer: vid(`v${i % 5}`), ms: 1300 * Math.exp(0.2 * normal(next)) });
    const more = between(i);
    if (more) yield more;
  }
}

describe('what it learns', () => {
  it('begins as the plain oracle', () => {
    const model = createTimeModel({ random: uniform(1) });
    expect(model.part()).toEqual(NO_TIME);
    expect(model.score()).toMatchObject({ samples: 0, learned: null, baseline: null });
  });

  it('covers 95 % of a known truth within 0.01, and loses less than the plain oracle', async () => {
    const next = uniform(2);
    const trainer = createTestTrainer();
    const model = createTimeModel({ random: uniform(3) });
    let within = 0;
    let count = 0;
    for (let i = 0; i < 6000; i++) {
      // Lopsided, and wider where the feature is 1.
      const x = i % 2;
      const ms = 1100 * Math.exp((x ? 0.5 : 0.1) * -Math.log(1 - next()));
      if (i >= 1000) {
        const said = ask(model, x);
        count++;
        if (ms >= said.p025 && ms <= said.p975) within++;
      }
      model.observe(run({ at: i + 1, volunteer: vid(`v${i % 7}`), features: row(x), ms }));
      if (i % 20 === 19) await model.train(trainer, 4);
    }
    expect(Math.abs(within / count - 0.95)).toBeLessThan(0.01);
    const { samples, learned: ours, baseline } = model.score();
    expect(samples).toBe(300);
    expect(ours).toBeLessThan(0.9 * (baseline ?? 0));
  }, 30_000);

  it('scores itself before it learns', async () => {
    const model = createTimeModel({ random: uniform(1) });
    for (let i = 0; i < 100; i++) model.observe(run({ at: i + 1, ms: 2000 }));
    // Nothing was trained in between: whatever it learned by heart cannot show.
    expect(model.score().learned).toBeCloseTo(model.score().baseline ?? 0);
  });

  it('is the same for the same outcomes, seed and rounds, and another for another seed', async () => {
    const one = (await learned(honest(200))).part();
    expect((await learned(honest(200))).part()).toEqual(one);
    const other = (await learned(honest(200), createTimeModel({ random: uniform(7) }))).part();
    expect(other.net?.members).not.toEqual(one.net?.members);
  });

  it('does not go on learning the same few outcomes while nothing new comes', async () => {
    const model = await learned(honest(64));
    const trainer = createTestTrainer();
    for (let i = 0; i < 20; i++) await model.train(trainer, 64);
    const { net } = model.part();
    await model.train(trainer, 64);
    expect(model.part().net?.members).toEqual(net?.members);
  });
});

describe('what was cut', () => {
  /** Times about 1 s; a clone that takes as long on the mean ends the slower half of them. */
  function* cloned(end: 'cut' | 'thrown away'): Generator<RunObservation> {
    const next = uniform(4);
    for (let i = 0; i < 3000; i++) {
      const truth = 1000 * Math.exp(0.5 * normal(next));
      const clone = 1200 * Math.exp(0.3 * normal(next));
      const base = { at: i + 1, volunteer: vid(`v${i % 6}`) };
      if (truth <= clone) yield run({ ...base, ms: truth });
      else if (end === 'cut') yield run({ ...base, ms: clone, end: 'cut' });
    }
  }

  it('takes the optimism away that throwing it away would bring', async () => {
    const kept = ask(await learned(cloned('cut')));
    const thrown = ask(await learned(cloned('thrown away')));
    // The truth: median 1 s, 97.5 % at 2.66 s.
    expect(thrown.median).toBeLessThan(900);
    expect(thrown.p975).toBeLessThan(1900);
    expect(Math.abs(kept.median - 1000)).toBeLessThan(80);
    expect(kept.p975).toBeGreaterThan(2000);
    expect(kept.p975).toBeLessThan(3400);
  }, 30_000);

  it('does not count in the score', async () => {
    const model = createTimeModel({ random: uniform(1) });
    model.observe(run({ end: 'cut' }));
    expect(model.score().samples).toBe(0);
    await model.train(createTestTrainer(), 1);
    expect(model.part().samples).toBe(1);
  });
});

describe('poison', () => {
  it.each([
    ['no number', { ms: Number.NaN }],
    ['a negative time', { ms: -5 }],
    ['no time at all', { ms: 0 }],
    ['a year', { ms: 3.2e10 }],
    ['a feature that is none', { features: row(Number.NaN) }],
    ['a huge feature', { features: row(1e300) }],
    ['too few features', { features: [1] }],
    ['a plain answer of 0', { plain: { p025: 0, median: 0, p975: 0 } }],
    ['no date', { at: Number.POSITIVE_INFINITY }],
  ])('%s is passed over', async (_, change) => {
    const model = createTimeModel({ random: uniform(1) });
    model.observe(run(change));
    await model.train(createTestTrainer(), 1);
    expect(model.part()).toEqual(NO_TIME);
  });

  it.each([
    ['always fifty times too long', () => 1e6],
    ['always far too short', () => 0.01],
    ['now this, now that', (i: number) => (i % 2 ? 0.01 : 1e7)],
  ])(
    'one volunteer that is %s hardly moves what is said of others',
    async (_, ms) => {
      const clean = ask(await learned(honest(1500)));
      const lying = await learned(
        honest(1500, (i) => (i % 5 === 0 ? run({ at: i + 1, volunteer: vid('liar'), ms: ms(i) }) : null)),
      );
      const poisoned = ask(lying);
      expect(Math.abs(Math.log(poisoned.median / clean.median))).toBeLessThan(0.1);
      expect(Math.abs(Math.log(poisoned.p975 / clean.p975))).toBeLessThan(0.5);
      expect(Math.abs(Math.log(poisoned.p025 / clean.p025))).toBeLessThan(0.5);
    },
    30_000,
  );
});

describe('a part', () => {
  it('goes on after a restore as it answered before', async () => {
    const before = await learned(honest(304));
    const after = createTimeModel({ random: uniform(5) });
    after.restore(structuredClone(before.part()));
    expect(after.part()).toEqual(before.part());
    expect(ask(after)).toEqual(ask(before));
    for (const observation of honest(100)) after.observe({ ...observation, at: observation.at + 304 });
    await after.train(createTestTrainer(), 8);
    expect(after.part().samples).toBe(404);
    expect(Math.abs(Math.log(ask(after).median / ask(before).median))).toBeLessThan(0.1);
  });

  it('learns from kept outcomes again without judging itself by them', async () => {
    const before = await learned(honest(104));
    const after = createTimeModel({ random: uniform(5) });
    after.restore(before.part());
    for (const observation of honest(104)) after.observe(observation);
    expect(after.score().samples).toBe(0);
    await after.train(createTestTrainer(), 8);
    expect(after.part().samples).toBe(104);
    after.observe(run({ at: 1 }));
    expect(after.score().samples).toBe(1);
  });

  it('is never written to again', async () => {
    const model = await learned(honest(100));
    const part = model.part();
    const copy = structuredClone(part);
    for (const observation of honest(200)) model.observe({ ...observation, at: observation.at + 200 });
    await model.train(createTestTrainer(), 8);
    expect(part).toEqual(copy);
    expect(model.part()).not.toEqual(copy);
  });

  it('frees what the trainer held, once', async () => {
    let opened = 0;
    let closed = 0;
    const inner = createTestTrainer();
    const trainer = {
      ...inner,
      open(...args: Parameters<typeof inner.open>) {
        opened++;
        return { ...inner.open(...args), close: () => void closed++ };
      },
    };
    const model = createTimeModel({ random: uniform(1) });
    for (const observation of honest(100)) model.observe(observation);
    await model.train(trainer, 4);
    await model.train(trainer, 4);
    expect([opened, closed]).toEqual([MEMBERS, 0]);
    await model.train(createTestTrainer(), 4);
    expect([opened, closed]).toEqual([MEMBERS, MEMBERS]);
    model.close();
    model.close();
    expect(closed).toBe(MEMBERS);
  });
});
