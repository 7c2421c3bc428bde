import { type GpuSession, OutOfMemoryError } from '../gpu-session.js';
import type { Kernel, RunControl } from '../kernel.js';
import { bindTask, checkInputs, compile, upload } from './bindings.js';
import { blockCount, resultBytes } from './film.js';
import { type Program, programFor } from './program.js';
import { cutSlices } from './slices.js';
import { type PathtraceParams, pathtraceTask } from './task.js';
import { SLICE_BYTES, sliceUniform, TASK_BYTES, taskUniform } from './uniforms.js';
import type { Strategy } from './wgsl/path.wgsl.js';

/** The path tracer's GPU side: buffers, pipeline, submissions. The light is in wgsl/. */

/** Samples in the first submission on an adapter that nothing is known of: tens of milliseconds in software. */
const FIRST_UNITS = 4096;

export interface PathtraceOptions {
  /** For tests. Default `mis`. */
  readonly strategy?: Strategy;
}

export function createPathtraceKernel({ strategy = 'mis' }: PathtraceOptions = {}): Kernel<PathtraceParams> {
  return {
    task: pathtraceTask,
    async run(gpu, params, inputs, control) {
      const begun = gpu.now();
      control.signal.throwIfAborted();
      checkInputs(gpu, params, inputs);
      const program = programFor(params, strategy);
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
        const times = await render(gpu, program, pipeline, group, own, params, control);
        const result = await gpu.readBuffer(own.film, resultBytes(params));
        const kernelMs = (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
        control.signal.throwIfAborted();
        return { outputs: [result], stats: { kernelMs, wallMs: gpu.now() - begun, submissions: times.length } };
      } finally {
        own.destroy();
      }
    },
  };
}

/** @returns each submission's time on the GPU */
async function render(
  gpu: GpuSession,
  program: Program,
  pipeline: GPUComputePipeline,
  group: GPUBindGroup,
  own: OwnBuffers,
  { tile, samples, bounces }: PathtraceParams,
  control: RunControl,
): Promise<Promise<number>[]> {
  const slicer = gpu.slicer(`${program.key} bounces${bounces}`, FIRST_UNITS);
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
      pass.dispatchWorkgroups(Math.ceil(slice.lanes / 64));
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

interface OwnBuffers {
  readonly task: GPUBuffer;
  readonly slice: GPUBuffer;
  readonly film: GPUBuffer;
  destroy(): void;
}

/** A task's own: the next task begins while this one's film is read back. */
async function createOwnBuffers(gpu: GpuSession, params: PathtraceParams): Promise<OwnBuffers> {
  const { device } = gpu;
  device.pushErrorScope('out-of-memory');
  const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const task = device.createBuffer({ size: TASK_BYTES, usage: uniform });
  const slice = device.createBuffer({ size: SLICE_BYTES, usage: uniform });
  // The canary stands in a whole vector of its own.
  const film = device.createBuffer({
    size: resultBytes(params) + 12,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const scope = device.popErrorScope();
  device.queue.writeBuffer(task, 0, taskUniform(params));
  const destroy = () => {
    task.destroy();
    slice.destroy();
    film.destroy();
  };
  const error = await scope;
  if (error) {
    destroy();
    throw new OutOfMemoryError(`a tile's film does not fit this GPU's memory: ${error.message}`);
  }
  return { task, slice, film, destroy };
}

/** The kernel as pages ship it. */
export const pathtraceKernel: Kernel<PathtraceParams> = createPathtraceKernel();
