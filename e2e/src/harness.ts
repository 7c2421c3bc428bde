import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { type Grid, type GridOptions, startGrid } from '@tabgrid/cli/grid';
import { parseRenderOptions } from '@tabgrid/cli/render-options';
import { type RenderOutcome, runRender } from '@tabgrid/cli/run-render';
import type { GridView } from '@tabgrid/coordinator/api';
import { JobReport } from '@tabgrid/protocol/records';
import * as v from 'valibot';

/** A folder of this run's own, for files that a test writes. */
export const scratch = mkdtempSync(join(tmpdir(), 'tabgrid-e2e-'));

/** A small picture that still has several tiles a volunteer: enough to lose some in mid-job. */
export const SMALL = ['cornell', '--width', '64', '--height', '64', '--spp', '16', '--bounces', '3', '--tile', '16'];

/** `npm run render -- …argv` in this process. */
export async function render(argv: readonly string[]): Promise<RenderOutcome> {
  const options = parseRenderOptions([...argv, '--out', join(scratch, 'picture.png')]);
  if (!options) throw new Error('a render command, not --help');
  return await runRender(options, () => {}, { softwareOnly: true });
}

/** A grid that is gone again when the test is over, whatever happens. */
export async function withGrid(options: GridOptions, use: (grid: Grid) => Promise<void>): Promise<void> {
  const grid = await startGrid({ softwareOnly: true, ...options });
  try {
    await use(grid);
  } finally {
    await grid.close();
  }
}

/** Fills in the form of a small job, as a person would, without launching it. */
export async function prepareSmallJob(dashboard: Page, fields: Record<string, number> = {}): Promise<void> {
  await dashboard.getByTestId('scene-builtin').selectOption('cornell');
  await untilView(dashboard, (view) => view.scene !== null && view.preparing === null);
  for (const [field, value] of Object.entries({
    width: 64,
    height: 64,
    spp: 16,
    bounces: 3,
    seed: 1,
    tile: 16,
    ...fields,
  })) {
    await dashboard.getByTestId(field).fill(String(value));
  }
}

/**
 * Holds assignments at a share; a hold before ends in the same turn. Returns a wait until the share is reached: the promise
 * itself lives in the page.
 */
export async function holdAt(dashboard: Page, share: number): Promise<() => Promise<void>> {
  const hold = await dashboard.evaluateHandle((at) => ({ reached: window.tabgrid.hold.at(at) }), share);
  return async () => await hold.evaluate((made) => made.reached);
}

export async function release(dashboard: Page): Promise<void> {
  await dashboard.evaluate(() => window.tabgrid.hold.release());
}

export async function untilView(
  dashboard: Page,
  holds: (view: GridView) => boolean,
  limitMs = 120_000,
): Promise<GridView> {
  let last: GridView | null = null;
  await expect
    .poll(
      async () => {
        last = await dashboard.evaluate(() => window.tabgrid.view());
        return holds(last);
      },
      { timeout: limitMs, intervals: [100] },
    )
    .toBe(true);
  if (!last) throw new Error('no view was read');
  return last;
}

export async function untilDone(dashboard: Page): Promise<JobReport> {
  await untilView(dashboard, (view) => view.job?.state === 'done');
  return v.parse(JobReport, await dashboard.evaluate(() => window.tabgrid.report()));
}
