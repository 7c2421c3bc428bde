import type { RenderRun, SampleRun } from '@tabgrid/protocol/records';

/**
 * How a job's samples are partitioned into blocks. The partition belongs to the job: it depends on nothing but the samples
 * asked for, so that the film's bits do not depend on tiles, tasks or volunteers.
 */

/** Up to this many samples a pixel a block has BLOCK samples, so that 16 + 16 is the same picture as 32. */
const SMALL_SPP = 256;
const BLOCK = 16;
/** Larger pictures have about so many blocks: each block of a pixel travels as 16 bytes. */
const LARGE_BLOCKS = 16;
const MOST_BLOCK = 4096;

/** Samples that are summed together, for a job launched with `spp`: a power of two from 16 to 4,096. */
export function blockSize(spp: number): number {
  if (spp <= SMALL_SPP) return BLOCK;
  return Math.min(MOST_BLOCK, 2 ** Math.ceil(Math.log2(spp / LARGE_BLOCKS)));
}

/**
 * The next run of samples after those there are. It begins with a whole block: where the run before ended within one,
 * the rest of that block's sample numbers stays unused (they are only seeds).
 */
export function nextRun(before: readonly RenderRun[], spp: number): SampleRun {
  const last = before.at(-1)?.samples;
  if (!last) return { first: 0, count: spp, block: blockSize(spp) };
  const { block } = last;
  return { first: afterRun(last), count: spp, block };
}

/** Samples from number `first` (a multiple of 16) up to `until`: as few blocks as powers of two allow. */
export function runBetween(first: number, until: number): SampleRun {
  const count = until - first;
  let block = BLOCK;
  while (block < count && block < MOST_BLOCK && first % (2 * block) === 0) block *= 2;
  return { first, count, block };
}

/** Number of the first sample that a later run may begin with. */
export function afterRun({ first, count, block }: SampleRun): number {
  return first + Math.ceil(count / block) * block;
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

/** Samples a pixel of all rounds together; their mean where some were of a part of the picture alone. */
export function sampleCount(
  runs: readonly RenderRun[],
  film: { readonly width: number; readonly height: number },
): number {
  const pixels = film.width * film.height;
  return runs.reduce((sum, { samples, rects }) => {
    const share = rects ? rects.reduce((area, { width, height }) => area + width * height, 0) / pixels : 1;
    return sum + samples.count * share;
  }, 0);
}
