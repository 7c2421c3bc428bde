import { existsSync } from 'node:fs';
import { startGrid } from '@tabgrid/cli/grid';
import { press } from '@tabgrid/cli/press';
import type { JobReport } from '@tabgrid/protocol/records';
import { chooseCut } from '@tabgrid/splitters/render/cut';
import { nextRun } from '@tabgrid/splitters/render/samples';
import type { Page } from 'playwright';
import { renderOnce } from '../render-once.js';
import { median } from '../result.js';
import { HELMET } from './scenes.js';

/** Real tabs that lend unequal shares of the GPU: the same picture in even tiles and in tiles of equal cost, in turn. */

/** Percent of GPU time that each tab lends. */
const INTENSITIES = [100, 70, 40, 20] as const;
const SPEC = { width: 480, height: 300, spp: 16, bounces: 5 } as const;

export interface RealRuns {
  readonly figures: Record<string, number>;
  readonly samples: Record<string, readonly number[]>;
  readonly where: Record<string, string | boolean>;
}

/** @param shots folder for pictures of the dashboard with what can be laid over it; null for none */
export async function realRuns(pairs: number, say: (line: string) => void, shots: string | null): Promise<RealRuns> {
  const even = chooseCut(
    { ...SPEC, run: nextRun([], SPEC.spp), tile: null, unitsASample: 1 + SPEC.bounces },
    { volunteers: INTENSITIES.length, unitsPerSecond: null },
  ).side;
  const house = await startGrid({ say });
  try {
    const { dashboard } = house;
    if (existsSync(HELMET)) await dashboard.getByTestId('scene-file').setInputFiles(HELMET);
    else await dashboard.getByTestId('scene-builtin').selectOption('spheres');
    await dashboard.waitForFunction(
      () => window.tabgrid.view().scene !== null && window.tabgrid.view().preparing === null,
      null,
      { timeout: 120_000, polling: 200 },
    );
    // What would learn from one run would help the next.
    await press(dashboard, 'learning-toggle');
    await press(dashboard, 'learning-off');
    for (const [i, intensity] of INTENSITIES.entries()) {
      await house.addVolunteer({ intensity });
      await house.untilReady(i + 1);
    }
    const run = async (tile: number | null, seed: number) => {
      for (const [field, value] of Object.entries({ ...SPEC, seed, tile: tile ?? '' })) {
        await dashboard.getByTestId(field).fill(String(value));
      }
      return await renderOnce(dashboard);
    };
    const samples = {
      evenMs: [] as number[],
      costsMs: [] as number[],
      evenTiles: [] as number[],
      costsTiles: [] as number[],
    };
    for (let pair = 0; pair <= pairs; pair++) {
      const one = await run(even, pair + 1);
      const other = await run(null, pair + 1);
      if (one.filmSha256 !== other.filmSha256) throw new Error('the two cuts gave different pictures');
      if (shots !== null && pair === 0) await shoot(dashboard, shots);
      say(`pair ${pair}: even ${seconds(one)} in ${one.tiles} tiles, equal cost ${seconds(other)} in ${other.tiles}`);
      // The first pair compiles.
      if (pair === 0) continue;
      samples.evenMs.push(one.wallMs);
      samples.costsMs.push(other.wallMs);
      samples.evenTiles.push(one.tiles);
      samples.costsTiles.push(other.tiles);
    }
    const { executable, adapter, software } = house.launched;
    return {
      figures: {
        'real.makespanOverEven': median(samples.costsMs.map((ms, i) => ms / (samples.evenMs[i] ?? Number.NaN))),
        'real.evenSeconds': median(samples.evenMs) / 1000,
        'real.costsSeconds': median(samples.costsMs) / 1000,
      },
      samples,
      where: { browser: executable, adapter, software },
    };
  } finally {
    await house.close();
  }
}

const seconds = ({ wallMs }: JobReport): string => `${(wallMs / 1000).toFixed(1)} s`;

/** The finished picture, with its tiles and its costs laid over it. */
async function shoot(dashboard: Page, folder: string): Promise<void> {
  for (const name of ['tiles', 'cost'] as const) {
    await dashboard.getByTestId(`overlay-${name}`).click();
    await dashboard.waitForTimeout(1500);
    await dashboard.screenshot({ path: `${folder}/overlay-${name}.png` });
    await dashboard.getByTestId(`overlay-${name}`).click();
  }
}
