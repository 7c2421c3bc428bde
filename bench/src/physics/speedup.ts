import type { Millis } from '@tabgrid/protocol/ids';
import { layoutOf } from '@tabgrid/splitters/physics/layout';
import type { Pace } from '@tabgrid/splitters/physics/pace';
import { regionCount } from '@tabgrid/splitters/physics/regions';
import { restingHeap } from './heaps.js';
import { type Part, type PartOptions, sizeName } from './part.js';
import { type RoundCost, roundCosts } from './round-cost.js';
import { jobHere } from './run-here.js';
import { onGpu } from './run-task.js';
import { SUBSTEPS } from './stepper.js';

/**
 * What it would bring to share a heap out among R volunteers as fast as this adapter, by times measured here. A round takes its largest
 * region's task, a round trip, its bytes over the coordinator's link, and what the coordinator does for it. One region goes on for
 * several frames before it is heard of.
 */

const VOLUNTEERS = [2, 4, 8] as const;
const ROUND_TRIPS_MS = [0, 5, 30, 80] as const;
/** Substeps between exchanges, for several regions; and frames, for one. */
const WINDOWS = [2, 4, 8] as const;
const FRAMES = [1, 2, 4, 8] as const;
const ROUND_TRIPS_A_ROUND = 1;
const BYTES_A_MS = 10_000;

export async function measureSpeedups({ gpu, quick, say }: PartOptions): Promise<Part> {
  const bodies = quick ? 2000 : 10_000;
  const heap = await restingHeap(bodies, onGpu(gpu));
  const costs = roundCosts(onGpu(gpu), heap, { tries: quick ? 3 : 5, software: gpu.software });
  const frameMs = async (regions: number, substeps: number, trip: Millis): Promise<Millis> => {
    const cost = await costs.of(regions, substeps);
    return ((cost.taskMs + besideOf(cost, trip)) * SUBSTEPS) / substeps;
  };

  const { job } = await jobHere({ world: heap.world, frames: 600, substeps: SUBSTEPS, regions: null });
  const whole = await costs.of(1, SUBSTEPS);
  const figures: Record<string, number> = {};
  const rows: string[][] = [];
  let paying = 0;
  for (const trip of ROUND_TRIPS_MS) {
    const several: Millis[] = [];
    for (const count of FRAMES) several.push(await frameMs(1, count * SUBSTEPS, trip));
    const alone = Math.min(...several);
    let best = { ms: alone, regions: 1 };
    const speedups: string[] = [];
    for (const regions of VOLUNTEERS) {
      const shared: { ms: Millis; window: number }[] = [];
      for (const window of WINDOWS) shared.push({ ms: await frameMs(regions, window, trip), window });
      const { ms, window } = shared.reduce((least, one) => (one.ms < least.ms ? one : least));
      const speedup = alone / ms;
      figures[`speedup.${regions}.rtt${trip}`] = speedup;
      const cost = await costs.of(regions, window);
      figures[`exchangeShare.${regions}.rtt${trip}`] = besideOf(cost, trip) / (cost.taskMs + besideOf(cost, trip));
      if (speedup > 1) paying++;
      if (ms < best.ms) best = { ms, regions };
      speedups.push(`${speedup.toFixed(2)} (${window})${speedup > 1 ? '' : ' does not pay'}`);
    }
    // As if rounds of different sizes had been seen: one of a region, and one of the most.
    const many = await costs.of(Math.max(...VOLUNTEERS), SUBSTEPS);
    const msABody = (besideOf(many, trip) - besideOf(whole, trip)) / (many.carried - whole.carried);
    const pace: Pace = {
      ...{ msAUnit: whole.taskMs / whole.units, msABody },
      besideMs: besideOf(whole, trip) - msABody * whole.carried,
    };
    const grid = { volunteers: Math.max(...VOLUNTEERS), unitsPerSecond: null };
    const { cut, substeps } = layoutOf(heap.standing, job, grid, pace);
    const chosen = regionCount(cut);
    const chosenMs = await frameMs(chosen, substeps, trip);
    figures[`auto.regions.rtt${trip}`] = chosen;
    figures[`auto.speedup.rtt${trip}`] = alone / chosenMs;
    rows.push([
      ...[`${trip} ms`, `${alone.toFixed(0)} ms`, ...speedups],
      `${chosen} regions, ${substeps} substeps: ${(alone / chosenMs).toFixed(2)}`,
    ]);
    say(`round trip ${trip} ms: best with ${best.regions}; on its own it takes ${chosen}`);
  }
  figures['splittingPays'] = paying / (VOLUNTEERS.length * ROUND_TRIPS_MS.length);
  return {
    figures,
    tables: [
      {
        title: `A heap of ${sizeName(bodies)}: how much faster than one region, by measured times, a model of the exchange and the best window (substeps)`,
        header: ['round trip', 'one region, a frame', ...VOLUNTEERS.map((count) => `${count} volunteers`), 'automatic'],
        rows,
      },
      {
        title: 'Of it measured: a round',
        header: ['regions', 'substeps', 'largest part', 'its task', 'coordinator', 'bytes'],
        rows: costs
          .all()
          .map((cost) => [
            ...[String(cost.regions), String(cost.substeps), `${(100 * cost.largestShare).toFixed(0)} %`],
            ...[`${cost.taskMs.toFixed(0)} ms`, `${cost.coordinatorMs.toFixed(1)} ms`],
            `${(cost.bytes / 1e6).toFixed(2)} MB`,
          ]),
      },
    ],
  };
}

const besideOf = ({ bytes, coordinatorMs }: RoundCost, trip: Millis): Millis =>
  ROUND_TRIPS_A_ROUND * trip + bytes / BYTES_A_MS + coordinatorMs;
