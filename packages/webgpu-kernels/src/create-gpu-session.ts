import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { AdapterClass } from '@tabgrid/protocol/task';
import { GpuLostError, type GpuSession, NoGpuError, OutOfMemoryError } from './gpu-session.js';
import { createLossGuard } from './loss-guard.js';
import { explainNoGpu } from './no-gpu.js';
import { createPacer } from './pacer.js';
import { createResources } from './resources.js';
import { createSlicers, type SlicerFigures } from './slicer.js';

/**
 * A session over one WebGPU device.
 *
 * 1. After a loss every pending and every later call rejects with GpuLostError: WebGPU itself would go on without a word,
 *    and some drivers then hand back zeros. (A device can also be lost without being told so yet, which is why kernels
 *    write a canary word into their results.)
 * 2. Submissions go in the order of the calls, at most two in flight, within the duty cycle (pacer.ts).
 * 3. Each slice's time adjusts its slicer (slicer.ts).
 * 4. Resources live at most as long as the session; `close` and a loss destroy them.
 */

export interface GpuSessionDeps {
  readonly clock: Clock;
  /** Share of GPU time, 0.1 to 1. Default 1. */
  readonly intensity?: number;
  /** The adapter class's `browser`. */
  readonly browser: string;
  /** For resources kept between tasks. Default MEMORY_BUDGET_BYTES. */
  readonly memoryBudgetBytes?: number;
  /** Slicers' budgets of an earlier session on this adapter. */
  readonly remembered?: SlicerFigures;
}

/** What a session's owner (not a kernel) may ask beyond the port. */
export interface OwnedGpuSession extends GpuSession {
  /** Whether the adapter runs in software. */
  readonly software: boolean;
  /** To be remembered per adapter and handed to the next session; quartered after a loss. */
  slicerFigures(): SlicerFigures;
}

const MEMORY_BUDGET_BYTES = 512 * 2 ** 20;
/** Largest single buffer asked for, where the adapter offers it. */
const WANTED_BUFFER_BYTES = 2 ** 30;
/** Pauses before asking again: right after a loss an adapter can be missing for the first 100 ms. */
const RETRY_AFTER_MS = [50, 100, 200, 400];

/**
 * Asks for an adapter and a device with the adapter's own buffer limits.
 * @throws NoGpuError when none can be had after a few tries; its message says what to do in this browser
 */
export async function requestGpuSession(gpu: GPU, deps: GpuSessionDeps): Promise<OwnedGpuSession> {
  for (const pauseMs of [...RETRY_AFTER_MS, null]) {
    // A fresh adapter each time: one that gave a device that was lost gives no second one.
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    const device = adapter && (await requestDevice(adapter));
    if (device) return createGpuSession(adapter, device, deps);
    if (pauseMs !== null) await new Promise<void>((resolve) => deps.clock.after(pauseMs, resolve));
  }
  throw new NoGpuError(explainNoGpu({ secure: true, api: true, browser: deps.browser }));
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice | null> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const requiredLimits = {
    maxBufferSize: Math.min(maxBufferSize, WANTED_BUFFER_BYTES),
    maxStorageBufferBindingSize: Math.min(maxStorageBufferBindingSize, WANTED_BUFFER_BYTES),
  };
  try {
    return await adapter.requestDevice({ requiredLimits });
  } catch {
    // A driver that refuses the limits that it names may still give the default ones.
    return adapter.requestDevice().catch(() => null);
  }
}

function createGpuSession(adapter: GPUAdapter, device: GPUDevice, deps: GpuSessionDeps): OwnedGpuSession {
  const { clock } = deps;
  const guard = createLossGuard();
  const pacer = createPacer(clock, deps.intensity ?? 1);
  const resources = createResources(deps.memoryBudgetBytes ?? MEMORY_BUDGET_BYTES);
  const slicers = createSlicers(deps.remembered ?? {});
  const pipelines = new Map<string, Promise<GPUComputePipeline>>();
  /** Error scopes are a stack of the whole device: makes that await must not interleave. */
  let making: Promise<unknown> = Promise.resolve();

  const lost = device.lost.then((info) => {
    const reason = info.message || info.reason || 'unknown';
    if (info.reason !== 'destroyed' || !closing) slicers.quarter();
    pacer.stop();
    guard.lose(new GpuLostError(`the GPU device was lost: ${reason}`));
    resources.clear();
    return reason;
  });
  let closing = false;

  async function makeInScopes<T>(key: string, make: (device: GPUDevice) => Promise<T> | T): Promise<T> {
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    let outcome: { made: T } | { error: unknown };
    try {
      outcome = { made: await make(device) };
    } catch (error) {
      outcome = { error };
    }
    const memory = await device.popErrorScope();
    const invalid = await device.popErrorScope();
    if ('error' in outcome) throw outcome.error;
    if (memory) throw new OutOfMemoryError(`${key} does not fit this GPU's memory: ${memory.message}`);
    if (invalid) throw new Error(`${key}: ${invalid.message}`);
    return outcome.made;
  }

  return {
    device,
    adapterClass: classOf(adapter.info, deps.browser),
    software: isSoftware(adapter),
    lost,
    pipeline(key, make) {
      const known = pipelines.get(key);
      if (known) return guard(known);
      const made = guard(make(device));
      pipelines.set(key, made);
      made.catch(() => pipelines.delete(key));
      return made;
    },
    resource(key, bytes, make) {
      return guard(
        resources.get(key, bytes, () => {
          const made = guard(making.then(() => makeInScopes(key, make)));
          making = made.catch(() => {});
          return made;
        }),
      );
    },
    async submit(slicer, units, encode, ahead = false) {
      await guard(pacer.enter(ahead));
      let ended: () => number;
      try {
        const encoder = device.createCommandEncoder();
        encode(encoder);
        device.queue.submit([encoder.finish()]);
        ended = pacer.submitted();
      } catch (error) {
        pacer.abandon();
        throw error;
      }
      const done = guard(
        device.queue.onSubmittedWorkDone().then(() => {
          const ms = ended();
          slicers.measured(slicer, units, ms);
          return ms;
        }),
      );
      // Whoever does not wait for the time still hears of a loss through the next call.
      done.catch(() => {});
      return { done };
    },
    slicer: (key, initialUnits, scale) => slicers.get(key, initialUnits, scale),
    async readBuffer(buffer, bytes): Promise<Bytes> {
      const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
      try {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
        device.queue.submit([encoder.finish()]);
        await guard(staging.mapAsync(GPUMapMode.READ));
        return new Uint8Array(staging.getMappedRange()).slice();
      } finally {
        staging.destroy();
      }
    },
    now: () => clock.now(),
    setIntensity: (share) => pacer.setIntensity(share),
    busyMs: () => pacer.busyMs(),
    slicerFigures: () => slicers.figures(),
    close() {
      closing = true;
      device.destroy();
    },
  };
}

function classOf(info: GPUAdapterInfo, browser: string): AdapterClass {
  const name = (text: string) => text.slice(0, 64);
  return {
    vendor: name(info.vendor),
    architecture: name(info.architecture),
    description: (info.description || info.device).slice(0, 200),
    browser: name(browser),
  };
}

function isSoftware(adapter: GPUAdapter): boolean {
  const { info } = adapter;
  return (
    info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp/i.test(`${info.architecture} ${info.description}`)
  );
}
