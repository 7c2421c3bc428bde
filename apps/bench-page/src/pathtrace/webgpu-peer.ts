import { RenderTarget, WebGPURenderer } from 'three/webgpu';
import { WebGPUPathTracer } from 'three-gpu-pathtracer/webgpu';
import type { ThreeScene } from './three-scene.js';
import type { Frame, Tracer } from './tracer.js';

/** three-gpu-pathtracer on WebGPU: its wavefront tracer, which is its default, or its megakernel. */

/** Rounds that are queued before the samples are counted, at most: counting waits for the GPU. */
const LONGEST_QUEUE = 64;
const QUEUE_MS = 40;
/** Samples a pixel of a measurement, however long they take: paths end in waves. */
const LEAST_SPP = 2;

export async function createWebgpuPeer(
  kind: 'wavefront' | 'megakernel',
  own: ThreeScene,
  frame: Frame,
): Promise<Tracer> {
  let { width, height } = frame;
  const renderer = new WebGPURenderer({ canvas: document.createElement('canvas') });
  await renderer.init();
  // What it shows goes into one pixel that nobody looks at.
  renderer.setRenderTarget(new RenderTarget(1, 1));
  const tracer = new WebGPUPathTracer(renderer);
  if (kind === 'megakernel') chooseMegakernel(tracer);
  // No preview, and nothing that counts samples beside us.
  tracer.renderDelay = 0;
  tracer.minSamples = 0;
  tracer.dynamicLowRes = false;
  tracer.synchronizeRenderSize = false;
  tracer.stableNoise = false;
  tracer.setSize(width, height);
  // Its loop turns once a surface, as ours scatters.
  tracer.maxBounces = frame.bounces;
  tracer.filterGlossyFactor = 0;
  tracer.clampDirect = 0;
  tracer.clampIndirect = 0;

  const view = new RenderTarget(width, height);
  const read = async (w: number, h: number) => {
    if (!tracer.target) throw new Error('the tracer has no target');
    view.texture = tracer.target;
    return await renderer.readRenderTargetPixelsAsync(view, 0, 0, w, h);
  };
  /** Waits until the GPU is done, and counts. */
  const counts = async () => {
    await read(1, 1);
    return await tracer.getSampleCountsAsync();
  };
  /** Whether slots are in the middle of paths of different lengths. */
  let underway = false;
  let batch = 1;
  /** Rounds until `enough`. */
  const rounds = async (enough: (counts: { min: number; avg: number }) => boolean) => {
    for (;;) {
      const from = performance.now();
      for (let i = 0; i < batch; i++) tracer.renderSample();
      const reached = await counts();
      const short = performance.now() - from < QUEUE_MS;
      batch = short ? Math.min(LONGEST_QUEUE, 2 * batch) : Math.max(1, batch >> 1);
      if (enough(reached)) return reached;
    }
  };
  /** So many samples for every pixel, from the first one on. */
  const exactly = async (spp: number) => {
    tracer.reset();
    underway = false;
    tracer.maxSamples = spp;
    await rounds(({ min }) => min >= spp);
  };

  const begun = performance.now();
  tracer.setScene(own.scene, own.camera);
  const buildMs = performance.now() - begun;
  await exactly(1);
  const firstPixelMs = performance.now() - begun;
  const again = performance.now();
  await exactly(1);
  const sampleMs = performance.now() - again;

  return {
    start: { buildMs, compileMs: Math.max(0, firstPixelMs - buildMs - sampleMs), firstPixelMs },
    async measure(budgetMs) {
      // Without a limit every slot is always busy: the wavefront tracer at its best, once paths no longer end together.
      tracer.maxSamples = 0;
      const now = await counts();
      const first = underway ? now : await rounds(({ avg }) => avg >= now.avg + 1);
      underway = true;
      const from = performance.now();
      const last = await rounds(({ avg }) => performance.now() - from >= budgetMs && avg >= first.avg + LEAST_SPP);
      return { cameraSamples: (last.avg - first.avg) * width * height, ms: performance.now() - from };
    },
    async picture(spp) {
      await exactly(spp);
      const rgba = await read(width, height);
      if (!(rgba instanceof Float32Array)) throw new Error('the tracer’s target is not of 32-bit floats');
      const rgb = new Float32Array(3 * width * height);
      for (let i = 0; i < width * height; i++) rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
      return rgb;
    },
    async resize(w, h) {
      [width, height] = [w, h];
      tracer.setSize(width, height);
    },
    close() {
      tracer.dispose();
      renderer.dispose();
    },
  };
}

/** The switch is there, but not in its types. @throws Error where it is not */
function chooseMegakernel(tracer: WebGPUPathTracer): void {
  if (!('useMegakernel' in tracer) || typeof tracer.useMegakernel !== 'function')
    throw new Error('this version of three-gpu-pathtracer has no megakernel');
  tracer.useMegakernel(true);
}
