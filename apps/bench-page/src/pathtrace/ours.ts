import type { Bytes } from '@tabgrid/protocol/bytes';
import { systemClock } from '@tabgrid/transport/system-clock';
import { type OwnedGpuSession, requestGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import type { TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import { blockCount, blockFloats } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { nameEnvironment, nameScene, packEnvironment, packScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import { MAX_BLOCK_SAMPLES, type PathtraceParams, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { BASE } from '@tabgrid/webgpu-kernels/pathtrace/variants';
import type { BenchScene } from './scene.js';
import type { Frame, StartTimes, Tracer } from './tracer.js';

/** Our kernel alone, tile after tile on one adapter, in a page or in Node. */

/** How a frame is cut into tasks. */
export interface Cut {
  /** Largest side of a tile, pixels: a result has to keep within what a task may return. */
  readonly tilePx: number;
  /** Sample blocks of a tile (if it has as many samples): so many times its pixels are in flight. */
  readonly blocks: number;
}

const CUT: Cut = { tilePx: 256, blocks: 1 };
/** A measurement is made of at least so many runs of the frame, each as long as it takes to amortise its start. */
const RUNS = 4;
/** Samples a pixel and block of the tile that variants are tried on. */
const TUNE_SPP = 16;

interface Ours extends Tracer {
  /** Adapter in words. */
  readonly adapter: string;
  readonly software: boolean;
  /** Tries the kernel's variants on a tile, as a volunteer does, and goes on with the fastest. @returns its name */
  tune(): Promise<string>;
  /** Traversal steps (node visits and triangle tests) a camera sample, shadow rays included, so far. */
  stepsPerSample(): number;
}

interface Totals {
  steps: number;
  samples: number;
}

export async function createOurs(gpu: GPU, scene: BenchScene, frame: Frame, cut: Cut = CUT): Promise<Ours> {
  const owned = await requestGpuSession(gpu, { clock: systemClock, browser: 'bench', intensity: 1 });
  const totals: Totals = { steps: 0, samples: 0 };
  const begun = performance.now();
  const prepared = await prepare(scene, frame.bounces);
  const buildMs = performance.now() - begun;
  let compileMs = 0;
  const session: GpuSession = {
    ...owned,
    async pipeline(key, make) {
      const from = performance.now();
      const pipeline = await owned.pipeline(key, make);
      compileMs += performance.now() - from;
      return pipeline;
    },
  };
  let { width, height } = frame;
  let seed = 0;
  const render = async (count: number) => {
    seed++;
    return await renderFrame(session, prepared, { width, height, count, seed, cut }, totals);
  };
  await render(1);
  const start: StartTimes = { buildMs, compileMs, firstPixelMs: performance.now() - begun };
  return {
    start,
    ...inWords(owned),
    stepsPerSample: () => totals.steps / totals.samples,
    async measure(budgetMs) {
      let spp = 1;
      for (; spp < MAX_BLOCK_SAMPLES; spp *= 2) {
        const from = performance.now();
        await render(spp);
        // What is as short as a task's own start and end says little about rendering.
        if ((performance.now() - from) * RUNS >= budgetMs / 2) break;
      }
      const begun = performance.now();
      let cameraSamples = 0;
      const tiles = function* () {
        while (performance.now() - begun < budgetMs) {
          cameraSamples += spp * width * height;
          seed++;
          yield* tilesOf({ width, height, count: spp, seed, cut }, prepared.params);
        }
      };
      await renderTiles(session, prepared, tiles(), () => {});
      return { cameraSamples, ms: performance.now() - begun };
    },
    async tune() {
      const [params] = tilesOf({ width, height, count: TUNE_SPP * cut.blocks, seed, cut }, prepared.params);
      let name = BASE.name;
      const memory = {
        recall: async () => null,
        async keep(_: unknown, kept: string) {
          name = kept;
        },
      };
      if (params) await pathtraceKernel.tune?.(session, params, prepared.inputs, memory);
      return name;
    },
    picture: async (spp) => (await render(spp)).map((x) => x / spp),
    async resize(w, h) {
      [width, height] = [w, h];
    },
    close: () => owned.close(),
  };
}

function inWords({ adapterClass, software }: OwnedGpuSession) {
  const { vendor, architecture, description } = adapterClass;
  return { adapter: [vendor, architecture, description].filter(Boolean).join(' ') || 'unnamed adapter', software };
}

interface Prepared {
  /** All but the film, the tile, and which samples. */
  readonly params: Omit<PathtraceParams, 'film' | 'tile' | 'samples' | 'seed'>;
  readonly inputs: readonly TaskInput[];
}

async function prepare({ source, environment, camera }: BenchScene, bounces: number): Promise<Prepared> {
  const scene = await nameScene(packScene(source));
  const sky = await nameEnvironment(packEnvironment(environment ?? { kind: 'constant', radiance: [0, 0, 0] }));
  const blobs = new Map([...scene.blobs, ...sky.blobs].map((blob) => [blob.ref.id, blob.bytes]));
  const { position, right, up, forward, yfov } = camera;
  const params = {
    scene: scene.manifest,
    environment: sky.manifest,
    camera: { position: [...position], right: [...right], up: [...up], forward: [...forward], yfov },
    bounces,
  } satisfies Prepared['params'];
  const inputs = taskInputs(params).map((ref) => ({
    ref,
    bytes: async () => {
      const bytes = blobs.get(ref.id);
      if (!bytes) throw new Error(`no blob ${ref.id}`);
      return bytes;
    },
  }));
  return { params, inputs };
}

interface FrameRun {
  readonly width: number;
  readonly height: number;
  /** Samples a pixel. */
  readonly count: number;
  readonly seed: number;
  readonly cut: Cut;
}

function tilesOf({ width, height, count, seed, cut }: FrameRun, shared: Prepared['params']): PathtraceParams[] {
  const tiles: PathtraceParams[] = [];
  for (let y = 0; y < height; y += cut.tilePx) {
    for (let x = 0; x < width; x += cut.tilePx) {
      const tile = { x, y, width: Math.min(cut.tilePx, width - x), height: Math.min(cut.tilePx, height - y) };
      const samples = { first: 0, count, block: Math.min(Math.ceil(count / cut.blocks), MAX_BLOCK_SAMPLES) };
      tiles.push({ ...shared, film: { width, height }, tile, samples, seed });
    }
  }
  return tiles;
}

/** Sums of RGB over the samples. */
async function renderFrame(
  session: GpuSession,
  prepared: Prepared,
  frame: FrameRun,
  totals: Totals,
): Promise<Float32Array> {
  const rgb = new Float32Array(3 * frame.width * frame.height);
  await renderTiles(session, prepared, tilesOf(frame, prepared.params), (params, output) => {
    for (let block = 0; block < blockCount(params.samples); block++)
      merge(rgb, params, blockFloats(params, output, block), totals);
  });
  totals.samples += frame.count * frame.width * frame.height;
  return rgb;
}

/** Tiles are submitted one behind the other, as a volunteer does: the next begins when all of one is on the queue. */
async function renderTiles(
  session: GpuSession,
  { inputs }: Prepared,
  tiles: Iterable<PathtraceParams>,
  take: (params: PathtraceParams, output: Bytes) => void,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  for (const params of tiles) {
    let submitted = () => {};
    const queued = new Promise<void>((resolve) => {
      submitted = resolve;
    });
    const control = { signal: new AbortController().signal, progress() {}, submitted };
    const run = pathtraceKernel.run(session, params, inputs, control);
    before = Promise.all([before, run]).then(([, { outputs }]) => {
      const fault = pathtraceKernel.task.fault(params, outputs);
      if (fault !== null || !outputs[0]) throw new Error(`our kernel's result is broken: ${fault ?? 'it is missing'}`);
      take(params, outputs[0]);
    });
    // A run that fails never says that it has submitted everything.
    await Promise.race([queued, before]);
  }
  await before;
}

function merge(rgb: Float32Array, { film, tile }: PathtraceParams, floats: Float32Array, totals: Totals): void {
  for (let pixel = 0; pixel < tile.width * tile.height; pixel++) {
    const at = ((tile.y + Math.floor(pixel / tile.width)) * film.width + tile.x + (pixel % tile.width)) * 3;
    for (let c = 0; c < 3; c++) rgb[at + c] = (rgb[at + c] ?? 0) + (floats[4 * pixel + c] ?? 0);
    totals.steps += floats[4 * pixel + 3] ?? 0;
  }
}
