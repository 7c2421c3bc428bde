import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@tabgrid/assets/png';
import { toneMap } from '@tabgrid/assets/tonemap';
import type { PageTracer } from '@tabgrid/bench-page/pathtrace/main';
import { type LaunchedBrowser, launchBrowser } from '@tabgrid/cli/browser';
import { ROOT } from '@tabgrid/cli/build';
import type { BenchOptions } from './options.js';
import { openPage, startInBrowser } from './pathtrace/browser-tracers.js';
import type { SceneFiles } from './pathtrace/scenes.js';
import { SITE, type Site, startSite } from './pathtrace/site.js';
import { modelScene, PICTURED } from './pictures/models.js';
import type { BenchResult } from './result.js';

/**
 * Real models by our path tracer and by three-gpu-pathtracer's on WebGL, which knows most of glTF's materials, side by side: each reads
 * the file by itself; camera, environment map, bounces, samples and tone curve are the same. docs/PICTURES.md shows them.
 */

const SIZE_PX = 380;
const SPP = 128;
const QUICK_SPP = 4;
const BOUNCES = 8;

/** Names for `--only`, and what stands over their pictures. The last one is slow, and only drawn when it is named. */
const TRACERS: readonly { readonly kind: PageTracer; readonly label: string; readonly always: boolean }[] = [
  { kind: 'ours', label: 'tabgrid', always: true },
  { kind: 'webgl', label: 'three-gpu-pathtracer (WebGL)', always: true },
  { kind: 'wavefront', label: 'three-gpu-pathtracer (WebGPU)', always: false },
];

interface Place {
  readonly launched: LaunchedBrowser;
  readonly site: Site;
}

/** @throws RangeError for a model that is not there; Error where no browser can be started */
export async function pictures({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  const names = flags.only?.split(',') ?? [];
  const known = [...PICTURED.map(({ name }) => name), ...TRACERS.map(({ kind }) => kind)];
  const unknown = names.filter((name) => known.every((one) => one !== name));
  if (unknown.length > 0)
    throw new RangeError(`no model or tracer ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const models = PICTURED.some(({ name }) => names.includes(name))
    ? PICTURED.filter(({ name }) => names.includes(name))
    : PICTURED;
  const tracers = TRACERS.filter(({ kind, always }) => always || names.includes(kind));
  const folder = flags.images ?? join(ROOT, 'docs/pictures');
  const spp = flags.spp ?? (quick ? QUICK_SPP : SPP);
  const side = flags.size ?? SIZE_PX;
  const figures: Record<string, number> = { spp, bounces: BOUNCES };
  const site = await startSite();
  try {
    const launched = await launchBrowser({ url: site.page, say });
    try {
      for (const model of models) {
        const scene = await modelScene(model, SITE);
        if (!scene) {
          say(`${model.name}: skipped, ../shared/data/models lacks ${model.file} or the environment map`);
          continue;
        }
        const path = join(folder, `${model.name}.png`);
        const png = await sideBySide({ launched, site }, scene, { side, spp, tracers }, say);
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, png);
        figures[`${model.name}.bytes`] = png.byteLength;
        say(`Wrote ${path}`);
      }
      const { executable: browser, adapter, software } = launched;
      return { figures, where: { browser, adapter, software }, samples: {} };
    } finally {
      await launched.browser.close();
    }
  } finally {
    await site.close();
  }
}

/** @returns a PNG */
async function sideBySide(
  { launched, site }: Place,
  scene: SceneFiles,
  { side, spp, tracers }: { readonly side: number; readonly spp: number; readonly tracers: typeof TRACERS },
  say: (line: string) => void,
) {
  const panels: { label: string; rgba: string }[] = [];
  for (const { kind, label } of tracers) {
    say(`${scene.name}: ${label}, ${spp} samples a pixel …`);
    const tracer = await startInBrowser(launched, site, kind, scene, { width: side, height: side, bounces: BOUNCES });
    try {
      const rgba = toneMap(await tracer.picture(spp));
      panels.push({ label: `${label}, ${spp} samples`, rgba: Buffer.from(rgba).toString('base64') });
    } finally {
      await tracer.close();
    }
  }
  const page = await openPage(launched, site);
  try {
    const sheet = await page.evaluate(([all, px]) => window.pathtraceBench.drawSheet(all, px, px), [
      panels,
      side,
    ] as const);
    return encodePng(sheet.width, sheet.height, coarse(Buffer.from(sheet.rgba, 'base64')));
  } finally {
    await page.close();
  }
}

/** Steps of red, green, blue and alpha: what is finer would be noise, and a good part of the file. */
const STEPS = [8, 4, 8, 1] as const;

function coarse(rgba: Uint8Array): Uint8Array {
  return Uint8Array.from(rgba, (code, i) => {
    const step = STEPS[i % 4] ?? 1;
    return Math.min(255, Math.round(code / step) * step);
  });
}
