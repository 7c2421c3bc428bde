import type { PixelRect, RenderRun, SampleRun } from '@tabgrid/protocol/records';
import { blockCount, firstBlock } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { uncovered } from '../spatial/coverage.js';
import type { Part, Region } from './parts.js';

/** What of a run's samples none of the results that are there holds, however the picture was cut into them. */
export function missingOf(
  { width, height }: { readonly width: number; readonly height: number },
  { samples: run, rects: wanted = [{ x: 0, y: 0, width, height }] }: RenderRun,
  have: readonly Part[],
): readonly Region[] {
  const blocks = blockCount(run);
  /** By block, the indices of the parts that hold it. */
  const holders = Array.from({ length: blocks }, () => [] as number[]);
  for (const [i, { samples }] of have.entries()) {
    if (samples.block !== run.block) continue;
    const from = firstBlock(samples) - firstBlock(run);
    for (let b = Math.max(0, from); b < Math.min(blocks, from + blockCount(samples)); b++) {
      // A run's last block may be shorter than the others, and a result of another run never is of this one.
      if (endOf(samples) >= Math.min(endOf(run), run.first + (b + 1) * run.block)) holders[b]?.push(i);
    }
  }
  const found: { samples: SampleRun; readonly rects: readonly PixelRect[]; readonly key: string }[] = [];
  for (const [b, indices] of holders.entries()) {
    const key = indices.join();
    const first = run.first + b * run.block;
    const count = Math.min(run.block, run.count - b * run.block);
    const last = found.at(-1);
    if (last?.key === key) {
      last.samples = { ...last.samples, count: last.samples.count + count };
    } else {
      const tiles = indices.flatMap((i) => have[i]?.tile ?? []);
      const rects = wanted.flatMap((rect) => uncovered(rect, tiles));
      found.push({ samples: { first, count, block: run.block }, rects, key });
    }
  }
  return found.filter(({ rects }) => rects.length > 0).map(({ samples, rects }) => ({ samples, rects }));
}

const endOf = ({ first, count }: SampleRun): number => first + count;
