import { cpus } from 'node:os';
import type { PageTracer } from '@tabgrid/bench-page/pathtrace/main';
import type { Frame, Tracer } from '@tabgrid/bench-page/pathtrace/tracer';
import { type LaunchedBrowser, launchBrowser } from '@tabgrid/cli/browser';
import type { BenchOptions } from './options.js';
import { compareTreesInBrowser, startInBrowser } from './pathtrace/browser-tracers.js';
import { blenderVersion, startCycles } from './pathtrace/cycles.js';
import { writeImage } from './pathtrace/images.js';
import { measureInNode } from './pathtrace/in-node.js';
import { type Measured, measureAll, type NamedTracer, type Plan } from './pathtrace/measure.js';
import { figuresOf, tableOf } from './pathtrace/report.js';
import { dragonScene, helmetScene, type SceneFiles } from './pathtrace/scenes.js';
import { SITE, type Site, startSite } from './pathtrace/site.js';
import { orInSoftware } from './pathtrace/software.js';
import { treeFiguresOf, treeTableOf } from './pathtrace/trees.js';
import { type BenchResult, median, type Table } from './result.js';

/**
 * Our path tracer against three-gpu-pathtracer's three in the same browser, and against Cycles: the same scenes, frame, path
 * lengths and light sampling, nothing clamped, denoised or adaptive. Path lengths: our bounces are scatterings at most, as
 * are three-gpu-pathtracer's; Cycles counts from the second. Each picture's error is taken against a reference by the same
 * renderer, so that differences between shading models do not count as noise.
 */

const BOUNCES = 5;

const FULL: Plan = {
  rounds: 3,
  roundMs: 5_000,
  errorShrink: 2,
  errorSpps: [1, 2, 4, 8, 16],
  errorMs: 40_000,
  referenceMs: 60_000,
  referenceSpp: 1024,
};
const QUICK: Plan = {
  rounds: 2,
  roundMs: 1_000,
  errorShrink: 1,
  errorSpps: [1, 2, 4],
  errorMs: 3_000,
  referenceMs: 6_000,
  referenceSpp: 256,
};
const SIZE = 256;
const QUICK_SIZE = 64;

/** What each name after --only stands for. The WebGPU tracers are slower than WebGL's, so a quick run leaves them out. */
const PARTS = ['ours', 'three', 'cycles', 'bvh'] as const;
const THREE: readonly PageTracer[] = ['webgl', 'wavefront', 'megakernel'];
const QUICK_THREE: readonly PageTracer[] = ['webgl'];

interface House {
  readonly site: Site;
  readonly launched: LaunchedBrowser;
}

export async function pathtrace(options: BenchOptions): Promise<BenchResult> {
  const { quick, say, flags } = options;
  const parts = partsOf(flags.only);
  if (flags.runtime === 'node') return await inNode(options);
  const plan = quick ? QUICK : FULL;
  const size = flags.size ?? (quick ? QUICK_SIZE : SIZE);
  if (size % 32 !== 0) throw new RangeError(`--size takes a multiple of 32 here, not ${size}`);
  const frame: Frame = { width: size, height: size, bounces: BOUNCES };
  say('Building the tracers’ page …');
  const site = await startSite();
  try {
    const launched = await launchBrowser({ url: site.page, say });
    try {
      const where: Record<string, string | boolean> = {
        browser: launched.executable,
        adapter: launched.adapter,
        software: launched.software,
        cycles: blenderVersion() ?? 'skipped: there is no blender',
      };
      const scenes = await scenesFor(quick, where, say);
      const result = await measureScenes(
        { site, launched },
        scenes,
        parts,
        frame,
        quick ? QUICK_THREE : THREE,
        plan,
        options,
      );
      return { ...result, where: { ...where, ...result.where } };
    } finally {
      await launched.browser.close();
    }
  } finally {
    await site.close();
  }
}

function partsOf(only: string | null): ReadonlySet<string> {
  const parts = only?.split(',') ?? [...PARTS];
  const known: readonly string[] = PARTS;
  for (const part of parts) {
    if (!known.includes(part)) throw new RangeError(`no part “${part}”; there are ${PARTS.join(', ')}`);
  }
  return new Set(parts);
}

async function scenesFor(quick: boolean, where: Record<string, string | boolean>, say: (line: string) => void) {
  const scenes = [await dragonScene(SITE)];
  const helmet = quick ? null : await helmetScene(SITE);
  if (helmet) scenes.push(helmet);
  else {
    where['helmet'] = quick ? 'skipped: --quick' : 'skipped: ../shared/data/models is not there';
    say(`helmet ${where['helmet']}`);
  }
  return scenes;
}

