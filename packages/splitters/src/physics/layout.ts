import type { Millis } from '@tabgrid/protocol/ids';
import type { Merge } from '@tabgrid/protocol/task';
import { CONTACT_WORDS } from '@tabgrid/webgpu-kernels/physics/state';
import type { GridState } from '../planner.js';
import type { Pace } from './pace.js';
import { partsOf, type Window } from './parts.js';
import { hopOf, leastMarginOf, marginOf, speedAhead } from './reach.js';
import { type Cut, cutWorld, ownersOf } from './regions.js';
import { contactsOf, type Standing } from './standing.js';

/** How many regions, how long a window, and how wide a margin: what is expected to be the fastest. */
export interface Layout {
  readonly cut: Cut;
  /** Usual substeps between two exchanges: a part of a frame, or whole frames. */
  readonly substeps: number;
}

export interface LayoutJob {
  /** Usual substeps of a frame. */
  readonly substeps: number;
  /** null: as many as pay. */
  readonly regions: number | null;
  /** Units of position: at least; more where that is not safe. */
  readonly margin: number;
  /** The margin as it is, safe or not, as long as contacts are seen: what it misses is found, and the margin widened. */
  readonly daring?: boolean;
  /** `average`: the margin as it is, too, and where regions then see different things their means count. */
  readonly merge: Merge;
  readonly boxes: boolean;
  /** Usual substeps between exchanges: a divisor or a multiple of a frame's; absent: as many as pay. */
  readonly window?: number;
}

/** Fewer bodies than this are not worth another region where nothing was measured yet. */
const LEAST_BODIES = 400;
export const MOST_REGIONS = 64;
/** A window is not longer than this: what is seen moves, and a death costs no more. */
const MOST_WINDOW_MS: Millis = 1000;
/** More regions have to be faster by so much. */
const WORTH = 1.1;
/** Bytes of one region's states at most: half of what an output may have, for contacts become more. */
const MOST_STATE_BYTES = 2 * 2 ** 20;
const POSE_BYTES = 28;

/** What a body's substep costs, in the kernel's units: it, and what it touches. */
export function costsOf(standing: Standing, boxes: boolean): Float64Array {
  return Float64Array.from(
    { length: standing.world.bodies },
    (_, body) => 1 + ((boxes ? 4 : 1) * contactsOf(standing, body).length) / CONTACT_WORDS,
  );
}

/** The margin between all regions for windows of so many usual substeps. */
export function marginFor(standing: Standing, job: LayoutJob, substeps: number, speed: number): number {
  const hop = hopOf(standing.world, speed);
  const unsafe = job.daring || job.merge === 'average';
  return Math.max(job.margin, unsafe ? leastMarginOf(substeps, hop, speed) : marginOf(substeps, hop));
}

export function layoutOf(standing: Standing, job: LayoutJob, grid: GridState, pace: Pace | null): Layout {
  const costs = costsOf(standing, job.boxes);
  const counts = regionCounts(standing, job, grid);
  if (!pace) {
    const [fewest = 1] = counts;
    const paying = Math.max(fewest, Math.min(grid.volunteers, Math.floor(standing.world.bodies / LEAST_BODIES)));
    const regions = job.regions ?? Math.min(MOST_REGIONS, paying);
    return { cut: cutWorld(standing, costs, weightsOf(grid, regions)), substeps: job.window ?? job.substeps };
  }
  const layouts = counts.flatMap((regions) => {
    const cut = cutWorld(standing, costs, weightsOf(grid, regions));
    const owners = ownersOf(standing, cut, null);
    return windowsFor(standing, job, regions).map((substeps) => ({
      layout: { cut, substeps },
      ...expected(standing, { job, owners, substeps, costs, pace }),
    }));
  });
  // A frame's window may take as long as it must.
  const short = layouts.filter(
    ({ layout, computedMs }) => layout.substeps <= job.substeps || computedMs <= MOST_WINDOW_MS,
  );
  const least = Math.min(...short.map(({ substepMs }) => substepMs));
  // Of what is as good as the best what has the fewest regions: they come in that order.
  const best = short.find(({ substepMs }) => substepMs <= WORTH * least);
  return best?.layout ?? { cut: 0, substeps: job.substeps };
}

function regionCounts({ world, places, contacts }: Standing, job: LayoutJob, grid: GridState): readonly number[] {
  if (job.regions !== null) return [Math.min(job.regions, world.bodies, MOST_REGIONS)];
  const bytes = 4 * (places.length + contacts.length);
  const fewest = Math.max(1, Math.ceil(bytes / MOST_STATE_BYTES));
  const most = Math.max(fewest, Math.min(MOST_REGIONS, grid.volunteers, world.bodies));
  return [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64].filter(
    (count) => count === fewest || (count > fewest && count <= most),
  );
}

/** The fastest volunteers get the largest regions. */
function weightsOf({ speeds }: GridState, regions: number): readonly number[] {
  const median = speeds?.[speeds.length >> 1] ?? 1;
  return Array.from({ length: regions }, (_, k) => speeds?.[k] ?? median);
}

function windowsFor({ world }: Standing, { substeps, window }: LayoutJob, regions: number): readonly number[] {
  if (window !== undefined) return [window];
  const frames = (regions === 1 ? [1, 2, 4, 8, 16, 32] : [1, 2, 4, 8]).filter(
    (count) => count === 1 || (world.bodies * POSE_BYTES * count) / regions < MOST_STATE_BYTES / 2,
  );
  const parts = [4, 2].filter((by) => substeps % by === 0 && regions > 1).map((by) => substeps / by);
  return [...parts, ...frames.map((count) => count * substeps)];
}

/** How long a window is likely to be computed, and a substep to take with its part of the exchange. */
function expected(
  standing: Standing,
  it: {
    readonly job: LayoutJob;
    readonly owners: Uint8Array;
    readonly substeps: number;
    readonly costs: Float64Array;
    readonly pace: Pace;
  },
): { readonly computedMs: Millis; readonly substepMs: Millis } {
  const { job, owners, substeps, costs, pace } = it;
  const speed = speedAhead(standing, substeps);
  const margin = marginFor(standing, job, substeps, speed);
  const window: Window = { substeps, hop: hopOf(standing.world, speed), margin: () => margin };
  const parts = partsOf(standing, owners, window).map(({ part }) => part);
  const units = parts.map(({ ids }) => ids.reduce((sum, id) => sum + (costs[id] ?? 0), 0));
  // Each body comes back once.
  const carried = parts.reduce((sum, { ids }) => sum + ids.length, standing.world.bodies);
  const computedMs = Math.max(...units) * substeps * pace.msAUnit;
  return { computedMs, substepMs: (computedMs + pace.besideMs + carried * pace.msABody) / substeps };
}
