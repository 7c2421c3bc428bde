import { WebGLRenderer } from 'three';
import { WebGLPathTracer } from 'three-gpu-pathtracer';
import type { BenchScene } from './scene.js';
import { largestImage, type ThreeScene } from './three-scene.js';
import type { Frame, Tracer } from './tracer.js';

/** three-gpu-pathtracer on WebGL. */

/** Draws are queued as long as all of them together take less than this. */
const QUEUE_MS = 40;
const LONGEST_QUEUE = 64;

/** @param own the same scene as three.js has it */
export async function createWebglPeer(
  scene: Pick<BenchScene, 'source'>,
  own: ThreeScene,
  frame: Frame,
): Promise<Tracer> {
  let { width, height } = frame;
  const renderer = new WebGLRenderer({ canvas: document.createElement('canvas') });
  renderer.setPixelRatio(1);
  renderer.setSize(width, height, false);
  const tracer = new WebGLPathTracer(renderer);
  tracer.renderDelay = 0;
  tracer.renderToCanvas = false;
  tracer.tiles.set(1, 1);
  // Its loop turns once a surface, as ours scatters; transparency is counted apart.
  tracer.bounces = frame.bounces;
  tracer.filterGlossyFactor = 0;
  tracer.multipleImportanceSampling = true;
  const side = largestImage(scene.source);
  tracer.textureSize.set(side, side);

  const pixel = new Float32Array(4);
  /** Waits until the GPU is done. */
  const finish = () => renderer.readRenderTargetPixels(tracer.target, 0, 0, 1, 1, pixel);
  let batch = 1;
  const sample = async (spp: number) => {
    let queued = 0;
    let from = performance.now();
    while (tracer.samples < spp) {
      const before = tracer.samples;
      tracer.renderSample();
      if (tracer.samples === before) {
        // It does nothing while it compiles.
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      queued++;
      if (queued < batch && tracer.samples < spp) continue;
      finish();
      const short = performance.now() - from < QUEUE_MS;
      if (queued === batch) batch = short ? Math.min(LONGEST_QUEUE, 2 * batch) : Math.max(1, batch >> 1);
      queued = 0;
      from = performance.now();
    }
  };

  const begun = performance.now();
  tracer.setScene(own.scene, own.camera);
  const buildMs = performance.now() - begun;
  await sample(1);
  const firstPixelMs = performance.now() - begun;
  const again = performance.now();
  await sample(2);
  const sampleMs = performance.now() - again;

  return {
    start: { buildMs, compileMs: Math.max(0, firstPixelMs - buildMs - sampleMs), firstPixelMs },
    async measure(budgetMs) {
      const from = performance.now();
      const first = tracer.samples;
      let spp = 1;
      while (performance.now() - from < budgetMs) {
        await sample(tracer.samples + spp);
        if (performance.now() - from < budgetMs / 8) spp *= 2;
      }
      return { cameraSamples: (tracer.samples - first) * width * height, ms: performance.now() - from };
    },
    async picture(spp) {
      tracer.reset();
      await sample(spp);
      const rgba = new Float32Array(4 * width * height);
      renderer.readRenderTargetPixels(tracer.target, 0, 0, width, height, rgba);
      return fromBottomUp(rgba, width, height);
    },
    async resize(w, h) {
      [width, height] = [w, h];
      // It takes its own size from the renderer's.
      renderer.setSize(width, height, false);
      tracer.reset();
    },
    close() {
      tracer.dispose();
      renderer.dispose();
      renderer.forceContextLoss();
    },
  };
}

function fromBottomUp(rgba: Float32Array, width: number, height: number): Float32Array {
  const rgb = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * ((height - 1 - y) * width + x);
      rgb.set(rgba.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return rgb;
}
