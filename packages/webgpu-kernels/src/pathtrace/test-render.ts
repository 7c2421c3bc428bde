import type { Bytes } from '@tabgrid/protocol/bytes';
import type { GpuSession } from '../gpu-session.js';
import type { Outputs, RunControl, TaskInput } from '../kernel.js';
import { blockCount, blockFloats, samplesInBlock } from './film.js';
import { createPathtraceKernel } from './kernel.js';
import type { PackOptions } from './pack.js';
import { nameEnvironment, nameScene, packEnvironment, packScene } from './scene.js';
import type { EnvironmentSource, SceneSource } from './scene-source.js';
import { type PathtraceParams, taskInputs } from './task.js';
import type { Strategy } from './wgsl/path.wgsl.js';

/** Renders small scenes whole, for tests. */

export interface Shot {
  readonly scene: SceneSource;
  readonly pack?: PackOptions;
  readonly environment?: EnvironmentSource;
  readonly camera: PathtraceParams['camera'];
  readonly width?: number;
  readonly height?: number;
  readonly spp?: number;
  readonly block?: number;
  readonly bounces?: number;
  readonly seed?: number;
  readonly clamp?: number;
}

export interface Prepared {
  readonly params: PathtraceParams;
  readonly inputs: readonly TaskInput[];
}

export async function prepare(shot: Shot): Promise<Prepared> {
  const scene = await nameScene(packScene(shot.scene, shot.pack));
  const environment = await nameEnvironment(
    packEnvironment(shot.environment ?? { kind: 'constant', radiance: [0, 0, 0] }),
  );
  const [width, height, spp] = [shot.width ?? 16, shot.height ?? 16, shot.spp ?? 64];
  const params: PathtraceParams = {
    scene: scene.manifest,
    environment: environment.manifest,
    camera: shot.camera,
    film: { width, height },
    tile: { x: 0, y: 0, width, height },
    samples: { first: 0, count: spp, block: shot.block ?? Math.min(spp, 16) },
    bounces: shot.bounces ?? 4,
    seed: shot.seed ?? 1,
    ...(shot.clamp !== undefined && { clamp: shot.clamp }),
  };
  const blobs = new Map([...scene.blobs, ...environment.blobs].map((blob) => [blob.ref.id, blob.bytes]));
  const inputs = taskInputs(params).map(
    (ref): TaskInput => ({ ref, bytes: async () => blobs.get(ref.id) ?? new Uint8Array(0) }),
  );
  return { params, inputs };
}

export function quietControl(signal: AbortSignal = new AbortController().signal): RunControl {
  return { signal, progress() {}, submitted() {} };
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Mean RGB a pixel. */
  readonly rgb: Float32Array;
  /** Variance of the mean of each pixel's green, estimated from its blocks. */
  readonly variance: Float32Array;
  readonly cost: number;
  readonly result: Bytes;
  readonly stats: Outputs['stats'];
}

export async function render(gpu: GpuSession, shot: Shot, strategy: Strategy = 'mis'): Promise<Picture> {
  const { params, inputs } = await prepare(shot);
  const { outputs, stats } = await createPathtraceKernel({ strategy }).run(gpu, params, inputs, quietControl());
  const result = outputs[0] ?? new Uint8Array(0);
  const fault = createPathtraceKernel().task.fault(params, outputs);
  if (fault) throw new Error(fault);
  return { ...develop(params, result), result, stats };
}

export function develop(params: PathtraceParams, result: Bytes) {
  const { width, height } = params.tile;
  const pixels = width * height;
  const rgb = new Float32Array(3 * pixels);
  const variance = new Float32Array(pixels);
  const blocks = blockCount(params.samples);
  let cost = 0;
  const means: Float64Array[] = [];
  for (let b = 0; b < blocks; b++) {
    const floats = blockFloats(params, result, b);
    const greens = new Float64Array(pixels);
    const count = samplesInBlock(params.samples, b);
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < 3; c++)
        rgb[3 * i + c] = (rgb[3 * i + c] ?? 0) + (floats[4 * i + c] ?? 0) / params.samples.count;
      greens[i] = (floats[4 * i + 1] ?? 0) / count;
      cost += floats[4 * i + 3] ?? 0;
    }
    means.push(greens);
  }
  for (let i = 0; i < pixels; i++) {
    const mean = means.reduce((sum, g) => sum + (g[i] ?? 0), 0) / blocks;
    const squares = means.reduce((sum, g) => sum + ((g[i] ?? 0) - mean) ** 2, 0);
    variance[i] = blocks > 1 ? squares / (blocks - 1) / blocks : 0;
  }
  return { width, height, rgb, variance, cost };
}

/** Mean of one channel over the picture. */
export function meanOf({ rgb }: Pick<Picture, 'rgb'>, channel: 0 | 1 | 2 = 1): number {
  let sum = 0;
  for (let i = channel; i < rgb.length; i += 3) sum += rgb[i] ?? 0;
  return sum / (rgb.length / 3);
}
