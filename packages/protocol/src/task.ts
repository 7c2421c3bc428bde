import * as v from 'valibot';
import { BlobRef } from './blob.js';
import { AttemptId, JobId, TaskId } from './ids.js';
import { JsonObject } from './json.js';
import { MAX_NAME_LENGTH, MAX_OUTPUT_BYTES, MAX_TEXT_LENGTH } from './limits.js';

const Name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Amount = v.pipe(v.number(), v.finite(), v.minValue(0));

/** What a task needs of a volunteer. Absent means anything will do. */
export const Requirements = v.strictObject({
  /** WebGPU feature names. */
  features: v.optional(v.pipe(v.array(Name), v.maxLength(32))),
  /** Lowest values of WebGPU limits, by their names in GPUSupportedLimits. */
  limits: v.optional(v.record(Name, Amount)),
  /** GPU memory for the inputs and outputs together. */
  memoryBytes: v.optional(Amount),
  /** Logical cores (`navigator.hardwareConcurrency`). */
  cpuCores: v.optional(Count),
  /** `hardware`: no software adapter. `rayTracing`: an architecture that has units for it, whether WebGPU shows them or not. */
  gpu: v.optional(v.picklist(['hardware', 'rayTracing'])),
  /** Lowest benchmark score, in kernel work units a second. */
  score: v.optional(Amount),
});
export type Requirements = v.InferOutput<typeof Requirements>;

/** Which hardware and code made a result: within one class, equal tasks give equal bits. */
export const AdapterClass = v.strictObject({
  vendor: Name,
  architecture: Name,
  /** For people: what the browser calls the adapter. May be empty. */
  description: v.pipe(v.string(), v.maxLength(200)),
  /** Browser family and major version, such as `chromium-156`; `node-dawn` outside a browser. */
  browser: Name,
});
export type AdapterClass = v.InferOutput<typeof AdapterClass>;

/** A kernel that a volunteer's page ships. A task runs only where kind and version are both equal. */
export const KernelVersion = v.strictObject({ kind: Name, version: Name });
export type KernelVersion = v.InferOutput<typeof KernelVersion>;

export const sameKernel = (a: KernelVersion, b: KernelVersion): boolean => a.kind === b.kind && a.version === b.version;

/** What a volunteer can do, told when it joins. Claims, not facts: nothing that must be true rests on them. */
export const Capabilities = v.strictObject({
  adapter: AdapterClass,
  /** Whether WebGPU runs in software (a fallback adapter). */
  software: v.boolean(),
  features: v.pipe(v.array(Name), v.maxLength(64)),
  limits: v.record(Name, Amount),
  cpuCores: Count,
  kernels: v.pipe(v.array(KernelVersion), v.maxLength(32)),
  /** A short benchmark when it joined: millions of simple steps a second, on the GPU and on one core. Absent: not measured. */
  scores: v.exactOptional(v.strictObject({ gpu: Amount, cpu: Amount })),
});
export type Capabilities = v.InferOutput<typeof Capabilities>;

/** How a result is checked beyond its structure. */
export const Verification = v.picklist(['none', 'spot', 'replicate']);
export type Verification = v.InferOutput<typeof Verification>;

/** Whose word counts of what regions of a world both simulated: its owner's, or the mean of all. */
export const Merge = v.picklist(['owner', 'average']);
export type Merge = v.InferOutput<typeof Merge>;

/** A pure piece of work: its result depends on nothing that is not in here. */
export const TaskSpec = v.strictObject({
  id: TaskId,
  job: JobId,
  /** Kernel kind and version that must run it. */
  kernel: KernelVersion,
  /** The kernel's parameters; its own schema reads them on both sides. */
  params: JsonObject,
  /** Blobs that the kernel reads, in the order that its host expects. */
  inputs: v.pipe(v.array(BlobRef), v.maxLength(64)),
  requires: Requirements,
  /** Predicted cost in the kernel's own units; time is units ÷ (units a second of the volunteer). */
  workUnits: v.pipe(v.number(), v.finite(), v.minValue(0)),
  /** Bytes of all outputs together, at most. */
  outputBytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_OUTPUT_BYTES)),
  verify: Verification,
});
export type TaskSpec = v.InferOutput<typeof TaskSpec>;

/** One output's place in a result's body. Outputs lie one after the other, in the kernel's order. */
export const OutputRef = v.strictObject({ name: Name, bytes: v.pipe(Count, v.maxValue(MAX_OUTPUT_BYTES)) });
export type OutputRef = v.InferOutput<typeof OutputRef>;

/** What an attempt cost, measured by the volunteer. */
export const RunStats = v.strictObject({
  /** Time during which a submission of this task was on the GPU. */
  kernelMs: Amount,
  /** From the start of the run in the Worker to its outputs being there. */
  wallMs: Amount,
  /** GPU submissions. */
  submissions: Count,
});
export type RunStats = v.InferOutput<typeof RunStats>;

/** Why a volunteer could not finish an attempt. */
export const FailureCode = v.picklist([
  'deviceLost', // the GPU device went away; a new one is being asked for
  'outOfMemory', // the task does not fit this GPU
  'badTask', // parameters or inputs do not pass the kernel's schema
  'unknownKernel', // kind or version not on this page
  'inputMissing', // a blob could not be had
  'kernelError', // shader or host failed
  'stopped', // the volunteer stopped or paused
]);
export type FailureCode = v.InferOutput<typeof FailureCode>;

export const Failure = v.strictObject({
  code: FailureCode,
  message: v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH)),
});
export type Failure = v.InferOutput<typeof Failure>;

/** Names one try of one task. */
export const AttemptRef = v.strictObject({ attempt: AttemptId, task: TaskId, job: JobId });
export type AttemptRef = v.InferOutput<typeof AttemptRef>;
