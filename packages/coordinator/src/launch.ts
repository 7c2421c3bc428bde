import { defaultCamera } from '@tabgrid/assets/default-camera';
import type { PreparedScene } from '@tabgrid/assets/prepare';
import { MAX_FILM_SIDE_PX } from '@tabgrid/protocol/limits';
import { MAX_SPP } from '@tabgrid/protocol/records';
import { createFilm, type Film } from '@tabgrid/splitters/render/film';
import type { RenderJob } from '@tabgrid/splitters/render/planner';
import type { CameraSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { MAX_BOUNCES, PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { type JobShare, type RenderSpec, UserError } from './api.js';
import { CLAMPS, FIRST_SAMPLES, NOISE_TARGETS } from './bounds.js';
import { cameraParams, checkLens, middleOf } from './camera.js';

/** From what an owner asks for to a job that can run. Everything that can be wrong is found before anything begins. */

/** Jobs that run at once: each has a film in memory. */
export const LIVE_JOBS = 8;

const LEAST_TILE_PX = 8;
const MOST_TILE_PX = 512;

interface Bound {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

const BOUNDS: Readonly<Record<'width' | 'height' | 'spp' | 'bounces' | 'seed', Bound>> = {
  width: { name: 'The width', min: 1, max: MAX_FILM_SIDE_PX },
  height: { name: 'The height', min: 1, max: MAX_FILM_SIDE_PX },
  spp: { name: 'The number of samples a pixel', min: 1, max: MAX_SPP },
  bounces: { name: 'The number of bounces', min: 0, max: MAX_BOUNCES },
  seed: { name: 'The seed', min: 0, max: 0xffff_ffff },
};

const PathtraceCamera = PathtraceParams.pipe[0].entries.camera;

/** @throws UserError that names the value and its bounds */
export function checkSpec(spec: RenderSpec): void {
  for (const key of ['width', 'height', 'spp', 'bounces', 'seed'] as const) check(BOUNDS[key], spec[key]);
  checkLens(spec);
  if (spec.noise !== undefined) {
    between('The noise target', spec.noise, NOISE_TARGETS);
    if (spec.spp < FIRST_SAMPLES) {
      throw new UserError(
        `With a noise target a pixel gets ${FIRST_SAMPLES} samples at least: allow it more than ${spec.spp}.`,
      );
    }
  }
  if (spec.clamp !== undefined) between('The firefly clamp', spec.clamp, CLAMPS);
  if (spec.viewpoint && !v.is(PathtraceCamera, cameraParams(spec.viewpoint, {}, spec.viewpoint.position))) {
    throw new UserError(
      'This viewpoint is none: its axes are to be of length 1, and its field of view below 178 degrees.',
    );
  }
  if (spec.tile !== null) check({ name: 'The tile side', min: LEAST_TILE_PX, max: MOST_TILE_PX }, spec.tile);
}

/** @throws UserError when as many jobs run as one page can look after */
export function mustHaveRoom(jobs: { running(): readonly unknown[] }): void {
  if (jobs.running().length < LIVE_JOBS) return;
  throw new UserError(`${LIVE_JOBS} jobs run already: wait until one is done, or cancel one.`);
}

/** @throws UserError */
export function checkSharing({ weight, priority }: JobShare): void {
  if (!(weight > 0 && Number.isFinite(weight))) {
    throw new UserError(
      `The weight is ${weight}: give a number above 0. A job of weight 2 gets twice the work of weight 1.`,
    );
  }
  if (!Number.isFinite(priority)) throw new UserError(`The priority is ${priority}: give a number.`);
}

/** @throws UserError */
export function checkSamples(spp: number, present: number): void {
  check(BOUNDS.spp, spp);
  if (present + spp > MAX_SPP) {
    throw new UserError(`A picture has at most ${MAX_SPP} samples a pixel: ask for ${MAX_SPP - present} or fewer.`);
  }
}

function between(name: string, value: number, { min, max }: Omit<Bound, 'name'>): void {
  if (value >= min && value <= max) return;
  throw new UserError(`${name} is ${value}: give a number from ${min} to ${max.toLocaleString('en')}.`);
}

function check({ name, min, max }: Bound, value: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new UserError(`${name} is ${value}: give a whole number from ${min} to ${max.toLocaleString('en')}.`);
}

/** The camera of that name, the first one, or a framing of the whole scene. @throws UserError when there is none of that name */
export function chooseCamera(scene: PreparedScene, { camera, width, height }: RenderSpec): CameraSource {
  const [first] = scene.cameras;
  if (camera !== null) {
    const found = scene.cameras.find(({ name }) => name === camera);
    if (!found) {
      const names = scene.cameras.map(({ name }) => `"${name}"`).join(', ');
      throw new UserError(`The scene has no camera named "${camera}". It has ${names || 'none'}: choose one of them.`);
    }
    if (!scene.framed) return found;
  }
  return scene.framed || !first ? defaultCamera({ positions: scene.framing }, width / height) : first;
}

/** Samples a pixel of a job's first round. */
export function firstSamples({ noise, spp }: Pick<RenderSpec, 'noise' | 'spp'>): number {
  return noise === undefined ? spp : FIRST_SAMPLES;
}

export function renderJob(id: RenderJob['id'], scene: PreparedScene, spec: RenderSpec): RenderJob {
  const camera = spec.viewpoint ? { ...spec.viewpoint, name: null } : chooseCamera(scene, spec);
  return {
    id,
    base: {
      scene: scene.manifest,
      environment: scene.environmentManifest,
      camera: cameraParams(camera, spec, middleOf(scene, camera.name)),
      film: { width: spec.width, height: spec.height },
      bounces: spec.bounces,
      seed: spec.seed,
      ...(spec.clamp !== undefined && { clamp: spec.clamp }),
    },
    spp: firstSamples(spec),
    tile: spec.tile,
    verify: spec.verify,
  };
}

/** @throws UserError when this browser has no memory for it */
export function makeFilm(width: number, height: number): Film {
  try {
    return createFilm(width, height);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${width} × ${height} pixels do not fit into this browser's memory: choose a smaller picture.`);
  }
}
