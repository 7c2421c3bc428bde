import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { defaultCamera } from '@tabgrid/assets/default-camera';
import { prepareScene } from '@tabgrid/assets/prepare';
import { BUILTIN_SCENES, buildScene } from '@tabgrid/assets/scenes/build';
import type { TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import { type PathtraceParams, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';

/** A model that is far from even: a helmet before nothing. */
export const HELMET = '../shared/data/models/FlightHelmet.glb';

export interface BenchScene {
  readonly name: string;
  readonly base: Omit<PathtraceParams, 'tile' | 'samples'>;
  readonly inputs: readonly TaskInput[];
}

const BOUNCES = 5;

/** The built-in scenes, and the helmet where it is there. */
export async function benchScenes(film: PathtraceParams['film']): Promise<readonly BenchScene[]> {
  const scenes: BenchScene[] = [];
  for (const name of BUILTIN_SCENES) scenes.push(await sceneOf(name, await buildScene(name), film));
  if (existsSync(HELMET)) {
    scenes.push(await sceneOf(basename(HELMET, '.glb'), new Uint8Array(readFileSync(HELMET)), film));
  }
  return scenes;
}

async function sceneOf(
  name: string,
  file: Uint8Array<ArrayBuffer>,
  film: PathtraceParams['film'],
): Promise<BenchScene> {
  const aspect = film.width / film.height;
  const scene = await prepareScene({ name, file, environment: null, decodeImage, aspect });
  const [first] = scene.cameras;
  const camera = scene.framed || !first ? defaultCamera({ positions: scene.framing }, aspect) : first;
  const { position, right, up, forward, yfov } = camera;
  const base = {
    scene: scene.manifest,
    environment: scene.environmentManifest,
    camera: {
      position: [...position],
      right: [...right],
      up: [...up],
      forward: [...forward],
      yfov,
    } satisfies PathtraceParams['camera'],
    film,
    bounces: BOUNCES,
    seed: 1,
  };
  const blobs = new Map(scene.blobs.map(({ ref, bytes }) => [ref.id, bytes]));
  const inputs = taskInputs(base).map(
    (ref): TaskInput => ({ ref, bytes: async () => blobs.get(ref.id) ?? new Uint8Array(0) }),
  );
  return { name, base, inputs };
}
