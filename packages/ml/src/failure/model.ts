import type { Model, ModelDeps, Score } from '../model.js';
import { initialWeights } from '../nn/net.js';
import { createRunningNormaliser, normalise } from '../nn/normaliser.js';
import type { Batch, NetSpec, NetTrainer, Trainer } from '../nn/trainer.js';
import { HORIZON_MS, type PresenceObservation } from '../observation.js';
import { calibrate } from './calibrate.js';
import { FAILURE_FEATURES } from './features.js';
import { plainLogOdds } from './hazard.js';
import { createLooks, isComplete, isSoundLook, leftWithinHorizon, type Row, rowsOf } from './looks.js';
import { FAILURE_NET, type FailurePart, NO_FAILURE } from './part.js';
import { createFailurePredictor, createPieces, tellPiece } from './predict.js';
import { createRecentScore } from './score.js';

/**
 * Learns when volunteers leave: a hazard over session age with censoring, and its calibration.
 *
 * 1. A look is scored by the part that was there before it, and only then kept.
 * 2. Looks that were cut short count for the pieces that were seen whole.
 * 3. `train(trainer, 0)` leaves the net alone and calibrates anew.
 */

const SPEC: NetSpec = { shape: FAILURE_NET, loss: 'logistic', learningRate: 0.005, l2: 1e-3 };

const KEPT = 10_000;
const BATCH = 256;
/** Of a batch: looks that came since the last step, as long as there are any. */
const FRESH = 64;
/** Looks that a calibration is made from: a grid's habits change within hours. */
const CALIBRATED = 1000;
/** Fewer looks teach nothing. */
const LEAST = 50;
/** Rounds of training whose weights are averaged: single ones wander around what they have in common (Izmailov et al. 2018). */
const AVERAGED = 20;

export function createFailureModel({ random }: ModelDeps): Model<FailurePart> {
  const looks = createLooks(KEPT);
  const score = createRecentScore();
  let normaliser = createRunningNormaliser(FAILURE_FEATURES.length);
  let part: FailurePart = { ...NO_FAILURE, weights: initialWeights(FAILURE_NET, random) };
  let predict = createFailurePredictor(part);
  let net: { readonly trainer: Trainer; readonly open: NetTrainer } | null = null;
  let fresh: PresenceObservation[] = [];
  let rounds = 0;
  let latest = Number.NEGATIVE_INFINITY;

  function close(): void {
    net?.open.close();
    net = null;
  }

  function netFor(trainer: Trainer): NetTrainer {
    if (net?.trainer === trainer) return net.open;
    close();
    net = { trainer, open: trainer.open(SPEC, part.weights) };
    return net.open;
  }

  function draw(): readonly Row[] {
    const rows: Row[] = fresh.splice(0, FRESH / 2).flatMap(rowsOf);
    for (let tries = 0; rows.length < BATCH && tries < BATCH; tries++) {
      const look = looks.at(Math.floor(random() * looks.length));
      if (look) rows.push(...rowsOf(look));
    }
    return rows;
  }

  /** Outcomes of looks that began a horizon ago: of later ones those who left are known sooner than those who stayed. */
  function calibration(weights: FailurePart['weights'], scaled: FailurePart['normaliser']) {
    const pieces = createPieces({ weights, normaliser: scaled });
    const outcomes = [];
    for (let i = looks.length - 1; i >= 0 && outcomes.length < CALIBRATED; i--) {
      const look = looks.at(i);
      if (!look || !isComplete(look) || look.at - look.watchedMs > latest - HORIZON_MS) continue;
      const hazard = pieces(look.features, look.ageMs).reduce((sum, h) => sum + h, 0);
      outcomes.push({ hazard, left: leftWithinHorizon(look) });
    }
    return calibrate(outcomes);
  }

  return {
    name: 'failure',
    observe(observation) {
      if (observation.type !== 'presence' || !isSoundLook(observation)) return;
      if (isComplete(observation)) {
        score.add(
          predict(observation.features, observation.ageMs, HORIZON_MS),
          observation.plain,
          leftWithinHorizon(observation),
        );
      }
      looks.add(observation);
      normaliser.add(observation.features);
      latest = Math.max(latest, observation.at);
      fresh.push(observation);
      if (fresh.length > KEPT) fresh = fresh.slice(-KEPT);
    },
    async train(trainer, steps) {
      if (looks.length < LEAST) return;
      let { weights, normaliser: scaled } = part;
      if (steps > 0) {
        const open = netFor(trainer);
        scaled = normaliser.value();
        for (let step = 0; step < steps; step++) {
          const rows = draw();
          if (rows.length > 0) open.step(batchOf(rows, scaled, looks.weight));
        }
        rounds++;
        weights = averaged(weights, await open.weights(), 1 / Math.min(rounds, AVERAGED));
      }
      part = { samples: normaliser.samples, weights, normaliser: scaled, calibration: calibration(weights, scaled) };
      predict = createFailurePredictor(part);
    },
    part: () => part,
    restore(from) {
      close();
      part = from;
      rounds = AVERAGED;
      predict = createFailurePredictor(part);
      normaliser = createRunningNormaliser(FAILURE_FEATURES.length, from);
    },
    score: (): Score => score.value(),
    close,
  };
}

/** A new array: `share` of the way from one to the other. */
function averaged(from: Float32Array, to: Float32Array, share: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(from, (w, i) => w + share * ((to[i] ?? w) - w));
}

function batchOf(
  rows: readonly Row[],
  scaled: FailurePart['normaliser'],
  weight: (look: PresenceObservation) => number,
): Batch {
  const batch = {
    size: rows.length,
    inputs: new Float32Array(rows.length * FAILURE_NET.inputs),
    targets: new Float32Array(rows.length),
    weights: new Float32Array(rows.length),
    offsets: new Float32Array(rows.length),
  };
  for (const [i, { look, piece, left }] of rows.entries()) {
    const at = i * FAILURE_NET.inputs;
    normalise(scaled, look.features, batch.inputs.subarray(at, at + FAILURE_FEATURES.length));
    tellPiece(batch.inputs, at, piece);
    batch.targets[i] = left ? 1 : 0;
    batch.weights[i] = weight(look);
    batch.offsets[i] = plainLogOdds(piece, look.ageMs);
  }
  return batch;
}
