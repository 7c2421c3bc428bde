import { expect, it } from 'vitest';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { caseOf, denoise, renderRoom } from './test-pictures.js';

const there = (await nodeGpu()) !== null;
const SIZE = { width: 64, height: 64 };

/** Mean squared error relative to the reference's own square. */
function relativeError(rgb: Float32Array, reference: Float32Array): number {
  let sum = 0;
  for (const [i, right] of reference.entries()) sum += ((rgb[i] ?? 0) - right) ** 2 / (right * right + 0.01);
  return sum / reference.length;
}

const mean = (rgb: Float32Array) => rgb.reduce((sum, x) => sum + x, 0) / rgb.length;

it.skipIf(!there)(
  'brings a room of few samples much closer to one of many, and keeps its light',
  { timeout: 600_000 },
  async () => {
    const gpu = await testSession();
    if (!gpu) throw new Error('the adapter went away');
    const noisy = await renderRoom(gpu, SIZE, 16, 1);
    const reference = await renderRoom(gpu, SIZE, 128, 2);
    const result = await denoise(gpu, await caseOf(noisy));
    const before = relativeError(noisy.rgb, reference.rgb);
    const after = relativeError(result, reference.rgb);
    expect(after).toBeLessThan(before / 2);
    expect(Math.abs(mean(result) / mean(noisy.rgb) - 1)).toBeLessThan(0.02);
    gpu.close();
  },
);
