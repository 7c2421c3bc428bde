import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { lookAt, material, quad, sceneOf } from '@tabgrid/webgpu-kernels/pathtrace/fixtures';
import { expect, it } from 'vitest';
import { createOurs } from './ours.js';
import type { BenchScene } from './scene.js';

const gpu = await nodeGpu();

/** A wall that shines evenly and fills the left half of the picture. */
const scene: BenchScene = {
  source: sceneOf(
    [quad([-99, -9, 0], [99, 0, 0], [0, 18, 0], 0)],
    [material({ emissive: [2, 1, 0.5], baseColor: [0, 0, 0, 1] })],
  ),
  environment: null,
  camera: { name: 'camera', ...lookAt([0, 0, 3], [0, 0, 0], 0.6) },
  lamp: null,
};

it.skipIf(!gpu)('gives means in their places, in frames of one tile and of several', async () => {
  if (!gpu) return;
  const ours = await createOurs(gpu, scene, { width: 32, height: 16, bounces: 0 });
  try {
    for (const [width, height] of [
      [32, 16],
      [288, 16],
    ] as const) {
      await ours.resize(width, height);
      const rgb = await ours.picture(3);
      expect(rgb).toHaveLength(3 * width * height);
      const pixel = (x: number, y: number) => [...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
      expect(pixel(1, 1)).toEqual([2, 1, 0.5]);
      expect(pixel(width / 2 - 2, height - 1)).toEqual([2, 1, 0.5]);
      expect(pixel(width / 2 + 1, 0)).toEqual([0, 0, 0]);
      expect(pixel(width - 1, height - 1)).toEqual([0, 0, 0]);
    }
    expect(ours.stepsPerSample()).toBeGreaterThanOrEqual(1);
    expect(ours.start.firstPixelMs).toBeGreaterThan(ours.start.compileMs);
    const { cameraSamples, ms } = await ours.measure(20);
    expect(cameraSamples % (288 * 16)).toBe(0);
    expect(ms).toBeGreaterThanOrEqual(20);
  } finally {
    await ours.close();
  }
});
