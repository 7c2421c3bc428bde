import type { Batch, NetSpec } from './trainer.js';

/** Uniform in [0, 1), the same for the same seed (Numerical Recipes' LCG). For tests. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A batch of noise that fits the net. For tests. */
export function randomBatch({ shape, loss }: NetSpec, size: number, next: () => number): Batch {
  const columns = loss === 'huber' ? shape.outputs : 1;
  return {
    size,
    inputs: Float32Array.from({ length: size * shape.inputs }, () => 2 * next() - 1),
    targets: Float32Array.from({ length: size * columns }, () =>
      loss === 'logistic' ? Number(next() < 0.5) : 4 * next() - 2,
    ),
    weights: Float32Array.from({ length: size }, () => 0.5 + next()),
  };
}
