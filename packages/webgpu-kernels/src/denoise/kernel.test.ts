import type { Bytes } from '@tabgrid/protocol/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, SURFACE_FLOATS } from '../gbuffer/film.js';
import type { GpuSession } from '../gpu-session.js';
import type { Outputs } from '../kernel.js';
import { type KernelCase, runKernelTests } from '../kernel-tests.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import {
  canary,
  cutResult,
  FILTER_RADIUS_PX,
  HALO_PX,
  RADIANCE_FLOATS,
  type Rect,
  resultBytes,
  type Size,
} from './film.js';
import { denoiseKernel } from './kernel.js';
import type { DenoiseParams } from './task.js';
import { caseOf, chance, denoise, type Guided, plane } from './test-pictures.js';

const skipReason = (await nodeGpu()) ? null : 'no WebGPU adapter for Node here';

const SIZE: Size = { width: 64, height: 48 };

/** Noise everywhere, and guides that have something of everything: colours, an edge, a slope, nothing at all. */
function busy(size: Size = SIZE): Guided {
  const colour = (x: number, y: number) => [0.2 + (0.6 * ((x >> 3) + (y >> 3))) / 16, (x % 5) / 5, 0.4] as const;
  const picture = plane(size, colour, (x, y) => 0.5 + 2 * chance(x, y) ** 3);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const at = SURFACE_FLOATS * (y * size.width + x);
      picture.guides[at + AT.depth] = 3 + 0.05 * x + (y > 20 ? 2 : 0) + 0.01 * chance(x, y, 1);
      picture.guides[at + AT.normal] = x > 40 ? 0.8 : 0;
      picture.guides[at + AT.normal + 2] = x > 40 ? 0.6 : 1;
      if (y < 6) picture.guides.fill(0, at, at + SURFACE_FLOATS);
    }
  }
  return picture;
}

async function makeCase(): Promise<KernelCase<DenoiseParams>> {
  const { params, inputs } = await caseOf(busy());
  const tiles = (rects: readonly [x: number, y: number, width: number, height: number][]) =>
    rects.map(([x, y, width, height]) => ({ ...params, tile: { x, y, width, height } }));
  const split = (name: string, parts: readonly DenoiseParams[]) => ({
    name,
    parts,
    join: (results: readonly Outputs[]) => [joined(params, parts, results)],
  });
  return {
    kernel: denoiseKernel,
    params,
    inputs,
    splits: [
      split(
        'four tiles',
        tiles([
          [0, 0, 21, 9],
          [21, 0, 43, 9],
          [0, 9, 21, 39],
          [21, 9, 43, 39],
        ]),
      ),
      split(
        'columns, and a single pixel',
        tiles([
          [0, 0, 63, 48],
          [63, 1, 1, 47],
          [63, 0, 1, 1],
        ]),
      ),
    ],
    spoil: ([result = new Uint8Array(0)]) => [
      { name: 'too short', outputs: [result.slice(0, -4)] },
      { name: 'two outputs', outputs: [result, result] },
      { name: 'not a number', outputs: [withFloat(result, 4, Number.NaN)] },
      { name: 'infinite', outputs: [withFloat(result, 0, Number.POSITIVE_INFINITY)] },
      { name: 'negative', outputs: [withFloat(result, 7, -0.5)] },
      { name: 'canary', outputs: [withFloat(result, result.byteLength / 4 - 1, 1)] },
    ],
    part: ([result = new Uint8Array(0)], probe) => [cutResult(params, result, probe)],
  };
}

function withFloat(result: Bytes, index: number, value: number): Bytes {
  const copy = result.slice();
  new DataView(copy.buffer).setFloat32(4 * index, value, true);
  return copy;
}

/** The whole task's result, put together from its parts'. */
function joined(whole: DenoiseParams, parts: readonly DenoiseParams[], results: readonly Outputs[]): Bytes {
  const out = new Uint8Array(resultBytes(whole));
  const pixelBytes = 4 * RADIANCE_FLOATS;
  for (const [i, { tile }] of parts.entries()) {
    const bytes = results[i]?.outputs[0] ?? new Uint8Array(0);
    for (let y = 0; y < tile.height; y++) {
      const row = bytes.subarray(y * tile.width * pixelBytes, (y + 1) * tile.width * pixelBytes);
      out.set(row, ((tile.y + y) * whole.tile.width + tile.x) * pixelBytes);
    }
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, canary(whole), true);
  return out;
}

runKernelTests('denoise', makeCase, testSession, skipReason);

