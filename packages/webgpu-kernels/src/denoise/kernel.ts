import { type GpuSession, InvalidTaskError, OutOfMemoryError } from '../gpu-session.js';
import type { Kernel, RunControl, TaskInput } from '../kernel.js';
import { compile, upload } from '../pathtrace/bindings.js';
import { cutSlices } from '../pathtrace/slices.js';
import { FILTER_WGSL, LIGHT_WGSL, NOISE_WGSL, SMOOTH_WGSL } from './denoise.wgsl.js';
import { resultBytes, type Size } from './film.js';
import { type DenoiseParams, denoiseTask, inputBytes, regionOf } from './task.js';

/** The denoiser's GPU side: four steps, each a row of submissions. What they compute is in denoise.wgsl.ts. */

const TASK_BYTES = 64;
const SLICE_BYTES = 16;

interface StepKind {
  readonly key: string;
  readonly wgsl: string;
  /** Bindings that the shader has; see `Buffers`. */
  readonly binds: readonly (keyof Buffers)[];
  /** The pixels that it makes. */
  readonly area: (params: DenoiseParams) => Size;
  /** Pixels in the first submission on an adapter that nothing is known of. */
  readonly firstUnits: number;
}

const STEPS: readonly StepKind[] = [
  {
    key: 'denoise light',
    wgsl: LIGHT_WGSL,
    binds: ['task', 'slice', 'radiance', 'guides', 'light'],
    area: regionOf,
    firstUnits: 16_384,
  },
  {
    key: 'denoise noise',
    wgsl: NOISE_WGSL,
    binds: ['task', 'slice', 'guides', 'light', 'noise'],
    area: regionOf,
    firstUnits: 8192,
  },
  {
    key: 'denoise smooth',
    wgsl: SMOOTH_WGSL,
    binds: ['task', 'slice', 'guides', 'light', 'noise', 'smoothed'],
    area: regionOf,
    firstUnits: 8192,
  },
  {
    key: 'denoise filter',
    wgsl: FILTER_WGSL,
    binds: ['task', 'slice', 'radiance', 'guides', 'light', 'smoothed', 'result'],
    area: ({ tile }) => tile,
    firstUnits: 1024,
  },
];

export const denoiseKernel: Kernel<DenoiseParams> = {
  task: denoiseTask,
  async run(gpu, params, inputs, control) {
    const begun = gpu.now();
    control.signal.throwIfAborted();
    const [radianceInput, guidesInput] = checkInputs(gpu, params, inputs);
    const steps = await Promise.all(
      STEPS.map(async (step) => ({ step, pipeline: await gpu.pipeline(step.key, (device) => compile(device, step)) })),
    );
    const radiance = await upload(gpu, radianceInput);
    const guides = await upload(gpu, guidesInput);
    const own = await createOwnBuffers(gpu, params);
    try {
      control.signal.throwIfAborted();
      const times: Promise<number>[] = [];
      const progress = progressOf(params, control);
      for (const [i, { step, pipeline }] of steps.entries()) {
        const group = bind(gpu.device, pipeline, step, { ...own, radiance, guides });
        const last = i === steps.length - 1;
        times.push(...(await submitStep(gpu, step, pipeline, group, own.slice, params, { control, last, progress })));
      }
      const result = await gpu.readBuffer(own.result, resultBytes(params));
      const kernelMs = (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
      control.signal.throwIfAborted();
      return { outputs: [result], stats: { kernelMs, wallMs: gpu.now() - begun, submissions: times.length } };
    } finally {
      for (const buffer of Object.values(own)) buffer.destroy();
    }
  },
};

function checkInputs(
  gpu: GpuSession,
  params: DenoiseParams,
  inputs: readonly TaskInput[],
): readonly [TaskInput, TaskInput] {
  const [radiance, guides] = inputs;
  const expected = inputBytes(params);
  const fits = inputs.length === 2 && radiance?.ref.bytes === expected[0] && guides?.ref.bytes === expected[1];
  if (!fits || !radiance || !guides) {
    throw new InvalidTaskError('the inputs are not a picture and guides of the size that the parameters name');
  }
  const limit = Math.min(gpu.device.limits.maxStorageBufferBindingSize, gpu.device.limits.maxBufferSize);
  const largest = Math.max(...expected);
  if (largest > limit) throw new OutOfMemoryError(`an input of ${largest} bytes exceeds this GPU's limit of ${limit}`);
  return [radiance, guides];
}

interface OwnBuffers {
  readonly task: GPUBuffer;
  readonly slice: GPUBuffer;
  readonly light: GPUBuffer;
  readonly noise: GPUBuffer;
  readonly smoothed: GPUBuffer;
  readonly result: GPUBuffer;
}

interface Buffers extends OwnBuffers {
  readonly radiance: GPUBuffer;
  readonly guides: GPUBuffer;
}

const BINDINGS: Readonly<Record<keyof Buffers, number>> = {
  task: 0,
  slice: 1,
  radiance: 2,
  guides: 3,
  light: 4,
  noise: 5,
  smoothed: 6,
  result: 7,
};

function bind(device: GPUDevice, pipeline: GPUComputePipeline, step: StepKind, buffers: Buffers): GPUBindGroup {
  return device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: step.binds.map((name) => ({ binding: BINDINGS[name], resource: { buffer: buffers[name] } })),
  });
}

