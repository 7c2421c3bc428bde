import { cpus } from 'node:os';
import type { PageTracer } from '@tabgrid/bench-page/pathtrace/main';
import type { Frame, Tracer } from '@tabgrid/bench-page/pathtrace/tracer';
import { type LaunchedBrowser, launchBrowser } from '@tabgrid/cli/browser';
import { type BenchResult, median, type Table } from '../result.js';
import { compareTreesInBrowser, startInBrowser } from './browser-tracers.js';
import { blenderVersion, startCycles } from './cycles.js';
import { writeImage } from './images.js';
import { type Measured, measureAll, type NamedTracer, type Plan } from './measure.js';
import { figuresOf, tableOf } from './report.js';
import { scenesFor } from './scenes.js';
import { SITE, type Site, startSite } from './site.js';
import { treeFiguresOf, treeTableOf } from './trees.js';

/** All tracers in one browser, and Cycles beside it, scene after scene. */

export interface BrowserRun {
  /** Names. */
  readonly scenes: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
  /** Which of three-gpu-pathtracer's. */
  readonly three: readonly PageTracer[];
  readonly frame: Frame;
  readonly plan: Plan;
  /** Folder for pictures. */
  readonly images: string | null;
}

interface House {
  readonly site: Site;
  readonly launched: LaunchedBrowser;
}

/** @throws Error where the page cannot be built or no browser can be started */
export async function measureInBrowser(run: BrowserRun, say: (line: string) => void): Promise<BenchResult> {
  say('Building the tracers’ page …');
  const site = await startSite();
  try {
    const launched = await launchBrowser({ url: site.page, say });
    try {
      const { executable: browser, adapter, software } = launched;
      const cycles = blenderVersion() ?? 'skipped: there is no blender';
      const result = await measureScenes({ site, launched }, run, say);
      return { ...result, where: { browser, adapter, software, cycles, ...result.where } };
    } finally {
      await launched.browser.close();
    }
  } finally {
    await site.close();
  }
}

async function measureScenes(
  { site, launched }: House,
  { parts, three, frame, plan, images, ...run }: BrowserRun,
  say: (line: string) => void,
): Promise<BenchResult> {
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];
  const { scenes, where } = await scenesFor(run.scenes, SITE, say);
  const trees = new Map<string, Awaited<ReturnType<typeof compareTreesInBrowser>>>();
  for (const scene of scenes) {
    if (parts.has('bvh')) trees.set(scene.name, await compareTreesInBrowser(launched, site, scene));
    const page = (kind: PageTracer) => () => startInBrowser(launched, site, kind, scene, frame);
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
      if (images !== null) await writeImages(images, scene.name, tracers, measured, frame, plan, say);
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
