import { TaskId } from '@tabgrid/protocol/ids';
import type { PixelRect } from '@tabgrid/protocol/records';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { windowOf } from '@tabgrid/webgpu-kernels/denoise/film';
import { type DenoiseParams, denoiseTask } from '@tabgrid/webgpu-kernels/denoise/task';
import { type GbufferParams, gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { RenderJob } from '../render/planner.js';
import { spiralTiles } from '../spatial/tiles.js';
import { overlap } from './window.js';

/**
 * The stage behind a picture: guides over all of it, and denoised tiles, each of which waits for the guides and for the
 * rendered tiles that its halo reaches. Pure: how it is cut changes no bit of what comes out.
 */

/** Camera rays a pixel: their means have the edges that the picture has, smooth. */
const GUIDE_RAYS = 4;

const LEAST_SIDE_PX = 32;
/** A tile's guides stay far below what a result may hold, and the halo a small part of what is sent. */
const MOST_SIDE_PX = 256;
const STEP_PX = 8;
/** Tiles along a picture's longer side, so that several volunteers have something to do. */
const TILES_ALONG = 4;

export type StageParams =
  | { readonly kind: 'guides'; readonly params: GbufferParams }
  | { readonly kind: 'denoise'; readonly params: DenoiseParams };

/** A task of the stage. What a `denoise` task reads is known only when all that it waits for is there: see `windowOf`. */
export type StageTask = StageParams & {
  readonly spec: TaskSpec;
  /** Tasks whose outputs it is made from. */
  readonly after: readonly TaskId[];
};

/** A task that rendered a part of the picture. */
export interface Rendered {
  readonly task: TaskId;
  readonly tile: PixelRect;
}

/**
 * @param name part of the tasks' names, so that no name is used twice in a job
 * @param rendered what the stage is made from, as far as it may be taken back: other parts of the picture stay as they are
 */
export function denoiseStage(job: RenderJob, name: string, rendered: readonly Rendered[]): readonly StageTask[] {
  const { film } = job.base;
  const side = stageSide(job);
  const tiles = spiralTiles(film.width, film.height, side);
  const guides = tiles.map((tile, i) => guidesTask(job, `${name}-g${i}`, tile));
  const before: readonly Rendered[] = [
    ...guides.map(({ spec, params }) => ({ task: spec.id, tile: params.tile })),
    ...rendered,
  ];
  const denoised = tiles.map((tile, i) => {
    const window = windowOf(film, tile);
    const after = before.filter((one) => overlap(one.tile, window)).map(({ task }) => task);
    return denoisedTask(job, `${name}-d${i}`, { film, window, tile }, after);
  });
  return [...guides, ...denoised];
}

/** Side of the stage's tiles, in pixels. */
function stageSide({ base, tile }: RenderJob): number {
  if (tile !== null) return Math.min(tile, MOST_SIDE_PX);
  const longer = Math.max(base.film.width, base.film.height);
  const side = STEP_PX * Math.ceil(longer / TILES_ALONG / STEP_PX);
  return Math.max(LEAST_SIDE_PX, Math.min(MOST_SIDE_PX, side));
}

function guidesTask(job: RenderJob, name: string, tile: PixelRect) {
  const samples = { first: 0, count: GUIDE_RAYS };
  const params: GbufferParams = { ...job.base, tile, samples, costs: false };
  const spec: TaskSpec = {
    ...named(job, name),
    kernel: { kind: gbufferTask.kind, version: gbufferTask.version },
    params,
    inputs: [...taskInputs(params)],
    requires: gbufferTask.requires(params),
    workUnits: gbufferTask.workUnits(params),
    outputBytes: sumBytes(gbufferTask.outputs(params)),
  };
  return { kind: 'guides', spec, params, after: [] } as const;
}

function denoisedTask(job: RenderJob, name: string, params: DenoiseParams, after: readonly TaskId[]) {
  const spec: TaskSpec = {
    ...named(job, name),
    kernel: { kind: denoiseTask.kind, version: denoiseTask.version },
    params,
    // Known only when what it waits for is there.
    inputs: [],
    requires: denoiseTask.requires(params),
    workUnits: denoiseTask.workUnits(params),
    outputBytes: sumBytes(denoiseTask.outputs(params)),
  };
  return { kind: 'denoise', spec, params, after } as const;
}

function named(job: RenderJob, name: string): Pick<TaskSpec, 'id' | 'job' | 'verify'> {
  return { id: v.parse(TaskId, `${job.id}:${name}`), job: job.id, verify: job.verify };
}

function sumBytes(outputs: readonly { readonly bytes: number }[]): number {
  return outputs.reduce((sum, { bytes }) => sum + bytes, 0);
}
