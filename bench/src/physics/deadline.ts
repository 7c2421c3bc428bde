import type { Millis } from '@tabgrid/protocol/ids';
import { median } from '../result.js';
import { restingHeap } from './heaps.js';
import type { Part, PartOptions } from './part.js';
import { runHere } from './run-here.js';
import { onGpu } from './run-task.js';
import { SUBSTEPS } from './stepper.js';

/** Small heaps for somebody who looks on: frames that are not there in time. One region, no network. */

const DEADLINE_MS: Millis = 16;
const SIZES = [
  { bodies: 100, frames: { quick: 20, whole: 120 } },
  { bodies: 300, frames: { quick: 10, whole: 120 } },
  { bodies: 1000, frames: { quick: 4, whole: 60 } },
] as const;

export async function measureDeadlines({ gpu, quick, say }: PartOptions): Promise<Part> {
  const run = onGpu(gpu);
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const rows: string[][] = [];
  for (const { bodies, frames } of SIZES) {
    const { world, standing: from } = await restingHeap(bodies, run);
    const frameMs: Millis[] = [];
    // A frame that is done again is late by all its tries.
    let spent = 0;
    await runHere({
      ...{ run, world, from, regions: 1, substeps: SUBSTEPS, window: SUBSTEPS },
      frames: quick ? frames.quick : frames.whole,
      ran: ({ wallMs }) => {
        spent += wallMs;
      },
      moved(_, { gone, round }) {
        if ((gone + round.substeps) % SUBSTEPS !== 0) return;
        frameMs.push(spent);
        spent = 0;
      },
    });
    const share = frameMs.filter((ms) => ms > DEADLINE_MS).length / frameMs.length;
    figures[`deadlineMissShare.${bodies}`] = share;
    samples[`deadline.frameMs.${bodies}`] = frameMs;
    rows.push([String(bodies), `${frameMs.length}`, median(frameMs).toFixed(1), `${(100 * share).toFixed(0)} %`]);
    say(`${bodies} bodies: ${(100 * share).toFixed(0)} % of frames take longer than ${DEADLINE_MS} ms`);
  }
  const title = `From handing out a frame to the world put together, one region, no network: later than ${DEADLINE_MS} ms`;
  return { figures, samples, tables: [{ title, header: ['bodies', 'frames', 'median ms', 'late'], rows }] };
}