async function createOwnBuffers(gpu: GpuSession, params: DenoiseParams): Promise<OwnBuffers> {
  const { device } = gpu;
  const { film, window, tile } = params;
  const region = regionOf(params);
  device.pushErrorScope('out-of-memory');
  const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const between = (bytes: number) => ({ size: bytes * region.width * region.height, usage: GPUBufferUsage.STORAGE });
  const buffers: OwnBuffers = {
    task: device.createBuffer({ size: TASK_BYTES, usage: uniform }),
    slice: device.createBuffer({ size: SLICE_BYTES, usage: uniform }),
    light: device.createBuffer(between(16)),
    noise: device.createBuffer(between(4)),
    smoothed: device.createBuffer(between(16)),
    result: device.createBuffer({
      size: resultBytes(params),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
    }),
  };
  const scope = device.popErrorScope();
  const rects = [window, region, tile].flatMap(({ x, y, width, height }) => [x, y, width, height]);
  device.queue.writeBuffer(buffers.task, 0, new Uint32Array([film.width, film.height, 0, 0, ...rects]));
  const error = await scope;
  if (error) {
    for (const buffer of Object.values(buffers)) buffer.destroy();
    throw new OutOfMemoryError(`a tile's pixels do not fit this GPU's memory: ${error.message}`);
  }
  return buffers;
}

interface StepRun {
  readonly control: RunControl;
  /** Whether it is the task's last step. */
  readonly last: boolean;
  /** So many pixels more are queued. */
  readonly progress: (step: StepKind, pixels: number) => void;
}

/** @returns each submission's time on the GPU */
async function submitStep(
  gpu: GpuSession,
  step: StepKind,
  pipeline: GPUComputePipeline,
  group: GPUBindGroup,
  uniform: GPUBuffer,
  params: DenoiseParams,
  { control, last, progress }: StepRun,
): Promise<Promise<number>[]> {
  const slicer = gpu.slicer(step.key, step.firstUnits);
  const times: Promise<number>[] = [];
  for (const slice of cutSlices(pixelsOf(step, params), 1, () => slicer.units())) {
    const { done } = await gpu.submit(slicer, slice.lanes, (encoder) => {
      // Written before the submission and read in it: the queue keeps the order.
      const words = new Uint32Array([slice.firstLane, slice.lanes, last && slice.last ? 1 : 0, 0]);
      gpu.device.queue.writeBuffer(uniform, 0, words);
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(slice.lanes / 64));
      pass.end();
    });
    times.push(done);
    if (last && slice.last) control.submitted();
    else control.signal.throwIfAborted();
    progress(step, slice.lanes);
  }
  return times;
}

function pixelsOf(step: StepKind, params: DenoiseParams): number {
  const { width, height } = step.area(params);
  return width * height;
}

/** A step's pixels weigh by how few of them a submission holds. */
function progressOf(params: DenoiseParams, control: RunControl): StepRun['progress'] {
  const all = STEPS.reduce((sum, step) => sum + pixelsOf(step, params) / step.firstUnits, 0);
  let queued = 0;
  return (step, pixels) => {
    queued += pixels / step.firstUnits;
    control.progress(Math.min(1, queued / all));
  };
}
