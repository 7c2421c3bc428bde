import { VolunteerId } from '@tabgrid/protocol/ids';
import { leavesWithinAMinute } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { seeded } from '../nn/test-kit.js';
import { createTfjsTrainer } from '../nn/tfjs-trainer.js';
import { HORIZON_MS, type PresenceObservation } from '../observation.js';
import { volunteerView } from '../view-kit.js';
import { NO_CALIBRATION } from './calibrate.js';
import { failureFeatures } from './features.js';
import { createLooks, rowsOf } from './looks.js';
import { createFailureModel } from './model.js';
import { createFailurePredictor } from './predict.js';

const SHAPE = 0.6;
const SCALE_MS = 150_000;

const summed = (ageMs: number): number => (ageMs / SCALE_MS) ** SHAPE;
/** P(leaves within a time) at an age, of the Weibull distribution that sessions are drawn from. */
const truth = (ageMs: number, within: number): number => -Math.expm1(summed(ageMs) - summed(ageMs + within));

function look(ageMs: number, change: Partial<PresenceObservation> = {}): PresenceObservation {
  return {
    type: 'presence',
    at: 0,
    volunteer: v.parse(VolunteerId, 'v1'),
    features: failureFeatures(volunteerView({ ageMs })),
    ageMs,
    watchedMs: HORIZON_MS,
    left: false,
    plain: leavesWithinAMinute(ageMs),
    said: leavesWithinAMinute(ageMs),
    ...change,
  };
}

/** One look at each session, at some age that it reached. @param cut how long it is watched at most */
function weibullLooks(count: number, seed: number, cut: (next: () => number) => number = () => HORIZON_MS) {
  const next = seeded(seed);
  return Array.from({ length: count }, (_, i) => {
    const ageMs = 2000 + 900_000 * next() ** 3;
    const end = SCALE_MS * (summed(ageMs) - Math.log(1 - next())) ** (1 / SHAPE) - ageMs;
    const watched = Math.min(HORIZON_MS, cut(next));
    const at = i * 1000;
    const volunteer = v.parse(VolunteerId, `v${i % 97}`);
    return look(ageMs, {
      volunteer,
      at: at + Math.min(end, watched),
      watchedMs: Math.min(end, watched),
      left: end <= watched,
    });
  });
}

async function trained(looks: readonly PresenceObservation[], rounds = 30, seed = 1) {
  const model = createFailureModel({ random: seeded(seed) });
  for (const one of looks) model.observe(one);
  const trainer = await createTfjsTrainer('cpu');
  for (let round = 0; round < rounds; round++) await model.train(trainer, 25);
  return { model, trainer };
}

const AGES = [5000, 30_000, 90_000, 300_000, 800_000];
const errors = (predict: ReturnType<typeof createFailurePredictor>): readonly number[] =>
  AGES.map((age) => predict(look(age).features, age, HORIZON_MS) - truth(age, HORIZON_MS));

