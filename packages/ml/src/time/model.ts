import type { VolunteerId } from '@tabgrid/protocol/ids';
import type { Model, ModelDeps } from '../model.js';
import { initialWeights } from '../nn/net.js';
import { createRunningNormaliser, type Normaliser } from '../nn/normaliser.js';
import type { NetSpec, NetTrainer, Trainer } from '../nn/trainer.js';
import type { Observation, RunObservation } from '../observation.js';
import { calibrationOf, createCalibration, settled, sliceOf } from './calibration.js';
import { beyond } from './censored.js';
import { TIME_PRIORS } from './features.js';
import { createOddities } from './oddities.js';
import { MEMBERS, NO_TIME, TIME_SHAPE, type TimePart } from './part.js';
import { createNetQuantiles } from './predict.js';
import { type Quantiles, quantileLoss } from './quantiles.js';
import { createReplay, type Row } from './replay.js';
import { halfOf, isSound, toScaled } from './scale.js';
import { createTrust, trustIn } from './trust.js';

const SPEC: NetSpec = { shape: TIME_SHAPE, loss: 'quantiles', learningRate: 3e-3, l2: 1e-5 };

/** What answers is the mean of the weights over about so many steps (Polyak and Juditsky 1992): one batch's whim does not show. */
const AVERAGED = 30;

const BATCH = 128;
/** With fewer outcomes the net stays the plain oracle, and only calibration learns. */
const LEAST_ROWS = 32;
/** Steps that one outcome pays for, so that a long pause does not teach a few outcomes by heart; and how many may be saved up. */
const STEPS_PER_OUTCOME = 0.5;
const MOST_SAVED = 64;
/** What rows of a volunteer count that is unlike anybody else. */
const ODD_WEIGHT = 0.1;
/** Outcomes in the score. */
const SCORED = 300;
/** A feature that hardly varied counts as if it had: or its first change would be an earthquake. */
const LEAST_SCALE = 0.5;
const LONGEST_MS = 7 * 24 * 3_600_000;
const MOST_FEATURE = 1000;

