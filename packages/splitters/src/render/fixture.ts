import { JobId } from '@tabgrid/protocol/ids';
import { nameScene, packScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import { DEFAULT_MATERIAL, type SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { RenderJob } from './planner.js';

/** For tests: a real, tiny scene and jobs over it. */

export const ONE_TRIANGLE: SceneSource = {
  positions: new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]),
  normals: new Float32Array([0, 0, 1, 0, 0, 1, 0, 0, 1]),
  uvs: new Float32Array(6),
  indices: new Uint32Array([0, 1, 2]),
  triangleMaterials: new Uint32Array([0]),
  materials: [{ ...DEFAULT_MATERIAL, name: 'grey', baseColor: [0.5, 0.5, 0.5, 1], metallic: 0, doubleSided: true }],
  images: [],
  cameras: [],
};

export async function fakeScene() {
  return await nameScene(packScene(ONE_TRIANGLE));
}

export function fakeBase(
  manifest: PathtraceParams['scene'],
  change: Partial<Omit<PathtraceParams, 'tile' | 'samples'>> = {},
): Omit<PathtraceParams, 'tile' | 'samples'> {
  return {
    scene: manifest,
    environment: { kind: 'constant', radiance: [1, 1, 1] },
    camera: { position: [0, 0, 3], right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1], yfov: 0.8 },
    film: { width: 40, height: 30 },
    bounces: 4,
    seed: 7,
    ...change,
  };
}

export function fakeJob(manifest: PathtraceParams['scene'], change: Partial<RenderJob> = {}): RenderJob {
  return { id: v.parse(JobId, 'job'), base: fakeBase(manifest), spp: 16, tile: null, verify: 'none', ...change };
}
