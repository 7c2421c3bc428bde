import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIME_FEATURES } from './features.js';
import { createTimeModel } from './model.js';
import { NO_TIME, type TimePart } from './part.js';
import { createTimePredictor } from './predict.js';
import { normal, PLAIN, row, run, uniform } from './test-kit.js';
import { createTestTrainer } from './test-trainer.js';

/** Times of 1 s, twice as long where the first feature is 1, ±10 %. */
async function trained(seed = 1, outcomes = 800): Promise<TimePart> {
  const model = createTimeModel({ random: uniform(seed) });
  const trainer = createTestTrainer();
  const next = uniform(seed + 1);
  for (let i = 0; i < outcomes; i++) {
    const x = i % 2;
    model.observe(run({ at: i, features: row(x), ms: 1000 * (1 + x) * Math.exp(0.1 * normal(next)) }));
    if (i % 8 === 7) await model.train(trainer, 8);
  }
  return model.part();
}

describe('a predictor', () => {
  it('is the plain oracle exactly before anything was learned', () => {
    const plain = fc
      .tuple(...[1, 2, 3].map(() => fc.double({ min: 1e-3, max: 1e9, noNaN: true })))
      .map((three) => three.sort((a, b) => a - b))
      .map(([p025 = 1, median = 1, p975 = 1]) => ({ p025, median, p975 }));
    const predict = createTimePredictor(NO_TIME);
    fc.assert(
      fc.property(plain, (said) => {
        expect(predict(row(1), said, 'k@1', 5, 1000)).toEqual({ ...said, confidence: 0 });
      }),
    );
  });

  it('is the plain oracle still while only some outcomes are known', async () => {
    const model = createTimeModel({ random: uniform(1) });
    for (let i = 0; i < 10; i++) model.observe(run({ at: i, ms: 900 }));
    await model.train(createTestTrainer(), 8);
    const { p025, median, p975 } = createTimePredictor(model.part())(row(0), PLAIN, 'k@1', 10, 120_000);
    expect([p025, median, p975]).toEqual([PLAIN.p025, PLAIN.median, PLAIN.p975].map((ms) => expect.closeTo(ms, 6)));
  });

  it('learns what the plain oracle does not know', async () => {
    const predict = createTimePredictor(await trained());
    const one = predict(row(0), PLAIN, 'k@1', 10, 120_000);
    const two = predict(row(1), PLAIN, 'k@1', 10, 120_000);
    expect(Math.abs(Math.log(one.median / 1000))).toBeLessThan(0.1);
    expect(Math.abs(Math.log(two.median / 2000))).toBeLessThan(0.1);
    expect(two.p975).toBeLessThan(2000 * 1.6);
    expect(two.p025).toBeGreaterThan(2000 / 1.6);
    expect(one.confidence).toBeGreaterThan(0.5);
    expect(one.confidence).toBeLessThanOrEqual(1);
  });

  it('never crosses, and is finite, whatever it is asked', async () => {
    const predict = createTimePredictor(await trained(3, 200));
    const feature = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e300));
    const time = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(feature, { maxLength: TIME_FEATURES.length }), time, time, time, (features, ...times) => {
        const [p025 = 1, median = 1, p975 = 1] = times.sort((a, b) => a - b);
        const said = predict(features, { p025, median, p975 }, 'k@1', 3, 5);
        expect(said.p025).toBeGreaterThan(0);
        expect(said.p025).toBeLessThanOrEqual(said.median);
        expect(said.median).toBeLessThanOrEqual(said.p975);
        expect(said.p975).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(said.confidence).toBeGreaterThanOrEqual(0);
        expect(said.confidence).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('passes on a plain answer that makes no sense', async () => {
    const bad = { p025: Number.NaN, median: 5, p975: 1 };
    expect(createTimePredictor(await trained(3, 100))(row(0), bad, 'k@1', 1, 1)).toEqual({ ...bad, confidence: 0 });
  });

  it('answers the same to the same', async () => {
    const part = await trained(5, 200);
    const [one, other] = [createTimePredictor(part), createTimePredictor(structuredClone(part))];
    const said = one(row(1), PLAIN, 'k@1', 3, 5);
    one(row(0), PLAIN, 'k@1', 3, 5);
    expect(one(row(1), PLAIN, 'k@1', 3, 5)).toEqual(said);
    expect(other(row(1), PLAIN, 'k@1', 3, 5)).toEqual(said);
  });
});