/** How long tasks take: quantiles of the time over the plain oracle's, calibrated. */
export function createTimeModel({ random }: ModelDeps): Model<TimePart> {
  let part: TimePart = NO_TIME;
  let quantiles = createNetQuantiles(part);
  let calibration = createCalibration(part);
  let normaliser = createRunningNormaliser(TIME_SHAPE.inputs);
  /** Outcomes up to here are in the part already: what comes again of them is only kept to be repeated. */
  let recalledUntil = 0;
  let trust = createTrust(part.trust);
  const oddities = createOddities();
  const replay = createReplay();
  const losses: { readonly learned: number; readonly baseline: number }[] = [];
  let samples = 0;
  let at = 0;
  let saved = 0;
  let rounds = 0;
  let averaged: readonly Float32Array<ArrayBuffer>[] = [];
  let open: { readonly trainer: Trainer; readonly nets: readonly NetTrainer[] } | null = null;

  const close = (): void => {
    for (const net of open?.nets ?? []) net.close();
    open = null;
  };

  const openWith = (trainer: Trainer): readonly NetTrainer[] => {
    if (open?.trainer === trainer) return open.nets;
    close();
    const weights = part.net?.members ?? Array.from({ length: MEMBERS }, () => initialWeights(TIME_SHAPE, random));
    open = { trainer, nets: weights.map((of) => trainer.open(SPEC, of)) };
    return open.nets;
  };

  const keep = (o: RunObservation): void => {
    const features = Float32Array.from(o.features);
    normaliser.add(features);
    const target = toScaled(o.ms, o.plain);
    replay.add({ volunteer: o.volunteer, features, target, censored: o.end === 'cut' });
  };

  const judge = (o: RunObservation): void => {
    const slice = sliceOf(o.kernel, o.results, o.ageMs);
    const raw = quantiles(o.features);
    const half = halfOf(o.plain);
    const said = settled(raw, calibrationOf(part, slice), trustIn(part.trust, half));
    const seen = toScaled(o.ms, o.plain);
    // Not from the calibrated interval: margins would be learned from margins, and grow without end.
    const observed = o.end === 'cut' ? beyond(seen, raw, random()) : seen;
    if (o.end === 'done') {
      oddities.learn(o.volunteer, Math.abs(observed - said.mid));
      losses.push({ learned: half * quantileLoss(observed, said), baseline: half * quantileLoss(observed, PLAIN) });
      if (losses.length > SCORED) losses.shift();
    }
    if (oddities.isOdd(o.volunteer)) return;
    calibration.learn(slice, raw, observed);
    if (o.end === 'done') trust.learn(half, raw.mid, observed);
  };

  return {
    name: 'time',
    observe(observation) {
      if (!isUsable(observation)) return;
      keep(observation);
      if (observation.at <= recalledUntil) return;
      recalledUntil = 0;
      judge(observation);
      samples++;
      at = Math.max(at, observation.at);
      saved = Math.min(MOST_SAVED, saved + STEPS_PER_OUTCOME);
    },
    async train(trainer, steps) {
      recalledUntil = 0;
      let { net } = part;
      const wanted = Math.min(steps, Math.floor(saved));
      if (wanted > 0 && replay.size >= LEAST_ROWS) {
        saved -= wanted;
        const current = steady(normaliser.value());
        const nets = openWith(trainer);
        const said = quantiles;
        const target = (row: Row) => beyond(row.target, said(row.features), random());
        const weight = (volunteer: VolunteerId) => (oddities.isOdd(volunteer) ? ODD_WEIGHT : 1);
        for (let step = 0; step < wanted; step++) {
          for (const member of nets) member.step(replay.batch(BATCH, current, random, target, weight));
        }
        const share = Math.min(1, Math.max(1 / ++rounds, wanted / AVERAGED));
        const now = await Promise.all(nets.map((member) => member.weights()));
        averaged = now.map((weights, i) => averageOf(averaged[i] ?? null, weights, share));
        net = { members: averaged, mean: current.mean, scale: current.scale };
      }
      part = { samples, at, net, trust: trust.value(), ...calibration.value() };
      quantiles = createNetQuantiles(part);
    },
    part: () => part,
    restore(from) {
      close();
      part = from;
      quantiles = createNetQuantiles(part);
      calibration = createCalibration(part);
      trust = createTrust(part.trust);
      const known = part.net && { normaliser: part.net, samples: part.samples };
      normaliser = createRunningNormaliser(TIME_SHAPE.inputs, known ?? undefined);
      recalledUntil = part.at;
      samples = part.samples;
      at = part.at;
      averaged = part.net?.members ?? [];
      rounds = 0;
    },
    score() {
      const mean = (of: 'learned' | 'baseline') =>
        losses.length === 0 ? null : losses.reduce((sum, loss) => sum + loss[of], 0) / losses.length;
      return {
        samples: losses.length,
        learned: mean('learned'),
        baseline: mean('baseline'),
        measure: 'mean pinball loss of log time at 2.5, 50 and 97.5 %',
      };
    },
    close,
  };
}

const PLAIN: Quantiles = { low: -1, mid: 0, high: 1 };

/** What an honest machine could have made. */
function isUsable(o: Observation): o is RunObservation {
  return (
    o.type === 'run' &&
    o.ms > 0 &&
    o.ms <= LONGEST_MS &&
    Number.isFinite(o.at) &&
    isSound(o.plain) &&
    o.features.length === TIME_SHAPE.inputs &&
    o.features.every((feature) => Math.abs(feature) <= MOST_FEATURE)
  );
}

function averageOf(
  before: Float32Array | null,
  now: Float32Array<ArrayBuffer>,
  weight: number,
): Float32Array<ArrayBuffer> {
  return before ? now.map((w, i) => (before[i] ?? 0) + weight * (w - (before[i] ?? 0))) : now;
}

function steady({ mean, scale }: Normaliser): Normaliser {
  return { mean, scale: scale.map((s, i) => Math.max(LEAST_SCALE, s) / (TIME_PRIORS[i] ?? 1)) };
}
