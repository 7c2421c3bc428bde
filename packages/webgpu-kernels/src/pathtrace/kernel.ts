import { GpuLostError, type GpuSession, type Slicer } from '../gpu-session.js';
import type { Kernel, RunControl } from '../kernel.js';
import { bindTask, checkInputs, compile, upload } from './bindings.js';
import { blockCount, resultBytes } from './film.js';
import { createOwnBuffers, type OwnBuffers } from './own-buffers.js';
import { programFor } from './program.js';
import { cutSlices } from './slices.js';
import { type PathtraceParams, pathtraceTask } from './task.js';
import { tune, worthTrying } from './tune.js';
import { sliceUniform } from './uniforms.js';
import { BASE, VARIANTS, type Variant } from './variants.js';
import type { Strategy } from './wgsl/path.wgsl.js';

/**
 * The path tracer's GPU side: buffers, pipeline, submissions. The light is in wgsl/.
 *
 * 1. Every form of program (see `Program.form`) begins with the base variant on every device.
 * 2. Another variant takes its place only after it gave the base's bits for that form on that device.
 * 3. After a device was lost in a trial, its adapter stays with the base until there is another version.
 */

/** Samples in the first submission on an adapter that nothing is known of: tens of milliseconds in software. */
const FIRST_UNITS = 4096;

export interface PathtraceOptions {
  /** For tests. Default `mis`. */
  readonly strategy?: Strategy;
  /** For tests. Default BASE. */
  readonly first?: Variant;
}

export function createPathtraceKernel({
  strategy = 'mis',
  first = BASE,
}: PathtraceOptions = {}): Kernel<PathtraceParams> {
  /** Form → variant, by device: those that are in use, or on trial. */
  const chosen = new WeakMap<GPUDevice, Map<string, Variant>>();
  const variantsOf = (device: GPUDevice) => {
    const known = chosen.get(device) ?? new Map<string, Variant>();
    chosen.set(device, known);
    return known;
  };
  return {
    task: pathtraceTask,
    async run(gpu, params, inputs, control) {
      const begun = gpu.now();
      control.signal.throwIfAborted();
      checkInputs(gpu, params, inputs);
      const { form } = programFor(params, strategy);
      const variant = variantsOf(gpu.device).get(form) ?? first;
      const program = programFor(params, strategy, variant);
      const pipeline = await gpu.pipeline(program.key, (device) => compile(device, program));
      const storage: GPUBuffer[] = [];
      for (const input of inputs) {
        control.signal.throwIfAborted();
        storage.push(await upload(gpu, input));
      }
      const own = await createOwnBuffers(gpu, params);
      try {
        control.signal.throwIfAborted();
        const group = bindTask(gpu.device, pipeline, program, own, storage);
        const step = { slicer: slicerOf(gpu, form, params), pipeline, group, workgroup: variant.workgroup };
        const times = await render(gpu, step, own, params, control);
        const result = await gpu.readBuffer(own.film, resultBytes(params));
        const kernelMs = (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
        control.signal.throwIfAborted();
        return { outputs: [result], stats: { kernelMs, wallMs: gpu.now() - begun, submissions: times.length } };
      } finally {
        own.destroy();
      }
    },

    async tune(gpu, params, inputs, memory) {
      const { form } = programFor(params, strategy);
      const variants = variantsOf(gpu.device);
      // One trial a form and device, whatever comes of it.
      if (variants.has(form) || !worthTrying(params)) return;
      variants.set(form, first);
      const owner = { kind: pathtraceTask.kind, version: pathtraceTask.version, adapter: gpu.adapterClass };
      const name = await memory.recall(owner);
      const remembered = VARIANTS.find((variant) => variant.name === name);
      if (remembered?.name === BASE.name) return;
      try {
        const { chosen: best, times } = await tune({
          gpu,
          params,
          inputs,
          strategy,
          units: slicerOf(gpu, form, params).units(),
          ...(remembered ? { candidates: [remembered], rounds: 0 } : { candidates: VARIANTS }),
        });
        variants.set(form, best);
        if (times.size > 0) await memory.keep(owner, best.name);
      } catch (error) {
        // Perhaps a variant has done it: the next device must not be lost the same way.
        if (error instanceof GpuLostError) await memory.keep(owner, BASE.name);
        throw error;
      }
    },
  };
}

/** The same one for all variants: they hardly differ by more than scenes' parts do. */
function slicerOf(gpu: GpuSession, form: string, { bounces }: PathtraceParams): Slicer {
  return gpu.slicer(`${form} bounces${bounces}`, FIRST_UNITS);
}

interface Submitted {
  readonly slicer: Slicer;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroup: number;
}

/** @returns each submission's time on the GPU */
async function render(
  gpu: GpuSession,
  { slicer, pipeline, group, workgroup }: Submitted,
  own: OwnBuffers,
  { tile, samples }: PathtraceParams,
  control: RunControl,
): Promise<Promise<number>[]> {
  const lanes = tile.width * tile.height * blockCount(samples);
  const depth = Math.min(samples.block, samples.count);
  const times: Promise<number>[] = [];
  let queued = 0;
  for (const slice of cutSlices(lanes, depth, () => slicer.units())) {
    const units = slice.lanes * (slice.to - slice.from);
    const { done } = await gpu.submit(slicer, units, (encoder) => {
      // Written before the submission and read in it: the queue keeps the order.
      gpu.device.queue.writeBuffer(own.slice, 0, sliceUniform(slice));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(slice.lanes / workgroup));
      pass.end();
    });
    times.push(done);
    queued += units;
    if (slice.last) control.submitted();
    else control.signal.throwIfAborted();
    control.progress(Math.min(1, queued / (lanes * depth)));
  }
  return times;
}

/** The kernel as pages ship it. */
export const pathtraceKernel: Kernel<PathtraceParams> = createPathtraceKernel();
