import { type JobId, TaskId } from '@tabgrid/protocol/ids';
import type { JsonObject } from '@tabgrid/protocol/json';
import type { TaskSpec, Verification } from '@tabgrid/protocol/task';
import { type GbufferParams, gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { type PathtraceParams, pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { TaskKind } from '@tabgrid/webgpu-kernels/task-kind';
import * as v from 'valibot';
import type { Cells } from './cost-sample.js';
import type { Part, PricedPart } from './parts.js';

/** A picture's parts as tasks. */

/** The kernel's parameters, but for what makes one task differ from another. */
export type RenderBase = Omit<PathtraceParams, 'tile' | 'samples'>;

interface SpecOwner {
  readonly id: JobId;
  readonly base: RenderBase;
  readonly verify: Verification;
}

/** @param prefix of the tasks' names; a part's place in the list is the rest */
export function specsOf(job: SpecOwner, prefix: string, parts: readonly PricedPart[]): readonly TaskSpec[] {
  const { inputs, requires } = sharedBy(job.base, parts);
  return parts.map(({ tile, samples, units }, i) => {
    const params: PathtraceParams = { ...job.base, tile, samples };
    return {
      id: v.parse(TaskId, `${job.id}:${prefix}${i}`),
      job: job.id,
      kernel: KERNEL,
      params,
      inputs,
      requires,
      workUnits: units,
      outputBytes: resultBytes(params),
      verify: job.verify,
    };
  });
}

/** One object for all: there may be a million tasks. */
const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

/** Tasks that run on one volunteer run on another: what all need is what the largest needs, in rough steps, so that a later cut needs the same. */
function sharedBy(base: RenderBase, parts: readonly Part[]): Pick<TaskSpec, 'inputs' | 'requires'> {
  let largest: Part | null = null;
  for (const part of parts) if (!largest || sizeOf(part) > sizeOf(largest)) largest = part;
  const samples = largest?.samples ?? { first: 0, count: 1, block: 1 };
  const blocks = Math.ceil(samples.count / samples.block);
  const pixels = largest ? 2 ** Math.ceil(Math.log2(sizeOf(largest) / blocks)) : 1;
  const room = { ...base, tile: { x: 0, y: 0, width: pixels, height: 1 }, samples };
  return { inputs: [...taskInputs(base)], requires: pathtraceTask.requires(room) };
}

const sizeOf = ({ tile, samples }: Part): number => tile.width * tile.height * Math.ceil(samples.count / samples.block);

function specOf<P extends JsonObject & Pick<PathtraceParams, 'scene' | 'environment'>>(
  job: SpecOwner,
  name: string,
  kind: TaskKind<P>,
  params: P,
): TaskSpec {
  return {
    id: v.parse(TaskId, `${job.id}:${name}`),
    job: job.id,
    kernel: { kind: kind.kind, version: kind.version },
    params,
    inputs: [...taskInputs(params)],
    requires: kind.requires(params),
    workUnits: kind.workUnits(params),
    outputBytes: kind.outputs(params).reduce((sum, output) => sum + output.bytes, 0),
    // A wrong one makes tiles unequal, and nothing else.
    verify: 'none',
  };
}

/** Camera rays a cell of the G-buffer that is looked at in advance. */
const SEEN_RAYS = 4;
/** Paths a cell at most: beyond, cells are as well known as they need to be. */
const MOST_PILOT_SAMPLES = 8;

const GUIDES = ['seen', 'pilot'] as const;
/** What is looked at in advance: what camera rays meet, and what a few whole paths cost. */
export type Guide = (typeof GUIDES)[number];

/** Tasks whose results tell what a picture costs, on a film of one pixel a cell. @param samples of the picture's own that they may take */
export function guideSpecs(job: SpecOwner, prefix: string, cells: Cells, samples: number): readonly TaskSpec[] {
  const film = { width: cells.columns, height: cells.rows };
  const tile = { x: 0, y: 0, ...film };
  const seen: GbufferParams = { ...job.base, film, tile, samples: { first: 0, count: SEEN_RAYS }, costs: true };
  const count = Math.max(1, Math.min(MOST_PILOT_SAMPLES, Math.floor(samples / (film.width * film.height))));
  const pilot: PathtraceParams = { ...job.base, film, tile, samples: { first: 0, count, block: count } };
  return [specOf(job, `${prefix}seen`, gbufferTask, seen), specOf(job, `${prefix}pilot`, pathtraceTask, pilot)];
}

/** Whether a task of a picture is such a one; null for one that is a part of it. */
export function guideOf(task: TaskId): Guide | null {
  return GUIDES.find((guide) => task.endsWith(`-${guide}`)) ?? null;
}
