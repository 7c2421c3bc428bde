import { decodeImage } from '@tabgrid/assets/decode-browser';
import { prepareScene } from '@tabgrid/assets/prepare';
import { type BuiltinSceneName, buildScene } from '@tabgrid/assets/scenes/build';
import type { CameraSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { wrap } from 'comlink';
import type { BareRun, BareWorker } from './bare-worker.js';

/** The picture that both sides of the grid's benchmark render. */
export interface BareSpec {
  readonly scene: BuiltinSceneName;
  readonly width: number;
  readonly height: number;
  readonly spp: number;
  /** Samples summed together, as the grid's planner has it. */
  readonly block: number;
  readonly bounces: number;
  readonly seed: number;
  /** Tile side in pixels. */
  readonly tile: number;
}

/**
 * Prepares a scene once; the returned function renders it as often as it is called, each time from the first sample, from
 * the scene's first camera or from another one.
 */
export async function createBareRenderer(
  spec: BareSpec,
): Promise<(from?: Omit<CameraSource, 'name'>) => Promise<BareRun>> {
  const { width, height, spp, block, bounces, seed, tile } = spec;
  const scene = await prepareScene({
    name: spec.scene,
    file: await buildScene(spec.scene),
    environment: null,
    decodeImage,
    aspect: width / height,
  });
  const [camera] = scene.cameras;
  if (!camera) throw new Error('the scene has no camera');
  const tasks: PathtraceParams[] = [];
  for (let y = 0; y < height; y += tile) {
    for (let x = 0; x < width; x += tile) {
      tasks.push({
        scene: scene.manifest,
        environment: scene.environmentManifest,
        camera: cameraOf(camera),
        film: { width, height },
        tile: { x, y, width: Math.min(tile, width - x), height: Math.min(tile, height - y) },
        samples: { first: 0, count: spp, block },
        bounces,
        seed,
      });
    }
  }
  const blobs = new Map(scene.blobs.map(({ ref, bytes }) => [ref.id as string, bytes]));
  const worker = wrap<BareWorker>(
    new Worker(new URL('./bare-worker.ts', import.meta.url), { type: 'module', name: 'bare' }),
  );
  return (from) => worker.runAll(from ? tasks.map((task) => ({ ...task, camera: cameraOf(from) })) : tasks, blobs);
}

function cameraOf({ position, right, up, forward, yfov }: Omit<CameraSource, 'name'>): PathtraceParams['camera'] {
  return { position: [...position], right: [...right], up: [...up], forward: [...forward], yfov };
}
