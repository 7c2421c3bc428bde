import { startGrid } from '@tabgrid/cli/grid';
import { renderOnce } from './render-once.js';
import { type BenchResult, median } from './result.js';

/** One sample block a tile, so that both sides have one task a tile; at least 30 s of kernel on a software adapter. */
const SPEC = { scene: 'bunny', spp: 16, block: 16, bounces: 5, seed: 1, tile: 64 } as const;

/**
 * The same picture by the bare kernel in one tab's Worker and by the whole grid with one volunteer's tab: warm pipelines, the
 * same tiles and slices, from the first submission to the last merge. Pairs are interleaved, so that a slow spell of the
 * machine meets both.
 */
export async function grid({ quick, say }: { readonly quick: boolean; say(line: string): void }): Promise<BenchResult> {
  const spec = { ...SPEC, width: quick ? 192 : 640, height: quick ? 128 : 320 };
  const pairs = quick ? 2 : 5;
  const house = await startGrid({ bench: true, say });
  try {
    const { dashboard } = house;
    const context = await house.launched.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${house.url}/bench/`);
    await page.waitForFunction(() => 'benchPage' in window);
    const bare = await page.evaluateHandle((wanted) => window.benchPage.createBareRenderer(wanted), spec);
    await dashboard.getByTestId('scene-builtin').selectOption(spec.scene);
    await dashboard.waitForFunction(
      () => window.tabgrid.view().scene !== null && window.tabgrid.view().preparing === null,
    );
    for (const field of ['width', 'height', 'spp', 'bounces', 'seed', 'tile'] as const) {
      await dashboard.getByTestId(field).fill(String(spec[field]));
    }
    await house.addVolunteer();
    await house.untilReady(1);

    const samples = {
      bareWallMs: [] as number[],
      bareKernelMs: [] as number[],
      gridWallMs: [] as number[],
      gridKernelMs: [] as number[],
    };
    for (let pair = 0; pair <= pairs; pair++) {
      const alone = await bare.evaluate((render) => render());
      const shared = await renderOnce(dashboard);
      // The first pair compiles pipelines, uploads the scene and finds the slices.
      if (pair === 0) continue;
      samples.bareWallMs.push(alone.wallMs);
      samples.bareKernelMs.push(alone.kernelMs);
      samples.gridWallMs.push(shared.wallMs);
      samples.gridKernelMs.push(shared.kernelMs);
      say(`pair ${pair}: bare ${(alone.wallMs / 1000).toFixed(1)} s, grid ${(shared.wallMs / 1000).toFixed(1)} s`);
    }
    const ratios = samples.gridWallMs.map((wall, i) => wall / (samples.bareWallMs[i] ?? Number.NaN));
    const idle = samples.gridWallMs.map((wall, i) => 1 - (samples.gridKernelMs[i] ?? 0) / wall);
    const cameraSamples = spec.width * spec.height * spec.spp;
    return {
      figures: {
        gridOverBareWall: median(ratios),
        volunteerIdleShare: median(idle),
        bareIdleShare: median(samples.bareWallMs.map((wall, i) => 1 - (samples.bareKernelMs[i] ?? 0) / wall)),
        bareSamplesPerSecond: cameraSamples / (median(samples.bareWallMs) / 1000),
        gridSamplesPerSecond: cameraSamples / (median(samples.gridWallMs) / 1000),
        kernelSeconds: median(samples.gridKernelMs) / 1000,
      },
      where: { browser: house.launched.executable, adapter: house.launched.adapter, software: house.launched.software },
      samples,
    };
  } finally {
    await house.close();
  }
}
