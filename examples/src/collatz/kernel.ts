import { type GpuSession, InvalidTaskError } from '@tabgrid/webgpu-kernels/gpu-session';
import type { Kernel, TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import { collatzWgsl } from './collatz.wgsl.js';
import { type CollatzParams, canaryOf, collatzTask } from './task.js';

/** The GPU side: short submissions, a progress report, an end when the signal says so. */
export const collatzKernel: Kernel<CollatzParams> = {
  task: collatzTask,
  async run(gpu, params, inputs, control) {
    const begun = gpu.now();
    control.signal.throwIfAborted();
    const [input] = inputs;
    const fits = input?.ref.id === params.numbers.id && 4 * (params.first + params.count) <= params.numbers.bytes;
    if (!input || !fits) throw new InvalidTaskError('the input is not the list that the parameters name');
    const pipeline = await gpu.pipeline('collatz', compile);
    const numbers = await upload(gpu, input);
    const bytes = 4 * (params.count + 1);
    const steps = gpu.device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const slice = gpu.device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    try {
      const group = gpu.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [slice, numbers, steps].map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      const slicer = gpu.slicer('collatz', 4096);
      const times: Promise<number>[] = [];
      for (let begin = 0; begin < params.count; ) {
        const end = Math.min(params.count, begin + Math.max(1, Math.floor(slicer.units())));
        const words = Uint32Array.of(begin, end, params.count, params.first, canaryOf(params));
        const { done } = await gpu.submit(slicer, end - begin, (encoder) => {
          gpu.device.queue.writeBuffer(slice, 0, words);
          const pass = encoder.beginComputePass();
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(Math.ceil((end - begin) / 64));
          pass.end();
        });
        times.push(done);
        if (end === params.count) control.submitted();
        else control.signal.throwIfAborted();
        control.progress(end / params.count);
        begin = end;
      }
      const result = await gpu.readBuffer(steps, bytes);
      const kernelMs = (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
      control.signal.throwIfAborted();
      return { outputs: [result], stats: { kernelMs, wallMs: gpu.now() - begun, submissions: times.length } };
    } finally {
      steps.destroy();
      slice.destroy();
    }
  },
};

function compile(device: GPUDevice): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code: collatzWgsl, label: 'collatz' });
  return device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
}

/** Uploads the list once a session. */
function upload(gpu: GpuSession, { ref, bytes }: TaskInput): Promise<GPUBuffer> {
  return gpu.resource(`blob ${ref.id}`, ref.bytes, async (device) => {
    const list = await bytes();
    if (list.byteLength !== ref.bytes) throw new InvalidTaskError('the input has another length than its name says');
    const buffer = device.createBuffer({ size: ref.bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(buffer, 0, list);
    return buffer;
  });
}
