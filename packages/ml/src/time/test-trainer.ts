import { layersOf, type NetShape } from '../nn/net.js';
import type { Batch, NetSpec, NetTrainer, Trainer } from '../nn/trainer.js';
import { quantilesOf } from './quantiles.js';

/** The training port in plain typed arrays, for the loss `quantiles` alone: fast, and the same everywhere. */
export function createTestTrainer(): Trainer {
  return {
    backend: 'typed arrays',
    open(spec, weights) {
      if (spec.loss !== 'quantiles') throw new RangeError(`no ${spec.loss} here`);
      return openNet(spec, Float64Array.from(weights));
    },
    memory: () => ({ tensors: 0, bytes: 0 }),
  };
}

/** Adam (Kingma and Ba 2015) with its usual constants. */
function openNet({ shape, learningRate, l2 }: NetSpec, weights: Float64Array): NetTrainer {
  const m = new Float64Array(weights.length);
  const v = new Float64Array(weights.length);
  let t = 0;
  return {
    step(batch) {
      const gradient = gradientOf(shape, weights, batch, l2);
      t++;
      const [meanShare, squareShare] = [1 - 0.9 ** t, 1 - 0.999 ** t];
      for (let i = 0; i < weights.length; i++) {
        const g = gradient[i] ?? 0;
        const mean = 0.9 * (m[i] ?? 0) + 0.1 * g;
        const square = 0.999 * (v[i] ?? 0) + 0.001 * g * g;
        m[i] = mean;
        v[i] = square;
        const step = (learningRate * (mean / meanShare)) / (Math.sqrt(square / squareShare) + 1e-7);
        weights[i] = (weights[i] ?? 0) - step;
      }
    },
    weights: async () => Float32Array.from(weights),
    close: () => {},
  };
}

function gradientOf(shape: NetShape, weights: Float64Array, batch: Batch, l2: number): Float64Array {
  const layers = layersOf(shape);
  const gradient = new Float64Array(weights.length);
  const total = batch.weights.reduce((sum, w) => sum + w, 0);
  const values = layers.map(([, outputs]) => new Float64Array(outputs));
  for (let row = 0; row < batch.size; row++) {
    const input = batch.inputs.subarray(row * shape.inputs, (row + 1) * shape.inputs);
    const starts: number[] = [];
    let from: ArrayLike<number> = input;
    let at = 0;
    for (const [l, [inputs, outputs]] of layers.entries()) {
      const to = values[l] ?? new Float64Array(outputs);
      starts.push(at);
      for (let o = 0; o < outputs; o++) to[o] = weights[at + inputs * outputs + o] ?? 0;
      for (let i = 0; i < inputs; i++) {
        const x = from[i] ?? 0;
        if (x !== 0) for (let o = 0; o < outputs; o++) to[o] = (to[o] ?? 0) + x * (weights[at + i * outputs + o] ?? 0);
      }
      if (l < layers.length - 1) for (let o = 0; o < outputs; o++) to[o] = Math.tanh(to[o] ?? 0);
      at += (inputs + 1) * outputs;
      from = to;
    }
    let delta = outputGradient(from, batch.targets[row] ?? 0, (batch.weights[row] ?? 0) / total);
    for (let l = layers.length - 1; l >= 0; l--) {
      const [inputs, outputs] = layers[l] ?? [0, 0];
      const start = starts[l] ?? 0;
      const below = l === 0 ? input : (values[l - 1] ?? input);
      const next = new Float64Array(l === 0 ? 0 : inputs);
      for (let i = 0; i < inputs; i++) {
        const x = below[i] ?? 0;
        if (l === 0 && x === 0) continue;
        let back = 0;
        for (let o = 0; o < outputs; o++) {
          const d = delta[o] ?? 0;
          gradient[start + i * outputs + o] = (gradient[start + i * outputs + o] ?? 0) + x * d;
          back += d * (weights[start + i * outputs + o] ?? 0);
        }
        next[i] = back * (1 - x * x);
      }
      for (let o = 0; o < outputs; o++) {
        const bias = start + inputs * outputs + o;
        gradient[bias] = (gradient[bias] ?? 0) + (delta[o] ?? 0);
      }
      delta = next;
    }
  }
  let at = 0;
  for (const [inputs, outputs] of layers) {
    for (let k = at; k < at + inputs * outputs; k++) gradient[k] = (gradient[k] ?? 0) + 2 * l2 * (weights[k] ?? 0);
    at += (inputs + 1) * outputs;
  }
  return gradient;
}

const SHIFT = Math.log(Math.E - 1);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Of the sum of the three pinball losses, by the outputs. */
function outputGradient(outputs: ArrayLike<number>, target: number, weight: number): Float64Array {
  const { low, mid, high } = quantilesOf(outputs);
  const by = (predicted: number, level: number) => (target >= predicted ? -level : 1 - level) * weight;
  const [l, m, h] = [by(low, 0.025), by(mid, 0.5), by(high, 0.975)];
  return Float64Array.of(l + m + h, -l * sigmoid((outputs[1] ?? 0) + SHIFT), h * sigmoid((outputs[2] ?? 0) + SHIFT));
}
