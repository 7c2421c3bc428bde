import type { Millis } from '@tabgrid/protocol/ids';
import type { Capabilities } from '@tabgrid/protocol/task';
import type { GpuSession } from '../gpu-session.js';
import { hashed } from './hash.js';
import { INVOCATIONS, SCORE, WORKGROUP } from './score.wgsl.js';

/**
 * A short benchmark: how many millions of simple integer steps a second a GPU and one core do. It says how a machine compares with
 * others before its first result; nothing that must be true rests on it.
 */

export type Scores = NonNullable<Capabilities['scores']>;

/** A dispatch this long says enough; the next one after a shorter one aims at `AIM_MS`. */
const TELLING_MS: Millis = 10;
const AIM_MS: Millis = 20;
/** All dispatches together. */
const GPU_BUDGET_MS: Millis = 100;
/** A quarter of a million steps in all: 26 ms where only ten million a second are done. */
const FIRST_STEPS = 4;
const MOST_STEPS = 2 ** 20;
const LARGEST_GROWTH = 16;

/** The first milliseconds go to whatever compiles this. */
const WARM_UP_MS: Millis = 5;
const CPU_MS: Millis = 20;
const CHUNK_STEPS = 16_384;
/** For a clock that stands still; a core that does 400 million steps a second needs fewer. */
const MOST_CHUNKS = 512;

/** Results that are held against what they should be. */
const CHECKED = 4;

/** @returns null where a device does nothing, or something else. @throws GpuLostError */
export async function measureScores(gpu: GpuSession): Promise<Scores | null> {
  const onGpu = await measureGpu(gpu);
  const onCpu = measureCpu(() => gpu.now());
  return onGpu === null || onCpu === null ? null : { gpu: onGpu, cpu: onCpu };
}

/** Millions of steps a second, in dispatches of growing length. */
async function measureGpu(gpu: GpuSession): Promise<number | null> {
  const { device } = gpu;
  const pipeline = await gpu.pipeline('score', (on) =>
    on.createComputePipelineAsync({
      layout: 'auto',
      compute: { module: on.createShaderModule({ code: SCORE }), entryPoint: 'main' },
    }),
  );
  const count = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  const results = device.createBuffer({
    size: 4 * INVOCATIONS,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  try {
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: { buffer: count } },
        { binding: 1, resource: { buffer: results } },
      ],
    });
    const run = async (steps: number): Promise<Millis> => {
      device.queue.writeBuffer(count, 0, new Uint32Array([steps]));
      const { done } = await gpu.submit(gpu.slicer('score', 1), 1, (encoder) => {
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(INVOCATIONS / WORKGROUP);
        pass.end();
      });
      return await done;
    };
    const { steps, ms } = await grow(run);
    const seen = await gpu.readBuffer(results, 4 * CHECKED);
    const words = new Uint32Array(seen.buffer, seen.byteOffset, CHECKED);
    if (ms <= 0 || words.some((word, i) => word !== hashed(i, steps))) return null;
    return (INVOCATIONS * steps) / ms / 1000;
  } finally {
    count.destroy();
    results.destroy();
  }
}

/**
 * Longer and longer, until one run says enough or the next might go over the budget.
 * @returns the last run
 */
export async function grow(run: (steps: number) => Promise<Millis>): Promise<{ steps: number; ms: Millis }> {
  let steps = FIRST_STEPS;
  let spent: Millis = 0;
  for (;;) {
    const ms = await run(steps);
    spent += ms;
    const growth = Math.min(LARGEST_GROWTH, AIM_MS / Math.max(ms, 0.01), MOST_STEPS / steps);
    if (ms >= TELLING_MS || growth < 2 || spent + growth * ms > GPU_BUDGET_MS) return { steps, ms };
    steps = Math.floor(steps * growth);
  }
}

/** Millions of steps a second on this core; null where the clock says nothing. */
export function measureCpu(now: () => Millis): number | null {
  const begun = now();
  let x = 1;
  let chunks = 0;
  let from = begun;
  let counted = 0;
  while (now() - begun < CPU_MS && chunks < MOST_CHUNKS) {
    x = hashed(x, CHUNK_STEPS);
    chunks++;
    counted++;
    if (from === begun && now() - begun >= WARM_UP_MS) {
      from = now();
      counted = 0;
    }
  }
  const ms = now() - from;
  return ms > 0 && counted > 0 ? (counted * CHUNK_STEPS) / ms / 1000 : null;
}
