import type { SampleRun } from '@tabgrid/protocol/records';

/**
 * How a job's samples are partitioned into blocks. The partition belongs to the job: it depends on nothing but the samples
 * asked for, so that the film's bits do not depend on tiles, tasks or volunteers.
 */

/** Up to this many samples a pixel a block has BLOCK samples, so that 16 + 16 is the same picture as 32. */
const SMALL_SPP = 256;
const BLOCK = 16;
/** Larger pictures have about so many blocks: each block of a pixel travels as 16 bytes. */
const LARGE_BLOCKS = 16;

/** Samples that are summed together, for a job launched with `spp`: a power of two from 16 to 4,096. */
export function blockSize(spp: number): number {
  if (spp <= SMALL_SPP) return BLOCK;
  return Math.min(4096, 2 ** Math.ceil(Math.log2(spp / LARGE_BLOCKS)));
}

/**
 * The next run of samples after those there are. It begins with a whole block: where the run before ended within one,
 * the rest of that block's sample numbers stays unused (they are only seeds).
 */
export function nextRun(before: readonly SampleRun[], spp: number): SampleRun {
  const last = before.at(-1);
  if (!last) return { first: 0, count: spp, block: blockSize(spp) };
  const { block } = last;
  return { first: Math.ceil((last.first + last.count) / block) * block, count: spp, block };
}

/** Cuts a run into parts of at most `blocks` whole blocks. */
export function splitRun(run: SampleRun, blocks: number): readonly SampleRun[] {
  const parts: SampleRun[] = [];
  const step = blocks * run.block;
  for (let done = 0; done < run.count; done += step) {
    parts.push({ first: run.first + done, count: Math.min(step, run.count - done), block: run.block });
  }
  return parts;
}

/** Samples a pixel of all runs together. */
export function sampleCount(runs: readonly SampleRun[]): number {
  return runs.reduce((sum, run) => sum + run.count, 0);
}