async function inNode({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  await orInSoftware();
  const { mkdirSync } = await import('node:fs');
  mkdirSync(SITE, { recursive: true });
  const where: Record<string, string | boolean> = {};
  const scenes = await scenesFor(quick, where, say);
  const { rounds, roundMs } = quick ? QUICK : FULL;
  const { size, spp, images } = flags;
  const run = { size: size ?? (quick ? QUICK_SIZE : SIZE), spp, rounds, roundMs, bounces: BOUNCES, images };
  const result = await measureInNode(scenes, run, say);
  return { ...result, where: { ...where, ...result.where } };
}

async function measureScenes(
  house: House,
  scenes: readonly SceneFiles[],
  parts: ReadonlySet<string>,
  frame: Frame,
  three: readonly PageTracer[],
  plan: Plan,
  { say, flags }: BenchOptions,
): Promise<BenchResult> {
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];
  const where: Record<string, string> = {};
  const trees = new Map<string, Awaited<ReturnType<typeof compareTreesInBrowser>>>();
  for (const scene of scenes) {
    if (parts.has('bvh')) trees.set(scene.name, await compareTreesInBrowser(house.launched, house.site, scene));
    const page = (kind: PageTracer) => () => startInBrowser(house.launched, house.site, kind, scene, frame);
    const wanted: [string, () => Promise<Tracer>][] = [];
    if (parts.has('ours')) wanted.push(['ours', page('ours')]);
    if (parts.has('three')) wanted.push(...three.map((kind): [string, () => Promise<Tracer>] => [kind, page(kind)]));
    if (parts.has('cycles') && blenderVersion()) wanted.push(['cycles', () => startCycles(scene, frame)]);
    const tracers = await startAll(scene.name, wanted, where, say);
    try {
      const measured = await measureAll(tracers, frame, plan, cpus().length, say);
      Object.assign(figures, figuresOf(scene.name, measured));
      Object.assign(samples, samplesOf(scene.name, measured));
      if (measured.length > 0) tables.push(tableOf(scene.name, measured));
      if (flags.images !== null) await writeImages(flags.images, scene.name, tracers, measured, frame, plan, say);
    } finally {
      await Promise.all(tracers.map(({ tracer }) => tracer.close()));
    }
  }
  for (const [scene, found] of trees) Object.assign(figures, treeFiguresOf(scene, found));
  if (trees.size > 0) tables.push(treeTableOf(trees));
  return { figures, where, samples, tables };
}

/** One after the other, so that each has the machine to itself; one that cannot start is left out, and said so. */
async function startAll(
  scene: string,
  wanted: readonly (readonly [string, () => Promise<Tracer>])[],
  where: Record<string, string>,
  say: (line: string) => void,
): Promise<readonly NamedTracer[]> {
  const tracers: NamedTracer[] = [];
  for (const [name, start] of wanted) {
    say(`${scene}: ${name} …`);
    try {
      const tracer = await start();
      tracers.push({ name, tracer });
      const { firstPixelMs, compileMs } = tracer.start;
      say(`  first sample after ${(firstPixelMs / 1000).toFixed(1)} s, compiling ${(compileMs / 1000).toFixed(1)} s`);
    } catch (error) {
      where[`${scene}.${name}`] = `skipped: ${error instanceof Error ? error.message : String(error)}`.slice(0, 300);
      say(`  ${where[`${scene}.${name}`]}`);
    }
  }
  return tracers;
}

/** Whole pictures, of as many samples as a reference's time allows. */
async function writeImages(
  folder: string,
  scene: string,
  tracers: readonly NamedTracer[],
  measured: readonly Measured[],
  frame: Frame,
  plan: Plan,
  say: (line: string) => void,
): Promise<void> {
  for (const { name, tracer } of tracers) {
    const rates = measured.find((one) => one.name === name)?.rates ?? [];
    const fitting = (median(rates) * 1000 * plan.referenceMs) / (frame.width * frame.height);
    const spp = Math.max(1, Math.min(plan.referenceSpp, Math.floor(fitting)));
    say(`Wrote ${writeImage(folder, `${scene}-${name}`, frame, await tracer.picture(spp))}, ${spp} spp`);
  }
}

function samplesOf(scene: string, measured: readonly Measured[]): Record<string, readonly number[]> {
  return Object.fromEntries(
    measured.flatMap(({ name, rates, cpuRates, errors }) => [
      [`${scene}.${name}.millionSamplesPerSecond`, rates],
      [`${scene}.${name}.millionSamplesPerCpuSecond`, cpuRates],
      [`${scene}.${name}.errorSpp`, errors.map(({ spp }) => spp)],
      [`${scene}.${name}.relMse`, errors.map(({ relMse }) => relMse)],
      [`${scene}.${name}.relMseMeasured`, errors.map((error) => error.measured)],
      [`${scene}.${name}.relMseTrimmed`, errors.map(({ trimmed }) => trimmed)],
    ]),
  );
}
