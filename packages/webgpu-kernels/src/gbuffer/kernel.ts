import { type GpuSession, OutOfMemoryError } from '../gpu-session.js';
import type { Kernel, RunControl } from '../kernel.js';
import { bindTask, checkInputs, compile, type TaskBuffers, upload } from '../pathtrace/bindings.js';
import { sceneCode } from '../pathtrace/program.js';
import { cutSlices } from '../pathtrace/slices.js';
import { SLICE_BYTES, sliceUniform, TASK_BYTES, taskUniform } from '../pathtrace/uniforms.js';
import { pixelFloats, resultBytes } from './film.js';
import { GBUFFER_WGSL } from './gbuffer.wgsl.js';
import { type GbufferParams, gbufferTask } from './task.js';

/** The G-buffer's GPU side. It walks the scene by the path tracer's own code. */

/** Camera rays in the first submission on an adapter that nothing is known of. */
const FIRST_UNITS = 16_384;

export const gbufferKernel: Kernel<GbufferParams> = {
  task: gbufferTask,
  async run(gpu, params, inputs, control) {
    const begun = gpu.now();
    control.signal.throwIfAborted();
    checkInputs(gpu, params, inputs);
    const program = programFor(params);
    const pipeline = await gpu.pipeline(program.key, (device) => compile(device, program));
    const storage: GPUBuffer[] = [];
    for (const input of inputs) {
      control.signal.throwIfAborted();
      storage.push(await upload(gpu, input));
    }
    const own = await createBuffers(gpu, params);
    try {
      control.signal.throwIfAborted();
      const group = bindTask(gpu.device, pipeline, program, own, storage);
      const times = await submitAll(gpu, program.key, pipeline, group, own, params, control);
      const result = await gpu.readBuffer(own.film, resultBytes(params));
      const kernelMs = (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
      control.signal.throwIfAborted();
      return { outputs: [result], stats: { kernelMs, wallMs: gpu.now() - begun, submissions: times.length } };
    } finally {
      for (const buffer of [own.task, own.slice, own.film]) buffer.destroy();
    }
  },
};

function programFor({ scene, environment, camera, costs }: GbufferParams) {
  const walk = sceneCode({ scene, camera });
  const lights = scene.counts.lights > 0;
  const sky = environment.kind === 'map' ? environment.luminance > 0 : Math.max(...environment.radiance) > 0;
  const { textures } = walk;
  return {
    ...walk,
    key: ['gbuffer', walk.key, sky ? 'sky' : 'dark', costs ? 'costs' : 'surface'].join(' '),
    wgsl: [walk.wgsl, GBUFFER_WGSL({ lights, textures, sky, costs })].join('\n'),
    // What comes from outside is not looked at.
    map: false,
  };
}

/** @returns each submission's time on the GPU */
async function submitAll(
  gpu: GpuSession,
  key: string,
  pipeline: GPUComputePipeline,
  group: GPUBindGroup,
  own: TaskBuffers,
  { tile, samples }: GbufferParams,
  control: RunControl,
): Promise<Promise<number>[]> {
  const slicer = gpu.slicer(key, FIRST_UNITS);
  const pixels = tile.width * tile.height;
  const times: Promise<number>[] = [];
  let queued = 0;
  for (const slice of cutSlices(pixels, 1, () => slicer.units() / samples.count)) {
    const { done } = await gpu.submit(slicer, slice.lanes * samples.count, (encoder) => {
      // Written before the submission and read in it: the queue keeps the order.
      gpu.device.queue.writeBuffer(own.slice, 0, sliceUniform(slice));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(slice.lanes / 64));
      pass.end();
    });
    times.push(done);
    queued += slice.lanes;
    if (slice.last) control.submitted();
    else control.signal.throwIfAborted();
    control.progress(Math.min(1, queued / pixels));
  }
  return times;
}

async function createBuffers(gpu: GpuSession, params: GbufferParams): Promise<TaskBuffers> {
  const { device } = gpu;
  device.pushErrorScope('out-of-memory');
  const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const task = device.createBuffer({ size: TASK_BYTES, usage: uniform });
  const slice = device.createBuffer({ size: SLICE_BYTES, usage: uniform });
  const { width, height } = params.tile;
  // The canary stands in a whole vector of its own.
  const film = device.createBuffer({
    size: 4 * pixelFloats(params) * width * height + 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const scope = device.popErrorScope();
  const samples = { ...params.samples, block: params.samples.count };
  device.queue.writeBuffer(task, 0, taskUniform({ ...params, samples }));
  const error = await scope;
  if (error) {
    for (const buffer of [task, slice, film]) buffer.destroy();
    throw new OutOfMemoryError(`a tile's pixels do not fit this GPU's memory: ${error.message}`);
  }
  return { task, slice, film };
}
