import * as tf from '@tensorflow/tfjs';
import { BackendError } from './backend-error.js';
import { lossGradient } from './loss-gradient.js';
import { layersOf, weightCount } from './net.js';
import type { Batch, NetSpec, NetTrainer, Trainer } from './trainer.js';

/**
 * The training port on tfjs.
 *
 * 1. A net is one flat variable, so that Adam is a dozen operations a step whatever the number of layers, and reading the
 *    weights is one transfer.
 * 2. Its last element is a canary of 1 that no gradient touches: a GPU that was lost reads as zeros, without an error.
 * 3. A step throws before it computes when its batch is malformed or not finite: weights that were once NaN stay NaN.
 */

export type Backend = 'cpu' | 'wasm' | 'webgpu';

export interface TfjsOptions {
  /** Where the wasm backend's files lie, by their names; absent: beside the package (Node). */
  readonly wasmPaths?: Readonly<Record<string, string>>;
}

async function load(backend: Backend, options: TfjsOptions): Promise<void> {
  // Says, once in Node, that there is a faster package; also turns off checks that cost time.
  tf.env().set('PROD', true);
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (options.wasmPaths) setWasmPaths({ ...options.wasmPaths });
  }
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
}

/** @throws BackendError when it cannot be had here */
export async function createTfjsTrainer(backend: Backend, options: TfjsOptions = {}): Promise<Trainer> {
  try {
    await load(backend, options);
    if (!(await tf.setBackend(backend))) throw new BackendError(`${backend} did not start`);
    await tf.ready();
  } catch (error) {
    throw error instanceof BackendError ? error : new BackendError(`${backend}: ${String(error)}`);
  }
  return {
    backend,
    open: (spec, weights) => openNet(backend, spec, weights),
    memory() {
      const { numTensors, numBytes } = tf.memory();
      return { tensors: numTensors, bytes: numBytes };
    },
  };
}

/** Where a net's layers lie in its flat variable. */
interface Layer {
  readonly kernelAt: number;
  readonly biasAt: number;
  readonly inputs: number;
  readonly outputs: number;
}

function layersAt(spec: NetSpec): readonly Layer[] {
  let at = 0;
  return layersOf(spec.shape).map(([inputs, outputs]) => {
    const layer = { kernelAt: at, biasAt: at + inputs * outputs, inputs, outputs };
    at += (inputs + 1) * outputs;
    return layer;
  });
}

function openNet(backend: Backend, spec: NetSpec, initial: Float32Array): NetTrainer {
  const count = weightCount(spec.shape);
  if (initial.length !== count) throw new RangeError(`${initial.length} weights for a net of ${count}`);
  /** tfjs has one current backend for a whole program; a probe may have others open beside this one. */
  const use = () => {
    if (tf.getBackend() !== backend) void tf.setBackend(backend);
  };
  use();
  const layers = layersAt(spec);
  // A variable outlives the tidy; the tensor it is made from does not.
  const flat = tf.tidy(() => tf.variable(tf.tensor1d(Float32Array.of(...initial, 1))));
  const optimizer = tf.train.adam(spec.learningRate);

  return {
    step(batch) {
      const sound = checked(spec, batch);
      use();
      tf.tidy(() => optimizer.applyGradients([{ name: flat.name, tensor: gradientOf(spec, layers, flat, sound) }]));
    },
    async weights() {
      const data = await flat.data();
      if (data[count] !== 1) throw new BackendError(`${backend} has lost its weights`);
      return Float32Array.from(data.subarray(0, count));
    },
    close() {
      flat.dispose();
      optimizer.dispose();
    },
  };
}

/**
 * Backpropagation, written out: these nets have one form only, and tfjs's own tape takes twice the operations and a registry
 * of gradients that its core package does not fill.
 */
function gradientOf(spec: NetSpec, layers: readonly Layer[], flat: tf.Tensor1D, batch: Sound): tf.Tensor1D {
  const { size } = batch;
  const kernels = layers.map(({ kernelAt, inputs, outputs }) =>
    tf.reshape<tf.Rank.R2>(tf.slice(flat, kernelAt, inputs * outputs), [inputs, outputs]),
  );
  let last = tf.tensor2d(batch.inputs, [size, spec.shape.inputs]);
  const activations = [last];
  for (const [l, { biasAt, outputs }] of layers.entries()) {
    const kernel = kernels[l];
    if (!kernel) break;
    const sums = tf.add<tf.Tensor2D>(tf.matMul(last, kernel), tf.slice(flat, biasAt, outputs));
    last = l < layers.length - 1 ? tf.tanh(sums) : sums;
    activations.push(last);
  }
  const columns: [number, number] = [size, batch.targets.length / size];
  const outputs = batch.offsets ? tf.add<tf.Tensor2D>(last, tf.tensor2d(batch.offsets, [size, 1])) : last;
  const slope = lossGradient(spec.loss, outputs, tf.tensor2d(batch.targets, columns), tf.tensor2d(batch.held, columns));
  let delta = tf.mul<tf.Tensor2D>(slope, tf.tensor2d(batch.weights, [size, 1]));
  // From the back, kernel and bias of each layer; nothing for the canary.
  const parts: tf.Tensor1D[] = [tf.zeros<tf.Rank.R1>([1])];
  for (let l = layers.length - 1; l >= 0; l--) {
    const [kernel, input] = [kernels[l], activations[l]];
    if (!kernel || !input) break;
    const byKernel = tf.matMul(input, delta, true);
    const penalised = spec.l2 > 0 ? tf.add(byKernel, tf.mul(kernel, 2 * spec.l2)) : byKernel;
    parts.unshift(tf.reshape(penalised, [kernel.size]), tf.sum(delta, 0));
    // The derivative of tanh is 1 − tanh².
    if (l > 0) delta = tf.mul(tf.matMul(delta, kernel, false, true), tf.sub(1, tf.square(input)));
  }
  return tf.concat(parts);
}

/** A batch without NaN, its weights divided by their sum. */
interface Sound extends Batch {
  /** 1 for each target that counts, else 0. */
  readonly held: Float32Array<ArrayBuffer>;
}

/** @throws RangeError for a batch that would spoil the net */
function checked(spec: NetSpec, batch: Batch): Sound {
  const columns = spec.loss === 'huber' ? spec.shape.outputs : 1;
  if (
    batch.size < 1 ||
    batch.inputs.length !== batch.size * spec.shape.inputs ||
    batch.targets.length !== batch.size * columns ||
    batch.weights.length !== batch.size ||
    (batch.offsets && (spec.loss !== 'logistic' || batch.offsets.length !== batch.size))
  ) {
    throw new RangeError('a batch whose arrays do not fit its size');
  }
  const held = Float32Array.from(batch.targets, (t) => (spec.loss === 'huber' && Number.isNaN(t) ? 0 : 1));
  const targets = Float32Array.from(batch.targets, (t, i) => (held[i] === 0 ? 0 : t));
  const sum = batch.weights.reduce((a, b) => a + b, 0);
  if (
    !(sum > 0) ||
    batch.weights.some((w) => !(w >= 0)) ||
    !batch.inputs.every(Number.isFinite) ||
    !targets.every(Number.isFinite) ||
    batch.offsets?.every(Number.isFinite) === false
  ) {
    throw new RangeError('a batch with numbers that are not finite, or without weight');
  }
  return { ...batch, held, targets, weights: batch.weights.map((w) => w / sum) };
}
