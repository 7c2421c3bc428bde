import type { GpuSession } from '../gpu-session.js';
import type { TaskInput } from '../kernel.js';
import { bindTask, compile, upload } from './bindings.js';
import { blockCount, resultBytes } from './film.js';
import { createOwnBuffers, type OwnBuffers } from './own-buffers.js';
import { type Program, programFor } from './program.js';
import type { PathtraceParams } from './task.js';
import { type Trial, type TrialRun, tryVariants } from './trial.js';
import { sliceUniform } from './uniforms.js';
import { BASE, fitsDevice, type Variant } from './variants.js';
import type { Strategy } from './wgsl/path.wgsl.js';

/** A trial of variants on a part of a task that has just been rendered: its buffers are still on the GPU. */

/** What a run should take: enough to be told from the queue's own time, little enough for other work to wait for. */
const AIM_MS = 10;
/** The first run's share of a usual submission, whose length may not be known well yet. */
const FIRST_SHARE = 0.25;
const MOST_GROWTH = 8;
const MOST_REPEATS = 64;
/** Pixels × blocks of a task that can tell: fewer do not fill a GPU. */
const LEAST_LANES = 4096;

/** Whether a task is large enough for a trial. */
export function worthTrying({ tile, samples }: PathtraceParams): boolean {
  return tile.width * tile.height * blockCount(samples) >= LEAST_LANES;
}

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
export async function tune(deps: TuneDeps): Promise<Trial> {
  const { gpu, params, candidates, rounds } = deps;
  const { alpha, stack } = params.scene;
  const fitting = candidates.filter(
    (variant) => fitsDevice(variant, stack, gpu.device.limits) && (alpha || variant.alpha === BASE.alpha),
  );
  const storage: GPUBuffer[] = [];
  for (const input of deps.inputs) storage.push(await upload(gpu, input));
  let units = deps.units * FIRST_SHARE;
  for (;;) {
    const part = partOf(params, units);
    const whole = part.tile.width === params.tile.width && part.samples.count === params.samples.count;
    const own = await createOwnBuffers(gpu, part);
    try {
      const once = await runPart({ ...deps, part, storage, own, repeats: 1 }, BASE);
      if (whole || once.ms > AIM_MS / 2) {
        const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.floor(AIM_MS / once.ms)));
        return await tryVariants({
          candidates: fitting,
          run: (variant) => runPart({ ...deps, part, storage, own, repeats }, variant),
          now: () => gpu.now(),
          ...(rounds !== undefined && { rounds }),
        });
      }
      units *= Math.max(2, Math.min(MOST_GROWTH, AIM_MS / once.ms));
    } finally {
      own.destroy();
    }
  }
}

interface PartRun extends Pick<TuneDeps, 'gpu' | 'strategy' | 'program'> {
  readonly part: PathtraceParams;
  readonly storage: readonly GPUBuffer[];
  readonly own: OwnBuffers;
  /** Times that the same is rendered in one submission. */
  readonly repeats: number;
}

async function runPart(of: PartRun, variant: Variant): Promise<TrialRun> {
  const { gpu, part, storage, own, repeats, strategy, program = programFor } = of;
  const depth = Math.min(part.samples.block, part.samples.count);
  const lanes = part.tile.width * part.tile.height * blockCount(part.samples);
  const made = program(part, strategy, variant);
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
  return { ms, film: await gpu.readBuffer(own.film, resultBytes(part)) };
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
