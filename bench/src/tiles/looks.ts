import { JobId } from '@tabgrid/protocol/ids';
import type { PixelRect } from '@tabgrid/protocol/records';
import { type CostKnowledge, costMap, knowNothing, learnCost } from '@tabgrid/splitters/render/cost-map';
import { costCells, costOfResult, costOfSeen, PREPASS_SHARE } from '@tabgrid/splitters/render/cost-sample';
import { guideSpecs } from '@tabgrid/splitters/render/specs';
import type { Density } from '@tabgrid/splitters/spatial/density';
import type { OwnedGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { gbufferKernel } from '@tabgrid/webgpu-kernels/gbuffer/kernel';
import { GbufferParams } from '@tabgrid/webgpu-kernels/gbuffer/task';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import type { RunControl } from '@tabgrid/webgpu-kernels/kernel';
import { blockFloats, PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { BenchScene } from './scenes.js';

/** What the planner learns of a scene in advance, by the real kernels, and what is true. */

export interface Looked {
  /** What was learned, a step at a time. */
  readonly seen: CostKnowledge;
  readonly both: CostKnowledge;
  readonly pilot: CostKnowledge;
  /** Cost of a sample of each pixel, measured over all of the picture's own samples. */
  readonly truth: Density;
  /** GPU time of both looks, warm, and of the picture itself. */
  readonly looksMs: number;
  readonly pictureMs: number;
}

export const control = (): RunControl => ({ signal: new AbortController().signal, progress() {}, submitted() {} });

const JOB = v.parse(JobId, 'bench');

export async function lookAt(gpu: GpuSession, scene: BenchScene, spp: number): Promise<Looked> {
  const { base, inputs } = scene;
  const { width, height } = base.film;
  const cells = costCells(base.film, spp);
  const affordable = PREPASS_SHARE * width * height * spp;
  const [seenSpec, pilotSpec] = guideSpecs({ id: JOB, base, verify: 'none' }, '0-', cells, affordable);
  const seenParams = v.parse(GbufferParams, seenSpec?.params);
  const pilotParams = v.parse(PathtraceParams, pilotSpec?.params);
  // Twice: the first run compiles.
  await gbufferKernel.run(gpu, seenParams, inputs, control());
  await pathtraceKernel.run(gpu, pilotParams, inputs, control());
  const seenRun = await gbufferKernel.run(gpu, seenParams, inputs, control());
  const pilotRun = await pathtraceKernel.run(gpu, pilotParams, inputs, control());
  const seenCost = costOfSeen(seenParams, seenRun.outputs[0] ?? new Uint8Array(0));
  const pilotCost = costOfResult(cells, pilotParams, pilotRun.outputs[0] ?? new Uint8Array(0), null);
  const seen = learnCost(knowNothing(cells), seenCost);
  const { truth, ms } = await wholePicture(gpu, scene, spp);
  return {
    seen,
    both: learnCost(seen, pilotCost),
    pilot: learnCost(knowNothing(cells), pilotCost),
    truth,
    looksMs: seenRun.stats.kernelMs + pilotRun.stats.kernelMs,
    pictureMs: ms,
  };
}

async function wholePicture(gpu: GpuSession, { base, inputs }: BenchScene, spp: number) {
  const { width, height } = base.film;
  const tile = { x: 0, y: 0, width, height };
  const params: PathtraceParams = { ...base, tile, samples: { first: 0, count: spp, block: spp } };
  const run = await pathtraceKernel.run(gpu, params, inputs, control());
  const floats = blockFloats(params, run.outputs[0] ?? new Uint8Array(0), 0);
  const cells = Array.from({ length: width * height }, (_, i) => (floats[PIXEL_FLOATS * i + 3] ?? 0) / spp);
  const truth: Density = { width, height, columns: width, rows: height, cells };
  return { truth, ms: run.stats.kernelMs };
}

/**
 * Time of one tile alone. A software GPU's is the processor time of this process, in which it runs: who else uses the machine then
 * hardly matters.
 */
export async function timeTile(
  gpu: OwnedGpuSession,
  { base, inputs }: BenchScene,
  tile: PixelRect,
  spp: number,
): Promise<number> {
  const params: PathtraceParams = { ...base, tile, samples: { first: 0, count: spp, block: spp } };
  const before = process.cpuUsage();
  const { stats } = await pathtraceKernel.run(gpu, params, inputs, control());
  const { user, system } = process.cpuUsage(before);
  return gpu.software ? (user + system) / 1000 : stats.kernelMs;
}

export const MAPS = ['formula', 'calibrated'] as const;
export type MapName = (typeof MAPS)[number];

export function mapsOf({ seen, both }: Looked): Readonly<Record<MapName, Density>> {
  return { formula: costMap(seen), calibrated: costMap(both) };
}
