import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackendError } from './backend-error.js';
import { lossGradient, WIDTH_OFFSET } from './loss-gradient.js';
import { createEvaluate, initialWeights, weightCount } from './net.js';
import { randomBatch, seeded } from './test-kit.js';
import { type Backend, createTfjsTrainer } from './tfjs-trainer.js';
import type { Batch, Loss, NetSpec, Trainer } from './trainer.js';

const softplus = (x: number) => Math.log1p(Math.exp(x));

/** Each loss as its definition says, in plain numbers. */
const DEFINED: Record<Loss, (outputs: readonly number[], targets: readonly number[]) => number> = {
  quantiles([m = 0, a = 0, b = 0], [y = 0]) {
    const pinball = (q: number, value: number) => (y >= value ? q * (y - value) : (1 - q) * (value - y));
    return (
      pinball(0.025, m - softplus(a + WIDTH_OFFSET)) + pinball(0.5, m) + pinball(0.975, m + softplus(b + WIDTH_OFFSET))
    );
  },
  logistic([x = 0], [t = 0]) {
    const p = 1 / (1 + Math.exp(-x));
    return -(t * Math.log(p) + (1 - t) * Math.log(1 - p));
  },
  huber(outputs, targets) {
    return outputs.reduce((sum, o, i) => {
      const d = Math.abs(o - (targets[i] ?? 0));
      return Number.isNaN(d) ? sum : sum + (d <= 1 ? (d * d) / 2 : d - 0.5);
    }, 0);
  },
};

const LOGISTIC: NetSpec = {
  shape: { inputs: 4, hidden: [5], outputs: 1 },
  loss: 'logistic',
  learningRate: 0.01,
  l2: 0,
};

const SPECS: readonly NetSpec[] = [
  { shape: { inputs: 4, hidden: [5, 3], outputs: 3 }, loss: 'quantiles', learningRate: 0.01, l2: 1e-3 },
  LOGISTIC,
  { shape: { inputs: 4, hidden: [], outputs: 1 }, loss: 'logistic', learningRate: 0.01, l2: 1e-2 },
  { shape: { inputs: 4, hidden: [5], outputs: 2 }, loss: 'huber', learningRate: 0.01, l2: 1e-3 },
];

const named = SPECS.map((spec) => [`${spec.loss} after ${spec.shape.hidden.length} hidden layers`, spec] as const);

function randomWeights(spec: NetSpec, seed: number): Float32Array {
  const next = seeded(seed);
  return Float32Array.from({ length: weightCount(spec.shape) }, () => next() - 0.5);
}

/** The whole loss of a batch, without tfjs. */
function plainLoss(spec: NetSpec, weights: Float32Array, batch: Batch): number {
  const evaluate = createEvaluate(spec.shape, weights);
  const { inputs, outputs } = spec.shape;
  const columns = batch.targets.length / batch.size;
  let sum = 0;
  for (let row = 0; row < batch.size; row++) {
    const out = [...evaluate(batch.inputs.subarray(row * inputs, (row + 1) * inputs))];
    const target = [...batch.targets.subarray(row * columns, (row + 1) * columns)];
    sum += (batch.weights[row] ?? 0) * DEFINED[spec.loss](out, target);
  }
  let at = 0;
  let penalty = 0;
  const widths = [inputs, ...spec.shape.hidden, outputs];
  for (let l = 1; l < widths.length; l++) {
    const [from, to] = [widths[l - 1] ?? 0, widths[l] ?? 0];
    for (const w of weights.subarray(at, at + from * to)) penalty += w * w;
    at += (from + 1) * to;
  }
  return sum / batch.weights.reduce((a, b) => a + b, 0) + spec.l2 * penalty;
}

const close = (a: number, b: number, within: number) =>
  expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThanOrEqual(within);

describe('lossGradient', () => {
  beforeAll(() => createTfjsTrainer('cpu'));

  it.each(['quantiles', 'logistic', 'huber'] as const)('%s: finite differences of its definition', (loss) => {
    const columns = { quantiles: 3, logistic: 1, huber: 2 }[loss];
    const next = seeded(3);
    for (let i = 0; i < 100; i++) {
      const out = Array.from({ length: columns }, () => 6 * next() - 3);
      const target = Array.from({ length: loss === 'huber' ? 2 : 1 }, () =>
        loss === 'logistic' ? next() : 6 * next() - 3,
      );
      const slopes = tf.tidy(() => {
        const targets = tf.tensor2d([target]);
        return lossGradient(loss, tf.tensor2d([out]), targets, tf.onesLike(targets)).dataSync();
      });
      const h = 1e-4;
      for (const [k, value] of out.entries()) {
        const at = (d: number) => DEFINED[loss](out.with(k, value + d), target);
        close(slopes[k] ?? Number.NaN, (at(h) - at(-h)) / (2 * h), 2e-4);
      }
    }
  });

  it('stays finite far out', () => {
    const far = tf.tensor2d([[1e4, -1e4, 1e4]]);
    const targets = tf.tensor2d([[0]]);
    expect([...lossGradient('quantiles', far, targets, tf.onesLike(targets)).dataSync()].every(Number.isFinite)).toBe(
      true,
    );
    const odds = tf.tensor2d([[1e4]]);
    expect([...lossGradient('logistic', odds, targets, tf.onesLike(targets)).dataSync()]).toEqual([1]);
    tf.dispose([far, targets, odds]);
  });
});