describe.skipIf(skipReason !== null)('a denoised picture', { timeout: 300_000 }, () => {
  let gpu: GpuSession;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error('the adapter went away');
    gpu = made;
  });
  afterAll(() => gpu.close());

  it('has the same bits whatever its tiles are, each with no more than its halo', async () => {
    const picture = busy();
    const whole = await denoise(gpu, await caseOf(picture));
    for (const [width, height] of [
      [64, 7],
      [9, 48],
      [17, 23],
    ] as const) {
      for (let y = 0; y < SIZE.height; y += height) {
        for (let x = 0; x < SIZE.width; x += width) {
          const tile = { x, y, width: Math.min(width, SIZE.width - x), height: Math.min(height, SIZE.height - y) };
          const part = await denoise(gpu, await caseOf(picture, tile));
          expect([...part], `${width} × ${height} at ${x}, ${y}`).toEqual(rectOf(whole, tile));
        }
      }
    }
  });

  it('depends on all of its halo, and on nothing beyond', async () => {
    const size = { width: 48, height: 3 };
    const tile = { x: 24, y: 1, width: 1, height: 1 };
    const all = { x: 0, y: 0, ...size };
    const bits = async (salt: number, change: number) => {
      const light = (x: number, y: number) => 1 + 0.02 * x + chance(x, y, salt) + (x === change ? 3 : 0);
      const picture = plane(size, () => [1, 1, 1], light);
      return [...(await denoise(gpu, await caseOf(picture, tile, all)))].join();
    };
    /** Whether any of some pictures depends on what lies so far from the tile. */
    const matters = async (offset: number) => {
      for (let salt = 0; salt < 8; salt++) {
        if ((await bits(salt, -1)) !== (await bits(salt, tile.x + offset))) return true;
      }
      return false;
    };
    for (const far of [FILTER_RADIUS_PX, HALO_PX]) {
      expect(await matters(-far), `${far} to the left`).toBe(true);
      expect(await matters(far), `${far} to the right`).toBe(true);
    }
    expect(await matters(-HALO_PX - 1)).toBe(false);
    expect(await matters(HALO_PX + 1)).toBe(false);
  });

  it('is the rendered one, bit for bit, where nothing is noise', async () => {
    const still = plane(
      SIZE,
      (x, y) => (((x >> 2) + (y >> 2)) % 2 === 0 ? [0.9, 0.1, 0.3] : [0.05, 0.6, 0.02]),
      () => 1.7,
    );
    expect([...(await denoise(gpu, await caseOf(still)))]).toEqual([...still.rgb]);
  });

  it('keeps textures sharp under noisy light, and its energy', async () => {
    const colour = (x: number, y: number) =>
      ((x >> 1) + (y >> 1)) % 2 === 0 ? ([0.9, 0.8, 0.2] as const) : ([0.1, 0.3, 0.7] as const);
    const noisy = plane(SIZE, colour, (x, y) => 1 + 0.8 * (chance(x, y) - 0.5));
    const clean = plane(SIZE, colour, () => 1);
    const result = await denoise(gpu, await caseOf(noisy));
    const error = (rgb: Float32Array) => rgb.reduce((sum, x, i) => sum + (x - (clean.rgb[i] ?? 0)) ** 2, 0);
    expect(error(result)).toBeLessThan(error(noisy.rgb) / 10);
    expect(sum(result) / sum(noisy.rgb)).toBeCloseTo(1, 2);
  });

  it('keeps edges of shadows and of things', async () => {
    const noise = (x: number, y: number) => 1 + 0.4 * (chance(x, y) - 0.5);
    const shade = plane(
      SIZE,
      () => [0.8, 0.8, 0.8],
      (x, y) => (x < 32 ? 1 : 0.1) * noise(x, y),
    );
    const step = plane(
      SIZE,
      () => [0.8, 0.8, 0.8],
      (x, y) => (x < 32 ? 1 : 0.8) * noise(x, y),
    );
    for (let i = 0; i < SIZE.width * SIZE.height; i++) {
      if (i % SIZE.width >= 32) step.guides[SURFACE_FLOATS * i + AT.depth] = 6;
    }
    for (const [picture, right] of [
      [shade, 0.08],
      [step, 0.64],
    ] as const) {
      const result = await denoise(gpu, await caseOf(picture));
      const column = (x: number) =>
        Array.from({ length: SIZE.height }, (_, y) => result[RADIANCE_FLOATS * (y * SIZE.width + x)] ?? 0).reduce(
          (a, b) => a + b,
          0,
        ) / SIZE.height;
      expect(column(31)).toBeGreaterThan(0.8 * 0.97);
      expect(column(32)).toBeLessThan(right * 1.05);
    }
  });

  const rectOf = (whole: Float32Array, { x, y, width, height }: Rect): number[] =>
    Array.from({ length: height }, (_, row) => {
      const at = RADIANCE_FLOATS * ((y + row) * SIZE.width + x);
      return [...whole.subarray(at, at + RADIANCE_FLOATS * width)];
    }).flat();
});

function sum(values: Float32Array): number {
  return values.reduce((total, x) => total + x, 0);
}
