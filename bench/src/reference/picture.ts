import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { readGltf } from '@tabgrid/assets/gltf';
import { toneMap } from '@tabgrid/assets/tonemap';
import { bytesOf } from '@tabgrid/protocol/bytes';
import type { Picture8 } from '@tabgrid/webgpu-kernels/flip/flip';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import { render } from '@tabgrid/webgpu-kernels/pathtrace/test-render';
import { materials } from './materials.js';
import { others } from './others.js';
import type { ReferenceScene, ReferenceShot } from './scene.js';

/** Reference pictures: from a file to 8-bit pixels by everything that a render goes through, but the grid. */

export const REFERENCES: readonly ReferenceScene[] = [...materials, ...others];

const SQUARE = { width: 72, height: 72 } as const;
const BOUNCES = 6;

export function referencePath(name: string): string {
  return fileURLToPath(new URL(`./pictures/${name}.png`, import.meta.url));
}

export async function readReference(name: string): Promise<Picture8> {
  return await decodeImage(bytesOf(new Uint8Array(await readFile(referencePath(name)))), 'image/png');
}

export interface Take {
  readonly spp: number;
  readonly seed: number;
  readonly size?: ReferenceScene['size'];
}

/** @throws Error where the scene has no camera, and where anything of it is left out */
export async function picture(
  gpu: GpuSession,
  { glb, environment, lens }: ReferenceShot,
  { spp, seed, size = SQUARE }: Take,
): Promise<Picture8> {
  const { scene, warnings } = await readGltf(glb, { decodeImage });
  if (warnings.length > 0) throw new Error(warnings.join(' '));
  const [camera] = scene.cameras;
  if (!camera) throw new Error('the scene has no camera');
  const { name: _, position, right, up, forward, ...angle } = camera;
  const { width, height, rgb } = await render(gpu, {
    scene,
    environment,
    camera: {
      position: [...position],
      right: [...right],
      up: [...up],
      forward: [...forward],
      ...angle,
      ...(lens && { lens }),
    },
    ...size,
    bounces: BOUNCES,
    spp,
    block: Math.min(spp, 64),
    seed,
  });
  return { width, height, rgba: toneMap(rgb) };
}
