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

const SIZE_PX = 360;
const SPP = 64;
const QUICK_SPP = 4;
const BOUNCES = 8;

const TRACERS: readonly (readonly [kind: PageTracer, label: string])[] = [
  ['ours', 'tabgrid'],
  ['webgl-gltf', 'three-gpu-pathtracer 0.0.26'],
];

interface Place {
  readonly launched: LaunchedBrowser;
  readonly site: Site;
}

/** @throws RangeError for a model that is not there; Error where no browser can be started */
export async function pictures({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  const only = flags.only?.split(',');
  const unknown = only?.filter((name) => PICTURED.every((model) => model.name !== name)) ?? [];
  if (unknown.length > 0)
    throw new RangeError(`no model ${unknown.join(', ')}; there are ${PICTURED.map(({ name }) => name).join(', ')}`);
  const folder = flags.images ?? join(ROOT, 'docs/pictures');
  const spp = flags.spp ?? (quick ? QUICK_SPP : SPP);
  const side = flags.size ?? SIZE_PX;
  const figures: Record<string, number> = { spp, bounces: BOUNCES };
  const site = await startSite();
  try {
    const launched = await launchBrowser({ url: site.page, say });
    try {
      for (const model of PICTURED.filter(({ name }) => !only || only.includes(name))) {
        const scene = await modelScene(model, SITE);
        if (!scene) {
          say(`${model.name}: skipped, ../shared/data/models lacks ${model.file} or the environment map`);
          continue;
        }
        const path = join(folder, `${model.name}.png`);
        const png = await sideBySide({ launched, site }, scene, { side, spp }, say);
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
  { side, spp }: { readonly side: number; readonly spp: number },
  say: (line: string) => void,
) {
  const panels: { label: string; rgba: string }[] = [];
  for (const [kind, label] of TRACERS) {
    say(`${scene.name}: ${label}, ${spp} samples a pixel …`);
    const tracer = await startInBrowser(launched, site, kind, scene, { width: side, height: side, bounces: BOUNCES });
    try {
      const rgba = toneMap(await tracer.picture(spp));
      panels.push({ label: `${label}, ${spp} samples a pixel`, rgba: Buffer.from(rgba).toString('base64') });
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

/** Six bits a channel: the rest would be noise, and half of the file. */
function coarse(rgba: Uint8Array): Uint8Array {
  return Uint8Array.from(rgba, (code) => Math.round(Math.round((code * 63) / 255) * (255 / 63)));
}
