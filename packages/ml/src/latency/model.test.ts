import { VolunteerId } from '@tabgrid/protocol/ids';
import { createRandom, type Random } from '@tabgrid/scheduler/random';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTfjsTrainer } from '../nn/tfjs-trainer.js';
import type { Trainer } from '../nn/trainer.js';
import type { TripObservation } from '../observation.js';
import { CONTEXT, volunteerView } from '../view-kit.js';
import { latencyFeatures } from './features.js';
import { createLatencyModel } from './model.js';
import { LatencyPartSchema, NO_LATENCY } from './part.js';
import { createLatencyPredictor } from './predict.js';

let trainer: Trainer;
beforeAll(async () => {
  trainer = await createTfjsTrainer('cpu');
});

/** Standard normal (Box and Muller 1958). */
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Whose features say what the truth is: a congested link takes longer than its history says, a relayed one varies more. */
interface Link {
  readonly relay: boolean;
  readonly congestion: number;
}

const drawLink = (random: Random): Link => ({ relay: random.next() < 0.5, congestion: random.next() });

const PLAIN = { median: 60, p95: 100 };
const medianOf = ({ congestion }: Link) => PLAIN.median * Math.exp(0.8 * congestion);
const sigmaOf = ({ relay }: Link) => (relay ? 0.4 : 0.1);

function tripOf(link: Link, random: Random, volunteer = 'v1'): TripObservation {
  const view = volunteerView({
    link: {
      path: link.relay ? 'relay' : 'direct',
      jitterMs: 5 * random.next(),
      lateShare: 0,
      congestion: link.congestion,
      silentMs: 1000 * random.next(),
    },
  });
  const ms = medianOf(link) * Math.exp(sigmaOf(link) * normal(random));
  const features = latencyFeatures(view, CONTEXT);
  return {
    type: 'trip',
    at: 0,
    volunteer: v.parse(VolunteerId, volunteer),
    features,
    plain: PLAIN,
    said: PLAIN,
    ms,
  };
}

async function trained(seed: number, trips: number, each: (i: number) => readonly TripObservation[] = () => []) {
  const random = createRandom(seed);
  const draws = createRandom(seed + 1000);
  const model = createLatencyModel({ random: () => draws.next() });
  for (let i = 0; i < trips; i++) {
    model.observe(tripOf(drawLink(random), random));
    for (const trip of each(i)) model.observe(trip);
    if (i % 20 === 19) await model.train(trainer, 8);
  }
  return model;
}

describe('a truth that is known', () => {
  it('is found: medians, and 95 of 100 below the 95th percentile', async () => {
    const model = await trained(1, 3000);
    let predict = createLatencyPredictor(model.part());
    const random = createRandom(77);
    for (const relay of [false, true]) {
      for (const congestion of [0.1, 0.5, 0.9]) {
        const link = { relay, congestion };
        const { median, p95 } = predict(tripOf(link, random).features, PLAIN);
        expect(Math.abs(Math.log(median / medianOf(link)))).toBeLessThan(0.1);
        expect(Math.abs(Math.log(p95 / medianOf(link)) / 1.645 / sigmaOf(link) - 1)).toBeLessThan(0.5);
      }
    }
    // Rolling: what the model said of each before it learned from it.
    let [below95, within, n] = [0, 0, 0];
    for (let i = 0; i < 8000; i++) {
      const trip = tripOf(drawLink(random), random);
      const told = predict(trip.features, PLAIN);
      if (trip.ms <= told.p95) below95++;
      if (trip.ms >= told.p025 && trip.ms <= told.p975) within++;
      n++;
      model.observe(trip);
      if (i % 40 === 39) {
        await model.train(trainer, 2);
        predict = createLatencyPredictor(model.part());
      }
    }
    expect(Math.abs(below95 / n - 0.95)).toBeLessThan(0.01);
    expect(Math.abs(within / n - 0.95)).toBeLessThan(0.01);
    const { learned, baseline, samples } = model.score();
    expect(samples).toBe(400);
    expect(learned ?? Number.NaN).toBeLessThan((baseline ?? Number.NaN) * 0.7);
    model.close();
  });
});

it('is the plain oracle until it has seen enough', async () => {
  const model = await trained(2, 60);
  const { features } = tripOf({ relay: true, congestion: 1 }, createRandom(1));
  const { median, p95, p025, p975 } = createLatencyPredictor(model.part())(features, PLAIN);
  expect([median, p95]).toEqual([PLAIN.median, PLAIN.p95]);
  // Log-normal: 95 % are within.
  expect(Math.log(p975 / median)).toBeCloseTo((Math.log(100 / 60) * 1.96) / 1.645, 2);
  expect(p025 * p975).toBeCloseTo(median ** 2);
  const { learned, baseline } = model.score();
  expect(learned).toBe(baseline);
  expect(createLatencyModel({ random: () => 0.5 }).score().learned).toBeNull();
});

it('learns the same from the same', async () => {
  const [a, b, c] = [await trained(3, 400), await trained(3, 400), await trained(4, 400)];
  expect(a.part()).toEqual(b.part());
  expect(a.part()).not.toEqual(c.part());
  for (const model of [a, b, c]) model.close();
});

