import type { Millis } from '@tabgrid/protocol/ids';
import type { AdapterClass } from '@tabgrid/protocol/task';

/** The device went away (driver reset, tab in the background too long, GPU process gone). Ask for a fresh session. */
export class GpuLostError extends Error {
  override name = 'GpuLostError';
}

/** WebGPU is not there at all; the message says what to do in this browser. */
export class NoGpuError extends Error {
  override name = 'NoGpuError';
}

export class OutOfMemoryError extends Error {
  override name = 'OutOfMemoryError';
}

/** Parameters or inputs that no GPU could run. */
export class InvalidTaskError extends Error {
  override name = 'InvalidTaskError';
}

/**
 * One WebGPU device as a kernel sees it: pipelines and big buffers that outlive a task, submissions in short slices
 * (30–60 ms aimed at, two in flight at most), a duty cycle, and loss that rejects instead of passing silently.
 */
export interface GpuSession {
  readonly device: GPUDevice;
  readonly adapterClass: AdapterClass;
  /** Resolves with the reason when the device is lost or closed. Never rejects. */
  readonly lost: Promise<string>;
  /** Compiles once a key. @throws GpuLostError; Error with the compiler's messages. */
  pipeline(key: string, make: (device: GPUDevice) => Promise<GPUComputePipeline>): Promise<GPUComputePipeline>;
  /**
   * A resource kept between tasks by key, least recently used out first when `bytes` in sum exceed the session's
   * budget. `make` runs inside an out-of-memory scope. @throws OutOfMemoryError
   */
  resource<T extends { destroy(): void }>(
    key: string,
    bytes: number,
    make: (device: GPUDevice) => Promise<T> | T,
  ): Promise<T>;
  /**
   * Submits one slice as soon as fewer than two are in flight and the duty cycle allows.
   * Resolves when it is queued; the handle's `done` resolves with its time on the GPU when it has run.
   * @param slicer whose unit budget this slice's time adjusts
   * @param ahead goes before what waits to be submitted
   */
  submit(
    slicer: Slicer,
    units: number,
    encode: (encoder: GPUCommandEncoder) => void,
    ahead?: boolean,
  ): Promise<{ readonly done: Promise<number> }>;
  /**
   * The adaptive number of work units a submission, kept per key (a pipeline) for the session's lifetime.
   * @param scale of the time that a submission aims at, as the key's first caller says
   */
  slicer(key: string, initialUnits: number, scale?: number): Slicer;
  /** Copies a buffer back after everything submitted before. @throws GpuLostError */
  readBuffer(buffer: GPUBuffer, bytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The session's clock, for a kernel's statistics. */
  now(): Millis;
  /** Share of GPU time that may be used: 0.1 to 1. Applies from the next submission on. */
  setIntensity(share: number): void;
  /** Milliseconds during which at least one submission was on the GPU, since the session began. */
  busyMs(): number;
  /** Destroys the device. */
  close(): void;
}

export interface Slicer {
  /** Work units to put into the next submission: halved on overrun, grown by at most 1.5. */
  units(): number;
}
