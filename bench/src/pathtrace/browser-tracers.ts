import { basename } from 'node:path';
import type { PageTracer, SceneAddress } from '@tabgrid/bench-page/pathtrace/main';
import type { Frame, Tracer } from '@tabgrid/bench-page/pathtrace/tracer';
import type { LaunchedBrowser } from '@tabgrid/cli/browser';
import type { Page } from 'playwright';
import type { SceneFiles } from './scenes.js';
import type { Site } from './site.js';

/** Tracers in a browser, each in a page of its own; the pages of those that are not measured do nothing. */

const DEADLINE_MS = 600_000;

function addressOf({ glb, hdr, camera, lamp, pose, reader }: SceneFiles): SceneAddress {
  return {
    glb: `/${basename(glb)}`,
    hdr: hdr && `/${basename(hdr)}`,
    camera,
    lamp,
    pose: pose ?? null,
    reader: reader ?? 'ours',
  };
}

export async function openPage({ browser }: LaunchedBrowser, site: Site): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(site.page);
  await page.waitForFunction(() => 'pathtraceBench' in window);
  return page;
}

/** @throws Error when it cannot start, or takes more than ten minutes */
export async function startInBrowser(
  launched: LaunchedBrowser,
  site: Site,
  kind: PageTracer,
  scene: SceneFiles,
  frame: Frame,
): Promise<Tracer> {
  const page = await openPage(launched, site);
  try {
    const start = await within(
      page.evaluate(([name, address, wanted]) => window.pathtraceBench.start(name, address, wanted), [
        kind,
        addressOf(scene),
        frame,
      ] as const),
    );
    return {
      start,
      measure: (budgetMs) => within(page.evaluate((ms) => window.pathtraceBench.measure(ms), budgetMs)),
      async picture(spp) {
        const bytes = Buffer.from(await within(page.evaluate((n) => window.pathtraceBench.picture(n), spp)), 'base64');
        return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      },
      resize: (width, height) =>
        within(page.evaluate(([w, h]) => window.pathtraceBench.resize(w, h), [width, height] as const)),
      close: () => page.close(),
    };
  } catch (error) {
    await page.close();
    throw error;
  }
}

/** The comparison of trees, in a page too: that is where trees are built. */
export async function compareTreesInBrowser(launched: LaunchedBrowser, site: Site, scene: SceneFiles) {
  const page = await openPage(launched, site);
  try {
    return await within(page.evaluate((address) => window.pathtraceBench.compareTrees(address), addressOf(scene)));
  } finally {
    await page.close();
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS / 60_000} minutes`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