/** What a whole step is held against: the same optimiser in plain arithmetic, on gradients by finite differences. */
describe('gradients', () => {
  let trainer: Trainer;
  beforeAll(async () => {
    trainer = await createTfjsTrainer('cpu');
  });

  it.each(named)('%s: Adam steps as plain arithmetic with finite differences does', async (_, spec) => {
    const batch = randomBatch(spec, 8, seeded(11));
    let plain = Float64Array.from(randomWeights(spec, 12));
    const net = trainer.open(spec, Float32Array.from(plain));
    const m = new Float64Array(plain.length);
    const v = new Float64Array(plain.length);
    for (let t = 1; t <= 20; t++) {
      net.step(batch);
      const gradient = plain.map((_w, i) => {
        const h = 1e-2;
        const at = (d: number) => plainLoss(spec, Float32Array.from(plain.with(i, (plain[i] ?? 0) + d)), batch);
        return (at(h) - at(-h)) / (2 * h);
      });
      plain = plain.map((w, i) => {
        const g = gradient[i] ?? 0;
        m[i] = 0.9 * (m[i] ?? 0) + 0.1 * g;
        v[i] = 0.999 * (v[i] ?? 0) + 0.001 * g * g;
        return (
          w - (spec.learningRate * ((m[i] ?? 0) / (1 - 0.9 ** t))) / (Math.sqrt((v[i] ?? 0) / (1 - 0.999 ** t)) + 1e-7)
        );
      });
    }
    const trained = await net.weights();
    const drift = trained.map((w, i) => Math.abs(w - (plain[i] ?? 0)));
    // Twenty steps of 0.01; a kink of a loss within h of a target makes a few weights less exact than the rest.
    expect(Math.max(...drift)).toBeLessThan(0.02);
    expect(drift.reduce((a, b) => a + b, 0) / drift.length).toBeLessThan(0.004);
    net.close();
  });
});

const BACKENDS: readonly Backend[] = ['cpu', 'wasm'];

