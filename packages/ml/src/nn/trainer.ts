import type { NetShape } from './net.js';

/** The training port. One adapter: tfjs (`tfjs-trainer.ts`), in the ML Worker of a page, in process in the simulator. */

/** What a net's outputs are held against; the sum is weighted by `Batch.weights` and divided by their sum. */
export type Loss =
  /**
   * Three outputs (m, a, b) are the quantiles m − softplus(a + c), m, m + softplus(b + c) at 0.025, 0.5 and 0.975, which cannot
   * cross; c makes an output of 0 a half-width of 1. Pinball loss against one target.
   */
  | 'quantiles'
  /** One output is a log-odds. Cross-entropy against a target in [0, 1]. */
  | 'logistic'
  /** Every output against its own target; squared up to 1, linear beyond. NaN: that output is not held against anything. */
  | 'huber';

export interface NetSpec {
  readonly shape: NetShape;
  readonly loss: Loss;
  /** Of Adam. */
  readonly learningRate: number;
  /** Added to the loss: this × the sum of the squared kernels. */
  readonly l2: number;
}

export interface Batch {
  readonly size: number;
  /** size × inputs, row-major. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** size × (1, or as many as outputs for `huber`), row-major. */
  readonly targets: Float32Array<ArrayBuffer>;
  /** One a row, ≥ 0. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** One a row, for `logistic`: added to the output before it is held against the target. Absent: nothing. */
  readonly offsets?: Float32Array<ArrayBuffer>;
}

export interface Trainer {
  /** `cpu`, `wasm` or `webgpu`. */
  readonly backend: string;
  /** Takes a net up where these weights are. */
  open(spec: NetSpec, weights: Float32Array): NetTrainer;
  /** What the backend holds, over all nets. */
  memory(): { readonly tensors: number; readonly bytes: number };
}

export interface NetTrainer {
  /** One step of Adam. Work may still be on its way when it returns: `weights` waits for it. */
  step(batch: Batch): void;
  weights(): Promise<Float32Array<ArrayBuffer>>;
  /** Frees what the backend holds for it. */
  close(): void;
}
