import type { Trainer } from './nn/trainer.js';
import type { Observation } from './observation.js';

/** The five things that are learned. */
export const MODEL_NAMES = ['time', 'assignment', 'balance', 'failure', 'latency'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** How good a model and its baseline were lately, each outcome having been predicted before it was learned from. */
export interface Score {
  /** Outcomes that count in it. */
  readonly samples: number;
  /** Mean loss of the model, and of what it would replace, on the same outcomes; lower is better. null before the first. */
  readonly learned: number | null;
  readonly baseline: number | null;
  /** What the loss is, in a few words for a person. */
  readonly measure: string;
}

/**
 * One learner: it takes observations in the order of their coming, trains when told to, and gives what it knows as a plain
 * immutable value. Two learners of one kind with one seed that see the same and train at the same moments give the same.
 *
 * `P` is that value: structured-cloneable, its arrays never written to again.
 */
export interface Model<P> {
  readonly name: ModelName;
  /**
   * Scores its own last `part` on the observation, then keeps it to learn from. Observations that are not its business
   * and those that no honest machine could make (NaN, negative, absurd) are passed over.
   */
  observe(observation: Observation): void;
  /** At most `steps` steps on what it has kept; calibration follows. Resolves when `part` is the new one. */
  train(trainer: Trainer, steps: number): Promise<void>;
  part(): P;
  /** Goes on from a part of an earlier page. */
  restore(part: P): void;
  score(): Score;
  /** Frees what a trainer holds for it. */
  close(): void;
}

/** Each is a function of these alone. */
export interface ModelDeps {
  /** Uniform in [0, 1), seeded. */
  readonly random: () => number;
}
