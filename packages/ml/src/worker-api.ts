import type { Brain } from './brain.js';
import type { ContextValue } from './context.js';
import type { ModelName, Score } from './model.js';
import type { Backend } from './nn/tfjs-trainer.js';
import type { Observation, RunObservation } from './observation.js';

/** What a page asks of the Worker that learns. Everything is structured-cloneable. */
export interface LearnerApi {
  /** Once, and again to begin anew. */
  start(start: Start): Promise<Started>;
  /** Learns from these, one bounded round. */
  learn(observations: readonly Observation[]): Promise<Learned>;
}

export interface Start {
  /** Of all chance in training. */
  readonly seed: number;
  readonly context: Pick<ContextValue, 'wallAtZero' | 'timeZoneMinutes'>;
  /** To go on from; null to begin. */
  readonly brain: Brain | null;
  /** Outcomes that are in it already. */
  readonly kept: readonly RunObservation[];
  /** The fastest backend, as an earlier page found out; null: measure all. */
  readonly backend: Backend | null;
}

export interface Started {
  readonly brain: Brain;
  readonly backend: Backend;
  /** ms a step of each that was measured; null for one that does not work here. Empty when none had to be. */
  readonly measured: readonly { readonly backend: Backend; readonly stepMs: number | null }[];
}

export interface Learned {
  readonly brain: Brain;
  readonly scores: Readonly<Record<ModelName, Score>>;
  /** Another than before when that one failed. */
  readonly backend: Backend;
  /** The round's, on the Worker's own clock. */
  readonly roundMs: number;
  readonly tensors: number;
}
