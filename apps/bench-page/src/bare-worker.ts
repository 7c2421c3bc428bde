import type { Bytes } from '@tabgrid/protocol/bytes';
import { systemClock } from '@tabgrid/transport/system-clock';
import { requestGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import type { Outputs, TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { type PathtraceParams, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { expose } from 'comlink';

/** The grid benchmark's baseline: the kernel alone in a Worker, fed task after task, its results added to a film. */

export interface BareRun {
  /** From the first submission to the last result merged. */
  readonly wallMs: number;
  /** Sum over the tasks of the time that they were on the GPU. */
  readonly kernelMs: number;
}

let gpu: GpuSession | null = null;

async function runAll(tasks: readonly PathtraceParams[], blobs: ReadonlyMap<string, Bytes>): Promise<BareRun> {
  gpu ??= await requestGpuSession(navigator.gpu, { clock: systemClock, browser: 'bench', intensity: 1 });
  const session = gpu;
  const [first] = tasks;
  if (!first) return { wallMs: 0, kernelMs: 0 };
  const film = new Float32Array(first.film.width * first.film.height * 3);
  const start = performance.now();
  let kernelMs = 0;
  let before: Promise<void> = Promise.resolve();
  for (const params of tasks) {
    let submitted = () => {};
    const next = new Promise<void>((resolve) => {
      submitted = resolve;
    });
    const run = pathtraceKernel.run(session, params, inputsOf(params, blobs), {
      signal: new AbortController().signal,
      progress: () => {},
      submitted,
    });
    before = Promise.all([before, run]).then(([, outputs]) => {
      kernelMs += outputs.stats.kernelMs;
      merge(film, params, outputs);
    });
    // A run that fails never says that it has submitted everything.
    await Promise.race([next, before]);
  }
  await before;
  return { wallMs: performance.now() - start, kernelMs };
}

function inputsOf(params: PathtraceParams, blobs: ReadonlyMap<string, Bytes>): TaskInput[] {
  return taskInputs(params).map((ref) => ({
    ref,
    bytes: async () => {
      const bytes = blobs.get(ref.id);
      if (!bytes) throw new Error(`no blob ${ref.id}`);
      return bytes;
    },
  }));
}

/** Each task holds all samples of its pixels, in one block or several. */
function merge(film: Float32Array, { film: { width }, tile }: PathtraceParams, { outputs: [result] }: Outputs): void {
  if (!result) throw new Error('no output');
  const floats = new Float32Array(result.buffer, result.byteOffset, Math.floor(result.byteLength / 4));
  const pixels = tile.width * tile.height;
  for (let i = 0; i + 4 <= floats.length; i += 4) {
    const pixel = (i / 4) % pixels;
    const at = ((tile.y + Math.floor(pixel / tile.width)) * width + tile.x + (pixel % tile.width)) * 3;
    for (let c = 0; c < 3; c++) film[at + c] = (film[at + c] ?? 0) + (floats[i + c] ?? 0);
  }
}

const api = { runAll };
export type BareWorker = typeof api;
expose(api);