describe.each(BACKENDS)('createTfjsTrainer on %s', (backend) => {
  let trainer: Trainer;
  beforeAll(async () => {
    trainer = await createTfjsTrainer(backend);
  });

  it('says what it is', () => {
    expect(trainer.backend).toBe(backend);
  });

  it.each(named)('%s: the same inputs give the same weights, and every step lowers the loss', async (_, spec) => {
    const batch = randomBatch(spec, 32, seeded(21));
    const start = randomWeights(spec, 22);
    const run = async () => {
      const net = trainer.open(spec, start);
      for (let i = 0; i < 60; i++) net.step(batch);
      const weights = await net.weights();
      net.close();
      return weights;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(plainLoss(spec, first, batch)).toBeLessThan(0.97 * plainLoss(spec, start, batch));
  });

  it('computes what typed arrays compute, within 1e-5', async () => {
    const spec: NetSpec = {
      shape: { inputs: 16, hidden: [32, 32], outputs: 3 },
      loss: 'huber',
      learningRate: 1e-3,
      l2: 0,
    };
    const weights = randomWeights(spec, 31);
    const { inputs } = randomBatch(spec, 64, seeded(32));
    const evaluate = createEvaluate(spec.shape, weights);
    const answers = Array.from({ length: 64 }, (_, row) => [...evaluate(inputs.subarray(row * 16, row * 16 + 16))]);
    const computed = tf.tidy(() => {
      void tf.setBackend(backend);
      let x: tf.Tensor = tf.tensor2d(inputs, [64, 16]);
      let at = 0;
      for (const [from, to] of [
        [16, 32],
        [32, 32],
        [32, 3],
      ] as const) {
        const kernel = tf.tensor2d(weights.slice(at, at + from * to), [from, to]);
        const bias = tf.tensor1d(weights.slice(at + from * to, at + (from + 1) * to));
        x = tf.add(tf.matMul(x, kernel), bias);
        if (to !== 3) x = tf.tanh(x);
        at += (from + 1) * to;
      }
      return x.dataSync();
    });
    for (const [i, value] of answers.flat().entries()) close(computed[i] ?? Number.NaN, value, 1e-5);
  });

  it('leaves an output whose target is NaN alone', async () => {
    const spec: NetSpec = { shape: { inputs: 1, hidden: [], outputs: 2 }, loss: 'huber', learningRate: 0.1, l2: 0 };
    const net = trainer.open(spec, Float32Array.of(0.25, 0.5, 0, 0));
    for (let i = 0; i < 5; i++) {
      net.step({
        size: 1,
        inputs: Float32Array.of(1),
        targets: Float32Array.of(3, Number.NaN),
        weights: Float32Array.of(1),
      });
    }
    const [a, b, biasA, biasB] = await net.weights();
    expect([b, biasB]).toEqual([0.5, 0]);
    expect(a).toBeGreaterThan(0.5);
    expect(biasA).toBeGreaterThan(0.25);
    net.close();
  });

  it('learns what is missing beside an offset', async () => {
    const spec: NetSpec = { shape: { inputs: 1, hidden: [], outputs: 1 }, loss: 'logistic', learningRate: 0.05, l2: 0 };
    const net = trainer.open(spec, Float32Array.of(0, 0));
    const batch: Batch = {
      size: 2,
      inputs: Float32Array.of(0, 0),
      targets: Float32Array.of(0.5, 0.5),
      weights: Float32Array.of(1, 1),
      offsets: Float32Array.of(2, 2),
    };
    for (let i = 0; i < 400; i++) net.step(batch);
    close((await net.weights())[1] ?? Number.NaN, -2, 0.02);
    net.close();
  });

  it('weighs rows', async () => {
    const spec: NetSpec = { shape: { inputs: 1, hidden: [], outputs: 1 }, loss: 'huber', learningRate: 0.02, l2: 0 };
    const net = trainer.open(spec, Float32Array.of(0, 0));
    const batch: Batch = {
      size: 2,
      inputs: Float32Array.of(0, 0),
      targets: Float32Array.of(1, -1),
      weights: Float32Array.of(3, 0),
    };
    for (let i = 0; i < 300; i++) net.step(batch);
    close((await net.weights())[1] ?? Number.NaN, 1, 0.02);
    net.close();
  });

  it('refuses a batch that would spoil the net, and is none the worse for it', async () => {
    const spec = LOGISTIC;
    const good = randomBatch(spec, 4, seeded(41));
    const start = randomWeights(spec, 42);
    const net = trainer.open(spec, start);
    const bad: readonly Batch[] = [
      { ...good, inputs: good.inputs.with(3, Number.NaN) },
      { ...good, inputs: good.inputs.with(0, Infinity) },
      { ...good, inputs: good.inputs.slice(1) },
      { ...good, targets: good.targets.with(0, Number.NaN) },
      { ...good, weights: good.weights.with(0, -1) },
      { ...good, weights: good.weights.with(0, Number.NaN) },
      { ...good, weights: new Float32Array(4) },
      { ...good, size: 0 },
      { ...good, offsets: new Float32Array(3) },
      { ...good, offsets: Float32Array.of(0, Number.NaN, 0, 0) },
    ];
    for (const batch of bad) expect(() => net.step(batch)).toThrow(RangeError);
    expect(await net.weights()).toEqual(start);
    net.close();
  });

  it('refuses weights of another shape', () => {
    expect(() => trainer.open(LOGISTIC, new Float32Array(2))).toThrow(RangeError);
  });

  it('holds no more after 10,000 steps than after a few, and nothing when closed', async () => {
    const spec: NetSpec = {
      shape: { inputs: 1, hidden: [2], outputs: 1 },
      loss: 'logistic',
      learningRate: 1e-3,
      l2: 0,
    };
    const before = trainer.memory();
    const net = trainer.open(spec, initialWeights(spec.shape, seeded(1)));
    const batch = randomBatch(spec, 2, seeded(2));
    for (let i = 0; i < 10; i++) net.step(batch);
    await net.weights();
    const early = trainer.memory();
    for (let i = 0; i < 10_000; i++) net.step(batch);
    await net.weights();
    expect(trainer.memory()).toEqual(early);
    net.close();
    expect(trainer.memory()).toEqual(before);
  }, 60_000);
});

describe('a backend that is not there', () => {
  it('is said to be', async () => {
    await expect(createTfjsTrainer('webgpu')).rejects.toThrow(BackendError);
  });
});
