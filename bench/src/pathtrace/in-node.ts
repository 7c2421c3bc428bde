import { mkdirSync } from 'node:fs';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { type Cut, createOurs } from '@tabgrid/bench-page/pathtrace/ours';
import { openScene } from '@tabgrid/bench-page/pathtrace/scene';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { orInSoftware } from '../in-software.js';
import { type BenchResult, median } from '../result.js';
import { writeImage } from './images.js';
import { bytesAt, scenesFor } from './scenes.js';
import { SITE } from './site.js';

/** Our kernel alone, in plain Node, on whatever adapter Dawn finds: no browser, no peers. */

export interface NodeRun {
  /** Names. */
  readonly scenes: ReadonlySet<string>;
  /** Picture's side, pixels. */
  readonly size: number;
  /** Samples a pixel of each measurement; null: as many as fit `roundMs`. */
  readonly spp: number | null;
  readonly rounds: number;
  readonly roundMs: number;
  readonly bounces: number;
  readonly images: string | null;
}

/** Larger pictures: what fills a large GPU. */
const LARGE: Cut = { tilePx: 512, blocks: 4 };
const LARGE_PX = 512;

/** @throws Error where there is no adapter */
export async function measureInNode(run: NodeRun, say: (line: string) => void): Promise<BenchResult> {
  await orInSoftware();
  const gpu = await nodeGpu();
  if (!gpu) {
    throw new Error(
      'no WebGPU adapter in Node: the package webgpu or a Vulkan, Metal or Direct3D 12 driver is missing. Name a software driver with VK_ICD_FILENAMES.',
    );
  }
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  mkdirSync(SITE, { recursive: true });
  const { scenes, where } = await scenesFor(run.scenes, SITE, say);
  const adapter: Record<string, string | boolean> = { runtime: `node ${process.version}` };
  const frame = { width: run.size, height: run.size, bounces: run.bounces };
  for (const { name, glb, hdr, camera, lamp } of scenes) {
    const scene = await openScene(
      await bytesAt(glb),
      hdr === null ? null : await bytesAt(hdr),
      { camera, lamp },
      decodeImage,
    );
    const ours = await createOurs(gpu, scene, frame, run.size >= LARGE_PX ? LARGE : undefined);
    try {
      Object.assign(adapter, { adapter: ours.adapter, software: ours.software });
      // What a round renders first finds how large a submission may be.
      if (run.spp === null) await ours.measure(run.roundMs / 4);
      else await ours.picture(run.spp);
      // As volunteers do: not on software adapters.
      if (!ours.software) adapter[`${name}.variant`] = await ours.tune();
      const rates: number[] = [];
      for (let round = 1; round <= run.rounds; round++) {
        const { cameraSamples, ms } = await throughput(run, () => ours.measure(run.roundMs), ours.picture);
        rates.push(cameraSamples / ms / 1000);
        say(`  ${name}, round ${round}: ${rates.at(-1)?.toPrecision(4)} million camera samples/s on ${ours.adapter}`);
      }
      const millions = median(rates);
      figures[`${name}.ours.millionSamplesPerSecond`] = millions;
      // One camera sample is one path.
      figures[`${name}.ours.millionPathsPerSecond`] = millions;
      figures[`${name}.ours.stepsPerSample`] = ours.stepsPerSample();
      figures[`${name}.ours.billionStepsPerSecond`] = (millions * ours.stepsPerSample()) / 1000;
      figures[`${name}.ours.firstPixelMs`] = ours.start.firstPixelMs;
      figures[`${name}.ours.compileMs`] = ours.start.compileMs;
      figures[`${name}.ours.buildMs`] = ours.start.buildMs;
      samples[`${name}.ours.millionSamplesPerSecond`] = rates;
      if (run.images !== null) say(writeImage(run.images, `${name}-ours`, frame, await ours.picture(run.spp ?? 64)));
    } finally {
      await ours.close();
    }
  }
  return { figures, where: { ...adapter, ...where }, samples };
}

async function throughput(
  { size, spp }: NodeRun,
  measure: () => Promise<{ cameraSamples: number; ms: number }>,
  picture: (spp: number) => Promise<unknown>,
) {
  if (spp === null) return await measure();
  const begun = performance.now();
  await picture(spp);
  return { cameraSamples: size * size * spp, ms: performance.now() - begun };
}
