import { nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import { AT, SURFACE_FLOATS } from '../gbuffer/film.js';
import { gbufferKernel } from '../gbuffer/kernel.js';
import type { GpuSession } from '../gpu-session.js';
import type { TaskInput } from '../kernel.js';
import { box, lookAt, material, quad, sceneOf } from '../pathtrace/fixtures.js';
import type { SceneSource } from '../pathtrace/scene-source.js';
import { prepare, quietControl, render } from '../pathtrace/test-render.js';
import { pixelsOf, RADIANCE_FLOATS, type Rect, type Size, windowOf } from './film.js';
import { denoiseKernel } from './kernel.js';
import type { DenoiseParams } from './task.js';

/** For tests: pictures with their guides, whole, and the denoiser over parts of them. */

export interface Guided extends Size {
  /** RADIANCE_FLOATS a pixel. */
  readonly rgb: Float32Array;
  /** SURFACE_FLOATS a pixel. */
  readonly guides: Float32Array;
}

/** A surface straight ahead that fills the picture, of colours and light as told; whatever is told, by pixel. */
export function plane(
  size: Size,
  colour: (x: number, y: number) => readonly [number, number, number],
  light: (x: number, y: number) => number,
): Guided {
  const rgb = new Float32Array(RADIANCE_FLOATS * size.width * size.height);
  const guides = new Float32Array(SURFACE_FLOATS * size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const pixel = y * size.width + x;
      const own = colour(x, y);
      const lit = light(x, y);
      rgb.set(
        own.map((part) => part * lit),
        RADIANCE_FLOATS * pixel,
      );
      guides.set(own, SURFACE_FLOATS * pixel + AT.colour);
      guides[SURFACE_FLOATS * pixel + AT.depth] = 5;
      guides[SURFACE_FLOATS * pixel + AT.normal + 2] = 1;
      guides[SURFACE_FLOATS * pixel + AT.hit] = 1;
    }
  }
  return { ...size, rgb, guides };
}

/** Uniform in [0, 1), by a hash of the place. */
export function chance(x: number, y: number, salt = 0): number {
  let h = (Math.imul(x + 1, 0x9e37_79b1) ^ Math.imul(y + 1, 0x85eb_ca77) ^ Math.imul(salt + 1, 0xc2b2_ae3d)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb_352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846c_a68b) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

export interface DenoiseCase {
  readonly params: DenoiseParams;
  readonly inputs: readonly TaskInput[];
}

/** A task for a tile of the picture, with what it needs of it, or with more. */
export async function caseOf(
  picture: Guided,
  tile: Rect = { x: 0, y: 0, width: picture.width, height: picture.height },
  window: Rect = windowOf(picture, tile),
): Promise<DenoiseCase> {
  const film = { width: picture.width, height: picture.height };
  const inputs = [
    await inputOf(cut(picture.rgb, RADIANCE_FLOATS, film, window)),
    await inputOf(cut(picture.guides, SURFACE_FLOATS, film, window)),
  ];
  return { params: { film, window, tile }, inputs };
}

function cut(from: Float32Array, floats: number, { width }: Size, part: Rect): Bytes {
  const out = new Float32Array(floats * part.width * part.height);
  for (let y = 0; y < part.height; y++) {
    const at = floats * ((part.y + y) * width + part.x);
    out.set(from.subarray(at, at + floats * part.width), floats * y * part.width);
  }
  return bytesOf(out);
}

async function inputOf(bytes: Bytes): Promise<TaskInput> {
  const { ref } = await nameBlob(bytes);
  return { ref, bytes: async () => bytes };
}

/** The denoised pixels of a tile, RADIANCE_FLOATS each. @throws Error when something is wrong with the result */
export async function denoise(gpu: GpuSession, { params, inputs }: DenoiseCase): Promise<Float32Array> {
  const { outputs } = await denoiseKernel.run(gpu, params, inputs, quietControl());
  const fault = denoiseKernel.task.fault(params, outputs);
  if (fault !== null) throw new Error(fault);
  return pixelsOf(params, outputs[0] ?? new Uint8Array(0));
}

const checker = {
  width: 8,
  height: 8,
  rgba: Uint8Array.from({ length: 256 }, (_, i) => {
    const dark = ((i >> 2) + (i >> 5)) % 2 === 0;
    return i % 4 === 3 ? 255 : dark ? 60 : 230;
  }),
};

/** A room after Cornell's box, two metres wide, open to the viewer; its back wall has a pattern. */
export const ROOM: SceneSource = sceneOf(
  [
    quad([-1, 0, 1], [2, 0, 0], [0, 0, -2], 0),
    quad([-1, 2, -1], [2, 0, 0], [0, 0, 2], 0),
    quad([-1, 0, -1], [2, 0, 0], [0, 2, 0], 4),
    quad([-1, 0, 1], [0, 0, -2], [0, 2, 0], 1),
    quad([1, 0, -1], [0, 0, 2], [0, 2, 0], 2),
    quad([-0.3, 1.99, -0.3], [0.6, 0, 0], [0, 0, 0.6], 3),
    ...box([-0.65, 0, -0.6], [-0.1, 1.2, -0.1], 0),
    ...box([0.15, 0, 0], [0.65, 0.55, 0.5], 0),
  ],
  [
    material({ baseColor: [0.73, 0.73, 0.73, 1] }),
    material({ baseColor: [0.65, 0.05, 0.05, 1] }),
    material({ baseColor: [0.12, 0.45, 0.15, 1] }),
    material({ baseColor: [0.78, 0.78, 0.78, 1], emissive: [15, 12, 8] }),
    material({ baseColorTexture: { image: 0, wrapS: 'repeat', wrapT: 'repeat', nearest: true } }),
  ],
  [checker],
);

export const ROOM_CAMERA = lookAt([0, 1, 4.4], [0, 1, 0], 0.62);

/** The room's picture of so many samples a pixel, with guides of a few rays. */
export async function renderRoom(gpu: GpuSession, size: Size, spp: number, seed: number): Promise<Guided> {
  const shot = { scene: ROOM, camera: ROOM_CAMERA, ...size, spp, seed, bounces: 4 };
  const { rgb } = await render(gpu, shot);
  const { params, inputs } = await prepare(shot);
  const guides = { ...params, samples: { first: 0, count: 4 }, costs: false };
  const { outputs } = await gbufferKernel.run(gpu, guides, inputs, quietControl());
  const surfaces = outputs[0] ?? new Uint8Array(0);
  return { ...size, rgb, guides: new Float32Array(surfaces.buffer, 0, SURFACE_FLOATS * size.width * size.height) };
}
