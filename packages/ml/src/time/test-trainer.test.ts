import { expect, it } from 'vitest';
import { createEvaluate, type NetShape, weightCount } from '../nn/net.js';
import { pinball, quantilesOf } from './quantiles.js';
import { normal, uniform } from './test-kit.js';
import { createTestTrainer } from './test-trainer.js';

const SHAPE: NetShape = { inputs: 2, hidden: [8], outputs: 3 };

it('comes to the quantiles of what it is shown', async () => {
  const next = uniform(1);
  const weights = Float32Array.from({ length: weightCount(SHAPE) }, () => 0.3 * normal(next));
  const net = createTestTrainer().open({ shape: SHAPE, loss: 'quantiles', learningRate: 0.01, l2: 0 }, weights);
  for (let step = 0; step < 1500; step++) {
    const inputs = Float32Array.from({ length: 256 }, () => normal(next));
    const targets = Float32Array.from({ length: 128 }, (_, i) => 2 * (inputs[2 * i] ?? 0) + normal(next));
    net.step({ size: 128, inputs, targets, weights: new Float32Array(128).fill(1) });
  }
  const { low, mid, high } = quantilesOf(createEvaluate(SHAPE, await net.weights())([0.5, 0]));
  expect(Math.abs(low - (1 - 1.96))).toBeLessThan(0.5);
  expect(Math.abs(mid - 1)).toBeLessThan(0.2);
  expect(Math.abs(high - (1 + 1.96))).toBeLessThan(0.5);
});

it('goes down the slope of the loss', async () => {
  const next = uniform(2);
  const weights = Float32Array.from({ length: weightCount(SHAPE) }, () => 0.3 * normal(next));
  const inputs = Float32Array.of(0.5, -1);
  const lossOf = (w: Float32Array) => {
    const { low, mid, high } = quantilesOf(createEvaluate(SHAPE, w)(inputs));
    return pinball(2, low, 0.025) + pinball(2, mid, 0.5) + pinball(2, high, 0.975);
  };
  const net = createTestTrainer().open({ shape: SHAPE, loss: 'quantiles', learningRate: 1e-4, l2: 0 }, weights);
  net.step({ size: 1, inputs, targets: Float32Array.of(2), weights: Float32Array.of(1) });
  const after = await net.weights();
  // Adam's first step is one of equal length against the sign of each part of the gradient.
  for (const i of [0, 5, 16, 24, 30, weights.length - 1]) {
    const nudged = Float32Array.from(weights);
    nudged[i] = (nudged[i] ?? 0) + 1e-2;
    const slope = lossOf(nudged) - lossOf(weights);
    if (Math.abs(slope) > 1e-4) expect(Math.sign((after[i] ?? 0) - (weights[i] ?? 0))).toBe(-Math.sign(slope));
  }
});
