import type { GpuSession } from '../gpu-session.js';
import type { TaskInput } from '../kernel.js';
import { bindTask, compile, upload } from './bindings.js';
import { blockCount, resultBytes } from './film.js';
import { createOwnBuffers } from './own-buffers.js';
import { type Program, programFor } from './program.js';
import type { PathtraceParams } from './task.js';
import { type Trial, type TrialRun, tryVariants } from './trial.js';
import { sliceUniform } from './uniforms.js';
import { fitsDevice, type Variant } from './variants.js';
import type { Strategy } from './wgsl/path.wgsl.js';

/** A trial of variants on a part of a task that has just been rendered: its buffers are still on the GPU. */

/** Of a submission's usual length, which other work may have to wait for. */
const SHARE = 0.25;
const MOST_REPEATS = 16;

export interface TuneDeps {
  readonly gpu: GpuSession;
  readonly params: PathtraceParams;
  readonly inputs: readonly TaskInput[];
  readonly strategy: Strategy;
  readonly candidates: readonly Variant[];
  /** Samples that a usual submission holds. */
  readonly units: number;
  /** See TrialDeps. */
  readonly rounds?: number;
  /** For tests: another program in a variant's place. */
  readonly program?: (params: PathtraceParams, strategy: Strategy, variant: Variant) => Program;
}

/** @throws GpuLostError, OutOfMemoryError */
export async function tune({
  gpu,
  strategy,
  candidates,
  units,
  rounds,
  program = programFor,
  ...of
}: TuneDeps): Promise<Trial> {
  const params = partOf(of.params, units * SHARE);
  const storage: GPUBuffer[] = [];
  for (const input of of.inputs) storage.push(await upload(gpu, input));
  const own = await createOwnBuffers(gpu, params);
  const depth = Math.min(params.samples.block, params.samples.count);
  const lanes = params.tile.width * params.tile.height * blockCount(params.samples);
  const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.floor((units * SHARE) / (lanes * depth))));
  const run = async (variant: Variant): Promise<TrialRun> => {
    const made = program(params, strategy, variant);
    const pipeline = await gpu.pipeline(made.key, (device) => compile(device, made));
    const group = bindTask(gpu.device, pipeline, made, own, storage);
    const work = repeats * lanes * depth;
    const { done } = await gpu.submit({ units: () => work }, work, (encoder) => {
      gpu.device.queue.writeBuffer(own.slice, 0, sliceUniform({ firstLane: 0, lanes, from: 0, to: depth, last: true }));
      // What the run before has written must not count for this one's.
      encoder.clearBuffer(own.film);
      for (let i = 0; i < repeats; i++) {
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(Math.ceil(lanes / variant.workgroup));
        pass.end();
      }
    });
    const ms = await done;
    return { ms, film: await gpu.readBuffer(own.film, resultBytes(params)) };
  };
  try {
    const { limits } = gpu.device;
    const fitting = candidates.filter((variant) => fitsDevice(variant, params.scene.stack, limits));
    return await tryVariants({
      candidates: fitting,
      run,
      now: () => gpu.now(),
      ...(rounds !== undefined && { rounds }),
    });
  } finally {
    own.destroy();
  }
}

/** The middle of a task, of about so many samples: all of a pixel's block, and further blocks only for all pixels. */
export function partOf(params: PathtraceParams, units: number): PathtraceParams {
  const { tile, samples } = params;
  const lanes = Math.max(1, Math.floor(units / Math.min(samples.block, samples.count)));
  const side = Math.max(1, Math.floor(Math.sqrt(lanes)));
  const width = Math.min(tile.width, Math.max(side, Math.floor(lanes / tile.height)));
  const height = Math.min(tile.height, Math.max(1, Math.floor(lanes / width)));
  const blocks = Math.max(1, Math.min(blockCount(samples), Math.floor(lanes / (width * height))));
  return {
    ...params,
    tile: {
      x: tile.x + Math.floor((tile.width - width) / 2),
      y: tile.y + Math.floor((tile.height - height) / 2),
      width,
      height,
    },
    samples: { ...samples, count: Math.min(samples.count, blocks * samples.block) },
  };
}
