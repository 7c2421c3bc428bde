import type { Capabilities } from '@tabgrid/protocol/task';
import { createWorkload, type Workload } from '@tabgrid/simulator/workload';
import { fakeBase, fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { type RenderJob, renderPlanner } from '@tabgrid/splitters/render/planner';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';

/** A picture of exactly so many tiles, cut by the real planner: tasks as they are in a page. */

const TILE_PX = 16;

/** Tiles across and down. */
const SIDES: Readonly<Record<number, readonly [number, number]>> = {
  100: [10, 10],
  1000: [40, 25],
  10000: [100, 100],
  100000: [400, 250],
  1000000: [1000, 1000],
};

/** @throws RangeError for other numbers of tiles than powers of ten from 100 to a million */
export async function renderJob(tiles: number): Promise<RenderJob> {
  const sides = SIDES[tiles];
  if (!sides) throw new RangeError(`no picture of ${tiles} tiles`);
  const [width, height] = sides;
  const { manifest } = await fakeScene();
  const film = { width: TILE_PX * width, height: TILE_PX * height };
  return fakeJob(manifest, { base: fakeBase(manifest, { film }), tile: TILE_PX });
}

export function renderWorkload(job: RenderJob): Workload {
  return createWorkload(renderPlanner, job);
}

/** A volunteer that can run it. */
export const RENDERER: Omit<Capabilities, 'adapter' | 'software'> = {
  features: [],
  limits: { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 },
  cpuCores: 8,
  kernels: [{ kind: pathtraceTask.kind, version: pathtraceTask.version }],
};
