import { BlobRef } from '@tabgrid/protocol/blob';
import { Capabilities, Failure, OutputRef, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';

/**
 * What a page and its GPU Worker say to each other, through comlink. Answers are values, never thrown errors: an
 * error's class does not survive the port. Both sides parse what they receive.
 */

const Millis = v.pipe(v.number(), v.finite(), v.minValue(0));
const Text = v.pipe(v.string(), v.maxLength(2000));

export const OpenRequest = v.strictObject({
  /** Share of GPU time, 0.1 to 1. */
  intensity: v.pipe(v.number(), v.minValue(0.01), v.maxValue(1)),
  /** Name of a lock that the Worker holds while it lives, so that its end can be observed; null without locks. */
  lock: v.nullable(v.pipe(v.string(), v.maxLength(100))),
});
export type OpenRequest = v.InferOutput<typeof OpenRequest>;

export const OpenAnswer = v.variant('kind', [
  v.strictObject({ kind: v.literal('open'), capabilities: Capabilities }),
  /** No GPU: the message says what to do. */
  v.strictObject({ kind: v.literal('noGpu'), message: Text }),
]);
export type OpenAnswer = v.InferOutput<typeof OpenAnswer>;

/**
 * How a run that a person looks at goes: in short submissions, so that it can be stopped quickly for what is wanted instead;
 * `express` goes beside other work instead of behind it.
 */
export const RunManner = v.picklist(['express', 'stoppable']);
export type RunManner = v.InferOutput<typeof RunManner>;

export const RunRequest = v.strictObject({
  /** Names the run within this Worker's life. */
  run: v.pipe(v.number(), v.integer(), v.minValue(1)),
  task: TaskSpec,
  /** Absent: as any work. */
  manner: v.exactOptional(RunManner),
});
export type RunRequest = v.InferOutput<typeof RunRequest>;

export const RunAnswer = v.variant('kind', [
  v.strictObject({
    kind: v.literal('done'),
    outputs: v.pipe(v.array(OutputRef), v.maxLength(16)),
    /** Inputs that the body is a patch of. */
    packed: v.exactOptional(v.pipe(v.array(BlobRef), v.maxLength(8))),
    /** The outputs one after the other, or a patch that makes them; transferred. */
    body: v.instance(ArrayBuffer),
    /** What stays here as a base of patches; transferred. */
    kept: v.exactOptional(v.strictObject({ ref: BlobRef, bytes: v.instance(ArrayBuffer) })),
    stats: RunStats,
    busyMs: Millis,
  }),
  v.strictObject({ kind: v.literal('failed'), failure: Failure, busyMs: Millis }),
  v.strictObject({ kind: v.literal('aborted'), busyMs: Millis }),
]);
export type RunAnswer = v.InferOutput<typeof RunAnswer>;

/** What a page answers when the Worker asks for an input's bytes. */
export const InputAnswer = v.variant('kind', [
  v.strictObject({ kind: v.literal('bytes'), bytes: v.instance(ArrayBuffer) }),
  v.strictObject({ kind: v.literal('missing'), message: Text }),
]);
export type InputAnswer = v.InferOutput<typeof InputAnswer>;

/** Page functions that the Worker calls during one run. */
export interface RunHooks {
  /** The kernel began: the runs before it have submitted all their work. */
  started(): void;
  /** Share submitted, 0 to 1. */
  progress(share: number): void;
  /** The last submission is queued; the next run begins. */
  submitted(): void;
  /** An input's bytes, asked for only when the GPU does not hold them. The buffer is transferred. */
  input(ref: BlobRef): Promise<InputAnswer>;
}

/** What the Worker offers. */
export interface GpuWorkerApi {
  open(request: OpenRequest): Promise<OpenAnswer>;
  /** Runs one task as soon as the ones before it have submitted everything; an express one, as soon as the express ones have. */
  run(request: RunRequest, hooks: RunHooks): Promise<RunAnswer>;
  /** Ends a run between two submissions; one that is not there is ignored. */
  abort(run: number): Promise<void>;
  setIntensity(share: number): Promise<void>;
  /** Milliseconds during which the GPU had work of this Worker, over all its devices. */
  busyMs(): Promise<number>;
}
