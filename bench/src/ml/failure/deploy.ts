import { calibrate, calibrated, NO_CALIBRATION } from '@tabgrid/ml/failure/calibrate';
import { createFailureModel } from '@tabgrid/ml/failure/model';
import { createFailurePredictor } from '@tabgrid/ml/failure/predict';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import { HORIZON_MS } from '@tabgrid/ml/observation';
import type { Millis } from '@tabgrid/protocol/ids';
import { createRandom } from '@tabgrid/scheduler/random';
import type { Rule } from './baselines.js';
import type { TraceLook } from './trace-looks.js';

/**
 * Forecasts as a page would make them: what was fitted to one trace stays as it is, and only its calibration follows the outcomes
 * of the other one, each once it can be known.
 */

/** A look's outcome is known by then: a horizon later, and a session is over when nothing came for as long. */
const KNOWN_MS: Millis = 2 * HORIZON_MS;
const ROUND_MS: Millis = 60_000;
const CALIBRATED = 1000;
/** Steps of a round of training. */
const ROUND_STEPS = 25;

/** Runs through looks in the order of time: `tell` each whose outcome is known, `round` once a minute, `forecast` each. */
function walk(
  looks: readonly TraceLook[],
  { tell, forecast, round }: { tell(i: number): void; forecast(i: number): void; round(): Promise<void> | void },
): Promise<void> {
  return (async () => {
    let told = 0;
    let next = Number.NEGATIVE_INFINITY;
    for (const [i, { now }] of looks.entries()) {
      for (; told < i && (looks[told]?.now ?? 0) + KNOWN_MS <= now; told++) tell(told);
      if (now >= next) {
        await round();
        next = now + ROUND_MS;
      }
      forecast(i);
    }
  })();
}

export interface Training {
  readonly seed: number;
  /** Of a batch each, after all of the trace was seen. */
  readonly steps: number;
}

export interface Deployed {
  readonly chances: readonly number[];
  /** With the calibration of the training alone. */
  readonly frozen: readonly number[];
}

/** The product's model. @param test observed later than the training */
export async function deployModel(
  train: readonly TraceLook[],
  test: readonly TraceLook[],
  trainer: Trainer,
  { seed, steps }: Training,
): Promise<Deployed> {
  const model = createFailureModel({ random: createRandom(seed).next });
  for (const { observation } of train) model.observe(observation);
  for (let step = 0; step < steps; step += ROUND_STEPS) await model.train(trainer, ROUND_STEPS);
  const fixed = createFailurePredictor(model.part());
  let predict = fixed;
  const chances: number[] = [];
  const frozen: number[] = [];
  await walk(test, {
    tell(i) {
      const look = test[i];
      if (look) model.observe(look.observation);
    },
    async round() {
      await model.train(trainer, 0);
      predict = createFailurePredictor(model.part());
    },
    forecast(i) {
      const { features = [], ageMs = 0 } = test[i]?.observation ?? {};
      chances.push(predict(features, ageMs, HORIZON_MS));
      frozen.push(fixed(features, ageMs, HORIZON_MS));
    },
  });
  model.close();
  return { chances, frozen };
}

/** A simple rule, which gets the same calibration. */
export async function deployRule(
  train: readonly TraceLook[],
  test: readonly TraceLook[],
  rule: Rule,
): Promise<Deployed> {
  const hazard = (look: TraceLook) => {
    const p = rule({ ageMs: look.observation.ageMs, recencyMs: look.recencyMs });
    return -Math.log1p(-Math.min(1 - 1e-6, Math.max(1e-6, p)));
  };
  const outcome = (look: TraceLook) => ({ hazard: hazard(look), left: look.left === true });
  const known = train
    .filter(({ left }) => left !== null)
    .slice(-CALIBRATED)
    .map(outcome);
  let calibration = NO_CALIBRATION;
  const chances: number[] = [];
  const frozen: number[] = [];
  await walk(test, {
    tell(i) {
      const look = test[i];
      if (look && look.left !== null) known.push(outcome(look));
      if (known.length > CALIBRATED) known.shift();
    },
    round() {
      calibration = calibrate(known);
    },
    forecast(i) {
      const look = test[i];
      const h = look ? hazard(look) : 0;
      chances.push(-Math.expm1(-calibrated(calibration, h)));
      frozen.push(-Math.expm1(-h));
    },
  });
  return { chances, frozen };
}
