import type { Bytes } from '@tabgrid/protocol/bytes';
import { describe, expect, it } from 'vitest';
import type { GpuSession } from '../gpu-session.js';
import type { Outputs } from '../kernel.js';
import { type KernelCase, runKernelTests } from '../kernel-tests.js';
import { nodeGpu } from '../node-gpu.js';
import { material, quad, sceneOf, sphere } from '../pathtrace/fixtures.js';
import { packScene } from '../pathtrace/scene.js';
import type { SceneSource } from '../pathtrace/scene-source.js';
import { cameraRay } from '../pathtrace/test-camera.js';
import { bruteForce } from '../pathtrace/test-reference.js';
import { quietControl } from '../pathtrace/test-render.js';
import { testSession } from '../test-gpu.js';
import { AT, canary, cutResult, pixelFloats, pixelsOf, resultBytes } from './film.js';
import { gbufferKernel } from './kernel.js';
import type { GbufferParams } from './task.js';
import { prepareCase, SCENE } from './test-scene.js';

const skipReason = (await nodeGpu()) ? null : 'no WebGPU adapter for Node here';

async function makeCase(): Promise<KernelCase<GbufferParams>> {
  const film = { width: 48, height: 34 };
  const { params, inputs } = await prepareCase(SCENE, { film, tile: { x: 0, y: 0, ...film } });
  const tiles = (rects: readonly [x: number, y: number, width: number, height: number][]) =>
    rects.map(([x, y, width, height]) => ({ ...params, tile: { x, y, width, height } }));
  const split = (name: string, parts: readonly GbufferParams[]) => ({
    name,
    parts,
    join: (results: readonly Outputs[]) => [joined(params, parts, results)],
  });
  return {
    kernel: gbufferKernel,
    params,
    inputs,
    splits: [
      split(
        'four tiles',
        tiles([
          [0, 0, 21, 9],
          [21, 0, 27, 9],
          [0, 9, 21, 25],
          [21, 9, 27, 25],
        ]),
      ),
      split(
        'columns, and a single pixel',
        tiles([
          [0, 0, 47, 34],
          [47, 1, 1, 33],
          [47, 0, 1, 1],
        ]),
      ),
    ],
    spoil: ([result = new Uint8Array(0)]) => [
      { name: 'too short', outputs: [result.slice(0, -4)] },
      { name: 'two outputs', outputs: [result, result] },
      { name: 'a colour that is not a number', outputs: [withFloat(result, AT.colour, Number.NaN)] },
      { name: 'an infinite depth', outputs: [withFloat(result, AT.depth, Number.POSITIVE_INFINITY)] },
      { name: 'a long normal', outputs: [withFloat(result, AT.normal, 2)] },
      { name: 'hit more often than asked', outputs: [withFloat(result, AT.hit, 1.5)] },
      { name: 'no steps', outputs: [withFloat(result, AT.steps, 0)] },
      { name: 'negative bounces', outputs: [withFloat(result, AT.bounces, -1)] },
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
function joined(whole: GbufferParams, parts: readonly GbufferParams[], results: readonly Outputs[]): Bytes {
  const out = new Uint8Array(resultBytes(whole));
  const pixelBytes = 4 * pixelFloats(whole);
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

runKernelTests('gbuffer', makeCase, testSession, skipReason);

describe.skipIf(skipReason !== null)('what the camera rays meet', { timeout: 300_000 }, () => {
  const run = async (gpu: GpuSession, scene: SceneSource, change: Partial<GbufferParams>) => {
    const { params, inputs } = await prepareCase(scene, change, { kind: 'constant', radiance: [0, 0, 0] });
    const { outputs } = await gbufferKernel.run(gpu, params, inputs, quietControl());
    expect(gbufferKernel.task.fault(params, outputs)).toBeNull();
    const floats = pixelsOf(params, outputs[0] ?? new Uint8Array(0));
    const size = pixelFloats(params);
    const pixel = (x: number, y: number) =>
      floats.subarray((y * params.tile.width + x) * size, (y * params.tile.width + x + 1) * size);
    return { params, floats, pixel };
  };
  const session = async () => {
    const gpu = await testSession();
    if (!gpu) throw new Error('the adapter went away');
    return gpu;
  };

  it('is what the path tracer’s own camera rays meet: hits, depths, colours, normals', async () => {
    const gpu = await session();
    const scene = sceneOf(
      [quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0), sphere([0, 0.7, 0], 0.6, 6, 1)],
      [material({ baseColor: [0.8, 0.6, 0.4, 1] }), material({ baseColor: [0.1, 0.2, 0.3, 1] })],
    );
    const { params, pixel } = await run(gpu, scene, { samples: { first: 5, count: 1 } });
    const packed = packScene(scene);
    const triangles = new Uint32Array(packed.buffers.triangles.slice().buffer);
    const traced = { ...params, samples: { ...params.samples, block: 1 } };
    let [hits, misses, off] = [0, 0, 0];
    for (let y = 0; y < params.film.height; y++) {
      for (let x = 0; x < params.film.width; x++) {
        const found = bruteForce(triangles, packed.manifest.counts.triangles, cameraRay(traced, x, y, 5));
        const seen = pixel(x, y);
        if ((seen[AT.hit] ?? 0) !== (found ? 1 : 0)) {
          off++;
        } else if (!found) {
          misses++;
          expect([...seen.subarray(0, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
        } else {
          hits++;
          expect(Math.abs((seen[AT.depth] ?? 0) / found.t - 1)).toBeLessThan(1e-4);
          const floor = ((triangles[12 * found.triangle + 3] ?? 0) & 0xff_ffff) === 0;
          const colour = floor ? [0.8, 0.6, 0.4] : [0.1, 0.2, 0.3];
          for (const [c, value] of colour.entries()) expect(seen[AT.colour + c]).toBeCloseTo(value, 5);
          for (const [c, value] of [0, 1, 0].entries()) if (floor) expect(seen[AT.normal + c]).toBeCloseTo(value, 4);
        }
      }
    }
    // A ray along an edge may go either way in other arithmetic.
    expect(off).toBeLessThanOrEqual(2);
    expect(hits).toBeGreaterThan(100);
    expect(misses).toBeGreaterThan(50);
    gpu.close();
  });

  it('is the mean over several rays, and leaves the costs out where they are not wanted', async () => {
    const gpu = await session();
    const scene = sceneOf([sphere([0, 0.7, 0], 0.6, 6, 0)], [material({ baseColor: [0.5, 0.5, 0.5, 1] })]);
    const one = [];
    for (let i = 0; i < 4; i++) one.push((await run(gpu, scene, { samples: { first: i, count: 1 } })).floats);
    const { params, floats } = await run(gpu, scene, { samples: { first: 0, count: 4 } });
    const size = pixelFloats(params);
    let edges = 0;
    for (let at = 0; at < floats.length; at += size) {
      for (const place of [AT.colour, AT.hit, AT.steps, AT.bounces]) {
        const mean = one.reduce((sum, each) => sum + (each[at + place] ?? 0), 0) / 4;
        expect(floats[at + place]).toBeCloseTo(mean, 4);
      }
      const share = floats[at + AT.hit] ?? 0;
      if (share > 0 && share < 1) edges++;
    }
    expect(edges).toBeGreaterThan(5);
    const surface = await run(gpu, scene, { samples: { first: 0, count: 4 }, costs: false });
    expect(pixelFloats(surface.params)).toBe(8);
    for (let i = 0; i * 8 < surface.floats.length; i++) {
      expect([...surface.floats.subarray(8 * i, 8 * i + 8)]).toEqual([...floats.subarray(size * i, size * i + 8)]);
    }
    gpu.close();
  });

  it('tells cheap surfaces from dear ones: lights before them, metals, longer paths', async () => {
    const gpu = await session();
    const lamp = material({ baseColor: [0, 0, 0, 1], emissive: [9, 9, 9] });
    const floorUnder = (surface: ReturnType<typeof material>, lampAt: number) =>
      sceneOf(
        [quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0), quad([-0.5, lampAt, -0.5], [1, 0, 0], [0, 0, 1], 1)],
        [surface, lamp],
      );
    const at = async (scene: SceneSource) => {
      // The film's lower middle looks at the floor.
      const { pixel } = await run(gpu, scene, {});
      const seen = pixel(12, 13);
      return { material: seen[AT.material] ?? 0, lights: seen[AT.lights] ?? 0, bounces: seen[AT.bounces] ?? 0 };
    };
    const dark = await at(floorUnder(material({ baseColor: [0.02, 0.02, 0.02, 1] }), 1.2));
    const white = await at(floorUnder(material({ baseColor: [0.9, 0.9, 0.9, 1] }), 1.2));
    const mirror = await at(floorUnder(material({ baseColor: [0.02, 0.02, 0.02, 1], metallic: 1, roughness: 0 }), 1.2));
    const below = await at(floorUnder(material({}), -1.2));
    expect(dark.lights).toBe(2);
    // A lamp below the floor lights nothing that is seen.
    expect(below.lights).toBe(0);
    expect(white.bounces).toBeGreaterThan(dark.bounces + 0.5);
    expect(mirror.bounces).toBeGreaterThan(dark.bounces + 0.5);
    expect(mirror.material).toBe(dark.material + 1);
    expect(dark.bounces).toBeGreaterThanOrEqual(3);
    expect(white.bounces).toBeLessThanOrEqual(5);
    gpu.close();
  });
});
