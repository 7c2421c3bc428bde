import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Outputs } from '../kernel.js';
import { type KernelCase, runKernelTests } from '../kernel-tests.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { blockCount, canary, cutResult, PIXEL_FLOATS, resultBytes } from './film.js';
import { box, lookAt, material, quad, sceneOf, sphere } from './fixtures.js';
import { pathtraceKernel } from './kernel.js';
import type { EnvironmentSource } from './scene-source.js';
import type { PathtraceParams } from './task.js';
import { prepare, type Shot } from './test-render.js';

const skipReason = (await nodeGpu()) ? null : 'no WebGPU adapter for Node here';

const checker = {
  width: 4,
  height: 4,
  rgba: Uint8Array.from({ length: 64 }, (_, i) => (((i >> 2) + (i >> 4)) % 2 === 0 ? 255 : (i & 3) === 3 ? 60 : 90)),
};

const map: EnvironmentSource = {
  kind: 'map',
  width: 8,
  height: 4,
  rgb: Float32Array.from({ length: 96 }, (_, i) => (i === 30 ? 40 : 0.2 + (i % 7) / 10)),
};

/** Everything that specialises the program at once: textures, alpha, lights, a map. */
const shot: Shot = {
  scene: sceneOf(
    [
      quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0),
      sphere([0, 0.7, 0], 0.6, 8, 1),
      ...box([0.8, 0, -0.5], [1.3, 1, 0], 2),
      quad([-0.5, 2, -0.5], [1, 0, 0], [0, 0, 1], 3),
      quad([-1.6, 0, 0.6], [1.2, 0, 0], [0, 1.2, 0], 4),
    ],
    [
      material({ baseColor: [0.8, 0.8, 0.8, 1], roughness: 0.7 }),
      material({ metallic: 1, roughness: 0.25, baseColor: [0.9, 0.7, 0.4, 1] }),
      material({ baseColor: [0.2, 0.5, 0.8, 0.6], alphaMode: 'blend', doubleSided: true, roughness: 0.3 }),
      material({ baseColor: [0, 0, 0, 1], emissive: [6, 5, 4] }),
      material({
        alphaMode: 'mask',
        doubleSided: true,
        baseColorTexture: { image: 0, wrapS: 'repeat', wrapT: 'mirror', nearest: false },
      }),
    ],
    [checker],
  ),
  environment: map,
  camera: lookAt([0.5, 1.4, 4], [0, 0.7, 0], 0.8),
  width: 24,
  height: 17,
  spp: 10,
  block: 4,
  bounces: 3,
  seed: 99,
};

async function makeCase(): Promise<KernelCase<PathtraceParams>> {
  const { params, inputs } = await prepare(shot);
  const tiles = (rects: readonly [x: number, y: number, width: number, height: number][]) =>
    rects.map(([x, y, width, height]) => ({ ...params, tile: { x, y, width, height } }));
  const ranges = (list: readonly [first: number, count: number][]) =>
    list.map(([first, count]) => ({ ...params, samples: { ...params.samples, first, count } }));
  const split = (name: string, parts: readonly PathtraceParams[]) => ({
    name,
    parts,
    join: (results: readonly Outputs[]) => [joined(params, parts, results)],
  });
  return {
    kernel: pathtraceKernel,
    params,
    inputs,
    splits: [
      split(
        'four tiles',
        tiles([
          [0, 0, 11, 9],
          [11, 0, 13, 9],
          [0, 9, 11, 8],
          [11, 9, 13, 8],
        ]),
      ),
      split(
        'columns, and a single pixel',
        tiles([
          [0, 0, 23, 17],
          [23, 1, 1, 16],
          [23, 0, 1, 1],
        ]),
      ),
      split(
        'sample blocks',
        ranges([
          [0, 4],
          [4, 6],
        ]),
      ),
      split(
        'single blocks',
        ranges([
          [0, 4],
          [4, 4],
          [8, 2],
        ]),
      ),
    ],
    spoil: ([result = new Uint8Array(0)]) => [
      { name: 'too short', outputs: [result.slice(0, -4)] },
      { name: 'too long', outputs: [new Uint8Array([...result, 0, 0, 0, 0])] },
      { name: 'two outputs', outputs: [result, result] },
      { name: 'NaN', outputs: [withFloat(result, 0, Number.NaN)] },
      { name: 'infinite', outputs: [withFloat(result, 5, Number.POSITIVE_INFINITY)] },
      { name: 'negative', outputs: [withFloat(result, 6, -1)] },
      { name: 'no cost', outputs: [withFloat(result, 3, 0)] },
      { name: 'cost NaN', outputs: [withFloat(result, 7, Number.NaN)] },
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
function joined(whole: PathtraceParams, parts: readonly PathtraceParams[], results: readonly Outputs[]): Bytes {
  const out = new Uint8Array(resultBytes(whole));
  const pixelBytes = 4 * PIXEL_FLOATS;
  for (const [i, part] of parts.entries()) {
    const bytes = results[i]?.outputs[0] ?? new Uint8Array(0);
    const firstBlock = (part.samples.first - whole.samples.first) / part.samples.block;
    let at = 0;
    for (let b = 0; b < blockCount(part.samples); b++) {
      for (let y = 0; y < part.tile.height; y++) {
        const pixel = ((firstBlock + b) * whole.tile.height + part.tile.y + y) * whole.tile.width + part.tile.x;
        out.set(bytes.subarray(at, at + part.tile.width * pixelBytes), pixel * pixelBytes);
        at += part.tile.width * pixelBytes;
      }
    }
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, canary(whole), true);
  return out;
}

runKernelTests('pathtrace', makeCase, testSession, skipReason);
