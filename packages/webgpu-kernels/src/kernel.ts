import type { BlobRef } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { RunStats } from '@tabgrid/protocol/task';
import type { GpuSession } from './gpu-session.js';
import type { KnownAnswer } from './known-answer.js';
import type { TaskKind } from './task-kind.js';
import type { VariantMemory } from './variant-memory.js';

export interface RunControl {
  /** Aborts between two submissions; `run` then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Share of the work submitted, 0 to 1. */
  progress(share: number): void;
  /**
   * Called once, when the last submission is queued: the next task may begin to submit while this one's results are
   * read back, so that the GPU never waits.
   */
  submitted(): void;
}

export interface Outputs {
  /**
   * In the order and of the lengths that `task.outputs(params)` names. One more may follow: it is not sent, but stays with whoever made
   * it, as a base of patches that tell the inputs of tasks to come.
   */
  readonly outputs: readonly Bytes[];
  readonly stats: RunStats;
}

/** A kernel's GPU side. */
export interface Kernel<P> {
  readonly task: TaskKind<P>;
  /** For a kernel whose results are to be the same bits on every adapter. */
  readonly knownAnswer?: KnownAnswer<P>;
  /**
   * @param inputs the task's blobs, whole and verified, in the task's order
   * @throws GpuLostError, OutOfMemoryError, InvalidTaskError; the signal's reason when aborted
   */
  run(gpu: GpuSession, params: P, inputs: readonly TaskInput[], control: RunControl): Promise<Outputs>;
  /**
   * For a kernel that has variants of equal results: finds the fastest one for tasks like this, which has just been run, and
   * runs them by it from then on. Takes less than a second of GPU time, in short submissions between those of other work;
   * returns at once where that is known. Whatever comes of it, tasks go on.
   * @throws GpuLostError, OutOfMemoryError; what reading an input's bytes throws
   */
  tune?(gpu: GpuSession, params: P, inputs: readonly TaskInput[], memory: VariantMemory): Promise<void>;
}

export interface TaskInput {
  readonly ref: BlobRef;
  /** Reads the bytes. Only called when the GPU does not hold the blob's buffer from an earlier task. */
  bytes(): Promise<Bytes>;
}