describe('poison', () => {
  const links = [0.1, 0.5, 0.9].flatMap((congestion) => [true, false].map((relay) => ({ relay, congestion })));
  const said = (model: Awaited<ReturnType<typeof trained>>) => {
    const predict = createLatencyPredictor(model.part());
    return links.map((link) => predict(tripOf(link, createRandom(5)).features, PLAIN));
  };

  it('that no honest machine could send changes nothing at all', async () => {
    const good = tripOf({ relay: true, congestion: 0.5 }, createRandom(1));
    const bad: readonly TripObservation[] = [
      ...[Number.NaN, Number.POSITIVE_INFINITY, -5, 0, 1e12].map((ms) => ({ ...good, ms })),
      ...[Number.NaN, -1, 0].map((median) => ({ ...good, plain: { median, p95: 50 } })),
      { ...good, features: good.features.map(() => Number.NaN) },
      { ...good, features: good.features.slice(1) },
    ];
    const [clean, poisoned] = [await trained(6, 300), await trained(6, 300, () => bad)];
    expect(poisoned.part()).toEqual(clean.part());
    expect(poisoned.score()).toEqual(clean.score());
  });

  it('of one volunteer that lies all the time barely moves what is said of the others', async () => {
    // Ten honest volunteers, and an eleventh whose links look like theirs, who claims ten seconds, twice as often as each of them.
    const others = (lies: boolean) => {
      const random = createRandom(50);
      return (): readonly TripObservation[] => [
        ...Array.from({ length: 9 }, (_, k) => tripOf(drawLink(random), random, `honest${k}`)),
        ...Array.from({ length: lies ? 2 : 0 }, () => ({ ...tripOf(drawLink(random), random, 'liar'), ms: 10_000 })),
      ];
    };
    const [clean, poisoned] = [await trained(7, 900, others(false)), await trained(7, 900, others(true))];
    const [honest, told] = [said(clean), said(poisoned)];
    for (const [k, { median }] of told.entries()) {
      expect(Math.abs(Math.log(median / (honest[k]?.median ?? Number.NaN)))).toBeLessThan(0.2);
    }
    clean.close();
    poisoned.close();
  });
});

describe('a part', () => {
  it('is taken up again, on another trainer too, and goes on', async () => {
    const model = await trained(8, 400);
    const part = v.parse(LatencyPartSchema, structuredClone(model.part()));
    const other = createLatencyModel({ random: () => 0.3 });
    other.restore(part);
    expect(other.part()).toEqual(model.part());
    const { features } = tripOf({ relay: true, congestion: 0.9 }, createRandom(1));
    const predict = (p: typeof part) => createLatencyPredictor(p)(features, PLAIN);
    expect(predict(other.part())).toEqual(predict(model.part()));
    // Nothing new to learn from: as it was.
    await other.train(trainer, 4);
    expect(predict(other.part()).median).toBeCloseTo(predict(part).median, 3);
    expect(other.part().samples).toBe(part.samples);
    model.close();
    other.close();
  });

  it('is never written to once it is given', async () => {
    const model = await trained(9, 300);
    const part = model.part();
    const before = structuredClone(part);
    const random = createRandom(3);
    for (let i = 0; i < 200; i++) model.observe(tripOf(drawLink(random), random));
    await model.train(trainer, 8);
    expect(part).toEqual(before);
    expect(model.part()).not.toEqual(before);
    model.close();
  });

  it('that is broken is none', async () => {
    const model = await trained(10, 300);
    const part = model.part();
    const { net } = part;
    if (!net) throw new Error('not trained');
    const parses = (changed: object) =>
      v.safeParse(LatencyPartSchema, { ...part, net: { ...net, ...changed } }).success;
    expect(parses({})).toBe(true);
    expect(v.safeParse(LatencyPartSchema, NO_LATENCY).success).toBe(true);
    expect(parses({ weights: net.weights.slice(1) })).toBe(false);
    expect(parses({ mean: net.mean.map(() => Number.NaN) })).toBe(false);
    expect(parses({ scale: net.scale.map(() => 0) })).toBe(false);
    expect(parses({ factors: { ...net.factors, p95: -1 } })).toBe(false);
    model.close();
  });
});

it('leaves no tensors behind', async () => {
  const before = trainer.memory().tensors;
  const model = await trained(11, 200);
  expect(trainer.memory().tensors).toBeGreaterThan(before);
  model.close();
  expect(trainer.memory().tensors).toBe(before);
});

describe('a predictor', () => {
  it('keeps its quantiles in order, and never says what is no number', async () => {
    const model = await trained(12, 300);
    const predict = createLatencyPredictor(model.part());
    const { features } = tripOf({ relay: true, congestion: 1 }, createRandom(1));
    for (const x of [0, -1e9, 1e9, Number.NaN, Number.POSITIVE_INFINITY]) {
      const said = predict(
        features.map((f, i) => (i % 2 === 0 ? x : f)),
        PLAIN,
      );
      expect(said.p025).toBeLessThanOrEqual(said.median);
      expect(said.median).toBeLessThanOrEqual(said.p95);
      expect(said.p95).toBeLessThanOrEqual(said.p975);
      expect(Number.isFinite(said.p975)).toBe(true);
    }
    expect(predict([], PLAIN).median).toBe(PLAIN.median);
    expect(predict(features, { median: 0, p95: 0 }).p95).toBe(0);
    model.close();
  });
});
