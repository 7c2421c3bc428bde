import { initialWeights } from './net.js';
import type { Batch, NetSpec, Trainer } from './trainer.js';

/** About what the largest of the models has. */
const SPEC: NetSpec = {
  shape: { inputs: 64, hidden: [32, 32], outputs: 3 },
  loss: 'quantiles',
  learningRate: 1e-3,
  l2: 1e-5,
};
const ROWS = 64;
/** The first steps compile. */
const WARM_STEPS = 2;
const MOST_STEPS = 20;
/** Slower than that, and a few steps tell enough. */
const LONG_MS = 300;
const STEPS_A_LOOK = 4;

/**
 * Milliseconds a real step takes on a backend, its answer waited for now and then as training does.
 * @param now in ms, any origin
 * @throws BackendError when it fails
 */
export async function measureSteps(trainer: Trainer, now: () => number): Promise<number> {
  // Any numbers will do, as long as they are not all the same.
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const batch: Batch = {
    size: ROWS,
    inputs: Float32Array.from({ length: ROWS * SPEC.shape.inputs }, next),
    targets: Float32Array.from({ length: ROWS }, next),
    weights: new Float32Array(ROWS).fill(1),
  };
  const net = trainer.open(SPEC, initialWeights(SPEC.shape, next));
  try {
    for (let i = 0; i < WARM_STEPS; i++) net.step(batch);
    await net.weights();
    const from = now();
    let steps = 0;
    while (steps < MOST_STEPS && (steps === 0 || now() - from < LONG_MS)) {
      for (let i = 0; i < STEPS_A_LOOK; i++) net.step(batch);
      await net.weights();
      steps += STEPS_A_LOOK;
    }
    return (now() - from) / steps;
  } finally {
    net.close();
  }
}
