import type { Model, ModelDeps } from '../model.js';
import { initialWeights } from '../nn/net.js';
import { createRunningNormaliser, normalise } from '../nn/normaliser.js';
import type { Batch, NetTrainer, Trainer } from '../nn/trainer.js';
import type { Observation, TripObservation } from '../observation.js';
import { calibrate, LEAST_CALIBRATED } from './calibrate.js';
import { LATENCY_FEATURES } from './features.js';
import { LATENCY_NET, type LatencyPart, NO_LATENCY } from './part.js';
import { createLatencyPredictor, createResiduals, isTrip } from './predict.js';
import { createRecent, residualOf, type Trip } from './replay.js';

/**
 * Learns the next round trip to a volunteer as a distribution, as a residual over the plain oracle's.
 *
 * 1. Until it has been trained and calibrated, its part is the plain oracle.
 * 2. A trip is either trained on or calibrated with, never both: which, is drawn when it comes.
 */
export function createLatencyModel({ random }: ModelDeps): Model<LatencyPart> {
  let current: LatencyPart = NO_LATENCY;
  let predict = createLatencyPredictor(current);
  let samples = 0;
  let normaliser = createRunningNormaliser(LATENCY_FEATURES.length);
  let weights = initialWeights(LATENCY_NET.shape, random);
  let open: { readonly trainer: Trainer; readonly net: NetTrainer } | null = null;
  const trained = createRecent(MOST_TRAINED);
  const measured = createRecent(MOST_MEASURED);
  let losses: Losses[] = [];

  const close = () => {
    open?.net.close();
    open = null;
  };

  const draw = (from: readonly Trip[], newest: number): Trip | undefined =>
    from[from.length - 1 - Math.floor(random() * Math.min(newest, from.length))];

  const batch = (): Batch => {
    const { inputs: width } = LATENCY_NET.shape;
    const scaled = normaliser.value();
    const inputs = new Float32Array(BATCH * width);
    const targets = new Float32Array(BATCH);
    const shares = new Float32Array(BATCH);
    for (let i = 0; i < BATCH; i++) {
      // Half of them are new, half are a replay.
      const trip = draw(trained.trips, i % 2 === 0 ? NEWEST : MOST_TRAINED);
      if (!trip) continue;
      normalise(scaled, trip.features, inputs.subarray(i * width, (i + 1) * width));
      targets[i] = trip.residual;
      shares[i] = trained.weightOf(trip);
    }
    return { size: BATCH, inputs, targets, weights: shares };
  };

  return {
    name: 'latency',
    observe(observation) {
      const seen = honestTrip(observation);
      if (!seen) return;
      const { features, plain, ms, volunteer } = seen;
      const learned = predict(features, plain);
      losses.push({ learned: lossOf(learned, ms), baseline: lossOf(plain, ms) });
      if (losses.length >= 2 * SCORED) losses = losses.slice(-SCORED);
      const trip: Trip = { volunteer, features, residual: residualOf(ms, plain.median) };
      samples++;
      normaliser.add(features);
      (random() < MEASURED_SHARE ? measured : trained).add(trip);
    },
    async train(trainer, steps) {
      if (trained.trips.length >= BATCH && steps > 0) {
        if (open?.trainer !== trainer) {
          close();
          open = { trainer, net: trainer.open(LATENCY_NET, weights) };
        }
        for (let i = 0; i < steps; i++) open.net.step(batch());
        weights = await open.net.weights();
      }
      const net = { weights, ...normaliser.value() };
      const recent = measured.trips.slice(-MOST_MEASURED);
      if (recent.length >= LEAST_CALIBRATED && trained.trips.length >= BATCH) {
        current = { samples, net: { ...net, factors: calibrate(recent, measured.weightOf, createResiduals(net)) } };
      } else if (current.net) {
        // Taken up from an earlier page: its calibration holds until there is another.
        current = { samples, net: { ...net, factors: current.net.factors } };
      } else current = { ...current, samples };
      predict = createLatencyPredictor(current);
    },
    part: () => current,
    restore(part) {
      close();
      current = part;
      predict = createLatencyPredictor(part);
      samples = part.samples;
      trained.clear();
      measured.clear();
      losses = [];
      weights = part.net?.weights.slice() ?? initialWeights(LATENCY_NET.shape, random);
      normaliser = createRunningNormaliser(
        LATENCY_FEATURES.length,
        part.net ? { normaliser: part.net, samples } : undefined,
      );
    },
    score() {
      const last = losses.slice(-SCORED);
      const mean = (of: keyof Losses) =>
        last.length === 0 ? null : last.reduce((sum, loss) => sum + loss[of], 0) / last.length;
      return {
        samples: last.length,
        learned: mean('learned'),
        baseline: mean('baseline'),
        measure: 'pinball loss of log ms, median and 95th percentile',
      };
    },
    close,
  };
}

const BATCH = 64;
const NEWEST = 512;
const MOST_TRAINED = 4000;
const MOST_MEASURED = 1000;
/** Share of the trips that are kept from training, to calibrate with. */
const MEASURED_SHARE = 0.25;
/** Outcomes that are scored. */
const SCORED = 400;

interface Losses {
  readonly learned: number;
  readonly baseline: number;
}

function lossOf({ median, p95 }: { readonly median: number; readonly p95: number }, ms: number): number {
  return pinball(Math.log(ms / median), 0.5) + pinball(Math.log(ms / Math.max(p95, median)), 0.95);
}

/** Of a quantile that an outcome is so far above (Koenker and Bassett 1978). */
const pinball = (above: number, q: number): number => Math.max(q * above, (q - 1) * above);

/** Null for what no honest machine could have made. */
function honestTrip(observation: Observation): TripObservation | null {
  if (observation.type !== 'trip') return null;
  const { features, plain, ms } = observation;
  const sound = features.length === LATENCY_FEATURES.length && features.every(Number.isFinite);
  return sound && isTrip(ms) && isTrip(plain.median) && isTrip(plain.p95) ? observation : null;
}
