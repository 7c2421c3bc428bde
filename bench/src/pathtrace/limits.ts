import { lookAt } from '@tabgrid/assets/math/look-at';
import { systemClock } from '@tabgrid/transport/system-clock';
import { requestGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { blockFloats } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { bufferContents, sceneBytes } from '@tabgrid/webgpu-kernels/pathtrace/layout';
import { nameScene, packScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import { type PathtraceParams, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { orInSoftware } from '../in-software.js';
import type { BenchResult } from '../result.js';
import { terrain } from './terrain.js';

/** Scenes of millions of triangles and hundreds of textures, on a device with WebGPU's default limits and no more. */

const MEBIBYTE = 2 ** 20;
const DEFAULT_LIMITS = { maxBufferSize: 256 * MEBIBYTE, maxStorageBufferBindingSize: 128 * MEBIBYTE };
const TRIANGLES = [1_000_000, 5_000_000];
const QUICK_TRIANGLES = [200_000];
const TEXTURES = 200;
const SIDE_PX = 64;
const BOUNCES = 3;
/** Of green, in a picture of speckled hills; of sky alone there is one. */
const LEAST_TONES = 200;

/** @throws Error where there is no adapter, a buffer is larger than the default limits, or the picture is not one */
export async function measureLimits(quick: boolean, say: (line: string) => void): Promise<BenchResult> {
  await orInSoftware();
  const gpu = await nodeGpu();
  if (!gpu) throw new Error('no WebGPU adapter in Node: name a driver with VK_ICD_FILENAMES.');
  const figures: Record<string, number> = {};
  const rows: string[][] = [];
  let adapter = '';
  for (const triangles of quick ? QUICK_TRIANGLES : TRIANGLES) {
    const name = `limits.${triangles / 1e6}M`;
    const source = terrain(triangles, TEXTURES);
    const begun = performance.now();
    const packed = packScene(source);
    const buildMs = performance.now() - begun;
    const { counts, features } = packed.manifest;
    const perSecond = packed.triangles / (buildMs / 1000);
    say(`  ${packed.triangles} triangles: built in ${(buildMs / 1000).toFixed(1)} s`);
    figures[`${name}.buildMs`] = buildMs;
    figures[`${name}.trianglesPerSecond`] = perSecond;
    figures[`${name}.nodesPerTriangle`] = counts.nodes / packed.triangles;
    for (const [role, bytes] of Object.entries(sceneBytes(counts, features))) {
      if (bytes === 0) continue;
      if (bytes > DEFAULT_LIMITS.maxStorageBufferBindingSize)
        throw new Error(`${bufferContents(role)} take ${bytes} bytes, more than the default limits`);
      figures[`${name}.mebibytes.${role}`] = bytes / MEBIBYTE;
      rows.push([`${triangles / 1e6} M`, bufferContents(role), (bytes / MEBIBYTE).toFixed(1)]);
    }
    const drawn = await draw(withDefaultLimits(gpu), packed);
    adapter = drawn.adapter;
    figures[`${name}.pictureMs`] = drawn.ms;
    figures[`${name}.hashMs`] = drawn.hashMs;
    say(
      `  ${SIDE_PX} × ${SIDE_PX} pixels, one sample each: ${(drawn.ms / 1000).toFixed(1)} s with uploads, on ${adapter}`,
    );
  }
  const table = { title: 'buffers within the default limits', header: ['triangles', 'buffer', 'MiB'], rows };
  return { figures, where: { runtime: `node ${process.version}`, adapter }, samples: {}, tables: [table] };
}

/** The GPU as if its adapter offered nothing beyond the defaults: the device then enforces them. */
function withDefaultLimits(gpu: GPU): GPU {
  const bound = <T extends object>(target: T, name: string | symbol): unknown => {
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? value.bind(target) : value;
  };
  const adapterOf = (adapter: GPUAdapter) =>
    new Proxy(adapter, {
      get: (target, name) => (name === 'limits' ? DEFAULT_LIMITS : bound(target, name)),
    });
  return new Proxy(gpu, {
    get: (target, name) =>
      name === 'requestAdapter'
        ? async (options?: GPURequestAdapterOptions) => {
            const adapter = await target.requestAdapter(options);
            return adapter && adapterOf(adapter);
          }
        : bound(target, name),
  });
}

async function draw(gpu: GPU, packed: ReturnType<typeof packScene>) {
  const session = await requestGpuSession(gpu, { clock: systemClock, browser: 'bench', intensity: 1 });
  try {
    const { maxStorageBufferBindingSize } = session.device.limits;
    if (maxStorageBufferBindingSize !== DEFAULT_LIMITS.maxStorageBufferBindingSize)
      throw new Error(`the device binds ${maxStorageBufferBindingSize} bytes, not the default`);
    const hashed = performance.now();
    const { manifest, blobs } = await nameScene(packed);
    const hashMs = performance.now() - hashed;
    const { right, up, forward } = lookAt([0, 14, 48], [0, 0, 0]);
    const params: PathtraceParams = {
      scene: manifest,
      environment: { kind: 'constant', radiance: [0.4, 0.5, 0.7] },
      camera: { position: [0, 14, 48], right: [...right], up: [...up], forward: [...forward], yfov: 0.9 },
      film: { width: SIDE_PX, height: SIDE_PX },
      tile: { x: 0, y: 0, width: SIDE_PX, height: SIDE_PX },
      samples: { first: 0, count: 1, block: 1 },
      bounces: BOUNCES,
      seed: 1,
    };
    const bytes = new Map(blobs.map((blob) => [blob.ref.id, blob.bytes]));
    const inputs = taskInputs(params).map((ref) => ({
      ref,
      bytes: async () => bytes.get(ref.id) ?? new Uint8Array(0),
    }));
    const begun = performance.now();
    const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
    const { outputs } = await pathtraceKernel.run(session, params, inputs, control);
    const ms = performance.now() - begun;
    const fault = pathtraceKernel.task.fault(params, outputs);
    if (fault !== null) throw new Error(`the picture is broken: ${fault}`);
    const [film] = outputs;
    const tones = film ? new Set(blockFloats(params, film, 0).filter((_, i) => i % 4 === 1)).size : 0;
    if (tones < LEAST_TONES) throw new Error(`the picture has ${tones} tones: the hills are not seen`);
    const { vendor, architecture, description } = session.adapterClass;
    return { ms, hashMs, adapter: [vendor, architecture, description].filter(Boolean).join(' ') };
  } finally {
    session.close();
  }
}