describe('the failure model', () => {
  it('recovers a Weibull distribution, within the minute and beyond', async () => {
    const { model } = await trained(weibullLooks(9000, 1));
    // A calibration is made from a thousand looks: its noise is another matter.
    const predict = createFailurePredictor({ ...model.part(), calibration: NO_CALIBRATION });
    for (const age of AGES) {
      const said = (within: number) => predict(look(age).features, age, within);
      expect(Math.abs(said(HORIZON_MS) - truth(age, HORIZON_MS))).toBeLessThan(0.02);
      expect(Math.abs(said(30_000) - truth(age, 30_000))).toBeLessThan(0.03);
      expect(Math.abs(said(180_000) - truth(age, 180_000))).toBeLessThan(0.1);
    }
    const { learned, baseline, samples } = model.score();
    expect(samples).toBe(500);
    // Nothing was learned yet when those were scored: it was the plain oracle.
    expect(learned).toBeCloseTo(baseline ?? 0, 6);
  });

  it('is calibrated where the truth is known', async () => {
    const { model } = await trained(weibullLooks(9000, 2));
    const predict = createFailurePredictor(model.part());
    const fresh = weibullLooks(4000, 3);
    const said = fresh.reduce((sum, l) => sum + predict(l.features, l.ageMs, HORIZON_MS), 0) / fresh.length;
    const seen = fresh.reduce((sum, l) => sum + truth(l.ageMs, HORIZON_MS), 0) / fresh.length;
    expect(Math.abs(said - seen)).toBeLessThan(0.02);
  });

  it('learns from looks that were cut short, without which it would see too many leave', async () => {
    // Half of the looks end after some seconds, for whatever reason.
    const cut = weibullLooks(9000, 4, (next) => (next() < 0.5 ? 40_000 * next() : HORIZON_MS));
    const { model } = await trained(cut);
    const pieces = createFailurePredictor({ ...model.part(), calibration: NO_CALIBRATION });
    const bias = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length;
    expect(Math.abs(bias(errors(pieces)))).toBeLessThan(0.03);
    // Those alone of which it is known whether they left within the minute:
    const known = cut.filter((l) => l.left || l.watchedMs >= HORIZON_MS);
    const naive = createFailurePredictor((await trained(known)).model.part());
    expect(bias(errors(naive))).toBeGreaterThan(0.05);
  });

  it('finds who is likelier to leave', async () => {
    const next = seeded(5);
    const looks = Array.from({ length: 6000 }, (_, i) => {
      const hidden = next() < 0.5;
      const left = next() < (hidden ? 0.6 : 0.1);
      const features = failureFeatures(volunteerView({ hidden, ageMs: 200_000 }));
      const watchedMs = left ? HORIZON_MS * next() : HORIZON_MS;
      return look(200_000, { features, left, watchedMs, at: i * 1000, volunteer: v.parse(VolunteerId, `v${i % 50}`) });
    });
    const { model } = await trained(looks);
    const predict = createFailurePredictor(model.part());
    const said = (hidden: boolean) =>
      predict(failureFeatures(volunteerView({ hidden, ageMs: 200_000 })), 200_000, HORIZON_MS);
    expect(Math.abs(said(true) - 0.6)).toBeLessThan(0.05);
    expect(Math.abs(said(false) - 0.1)).toBeLessThan(0.05);
    for (const l of looks.slice(0, 500)) model.observe(l);
    const { learned, baseline } = model.score();
    expect(learned ?? 1).toBeLessThan((baseline ?? 0) - 0.02);
  });

  it('is not poisoned by one who lies all the time', async () => {
    const honest = weibullLooks(3000, 6);
    const liar = Array.from({ length: 3000 }, (_, i) =>
      look(300_000, {
        volunteer: v.parse(VolunteerId, 'liar'),
        features: failureFeatures(
          volunteerView({ ageMs: 1e300, hidden: true, link: null, telemetry: { intensity: -1e300, battery: null } }),
        ),
        left: i % 2 === 0,
        watchedMs: i % 2 === 0 ? 0 : HORIZON_MS,
        at: 4e6,
      }),
    );
    const broken = [
      look(Number.NaN),
      look(-1),
      look(1000, { features: [1, 2] }),
      look(1000, { features: look(1000).features.map(() => Number.NaN) }),
      look(1000, { watchedMs: Number.NaN }),
      look(1000, { watchedMs: 1e9 }),
    ];
    const clean = createFailurePredictor((await trained(honest)).model.part());
    const { model } = await trained([...broken, ...honest.flatMap((h, i) => [h, ...liar.slice(i, i + 1)])]);
    expect(model.part().samples).toBe(6000);
    const poisoned = createFailurePredictor({ ...model.part(), calibration: NO_CALIBRATION });
    for (const [i, error] of errors(poisoned).entries()) {
      expect(Math.abs(error - (errors(clean)[i] ?? 0))).toBeLessThan(0.1);
    }
  });

  it('is the same for the same observations, and goes on from what was kept', async () => {
    const looks = weibullLooks(600, 7);
    const [a, b] = [await trained(looks, 3), await trained(looks, 3)];
    expect(a.model.part()).toEqual(b.model.part());
    const before = a.model.part();
    const frozen = structuredClone(before);
    const later = createFailureModel({ random: seeded(2) });
    later.restore(structuredClone(before));
    expect(later.part()).toEqual(before);
    await later.train(b.trainer, 25);
    expect(later.part()).toEqual(before);
    for (const l of looks) later.observe(l);
    await later.train(b.trainer, 25);
    expect(later.part().weights).not.toEqual(before.weights);
    expect(later.part().samples).toBe(1200);
    // A part that was given away is never written to again.
    await a.model.train(a.trainer, 25);
    expect(before).toEqual(frozen);
    const tensors = b.trainer.memory().tensors;
    for (const m of [a.model, b.model, later]) m.close();
    expect(b.trainer.memory().tensors).toBeLessThan(tensors);
  });

  it('calibrates anew without touching the net', async () => {
    const { model, trainer } = await trained(weibullLooks(1500, 8), 10);
    const { weights, calibration } = model.part();
    const next = seeded(9);
    for (let i = 0; i < 1500; i++) {
      const left = next() < 0.9;
      const ageMs = 100_000;
      model.observe(
        look(ageMs, {
          left,
          watchedMs: left ? 30_000 : HORIZON_MS,
          at: 1e9 + i * 1000,
          volunteer: v.parse(VolunteerId, `w${i}`),
        }),
      );
    }
    await model.train(trainer, 0);
    expect(model.part().weights).toEqual(weights);
    expect(model.part().calibration).not.toEqual(calibration);
    expect(createFailurePredictor(model.part())(look(100_000).features, 100_000, HORIZON_MS)).toBeGreaterThan(0.85);
  });
});

describe('looks', () => {
  it('count for the pieces that were seen whole', () => {
    const rows = (watchedMs: number, left: boolean) =>
      rowsOf(look(1000, { watchedMs, left })).map((r) => [r.piece, r.left]);
    expect(rows(60_000, false)).toEqual([
      [0, false],
      [1, false],
      [2, false],
    ]);
    expect(rows(25_000, false)).toEqual([[0, false]]);
    expect(rows(25_000, true)).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(rows(0, true)).toEqual([[0, true]]);
    expect(rows(5000, false)).toEqual([]);
    expect(rows(60_000, true)).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(rows(30_000, true)).toEqual([
      [0, false],
      [1, true],
    ]);
  });

  it('make place for the newest, and one volunteer’s weigh no more than a fifth', () => {
    const looks = createLooks(10);
    const of = (name: string, ageMs: number) => look(ageMs, { volunteer: v.parse(VolunteerId, name) });
    for (let i = 0; i < 14; i++) looks.add(of(i < 6 ? 'old' : i < 13 ? 'many' : 'few', i));
    expect(looks.length).toBe(10);
    expect(looks.at(0)?.ageMs).toBe(4);
    expect(looks.at(9)?.ageMs).toBe(13);
    expect(looks.weight(of('many', 0))).toBeCloseTo(2 / 7);
    expect(looks.weight(of('few', 0))).toBe(1);
    expect(looks.weight(of('old', 0))).toBe(1);
  });
});
