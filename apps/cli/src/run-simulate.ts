import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { GridView } from '@tabgrid/coordinator/api';
import type { SimulationView } from '@tabgrid/coordinator/simulation/api';
import { SimulationReport } from '@tabgrid/protocol/records';
import type { Page } from 'playwright';
import * as v from 'valibot';
import type { ChaosAction } from './chaos.js';
import { createStrikes, STEP_MS, type Victims } from './faults.js';
import type { Grid, GridOptions } from './grid.js';
import { press } from './press.js';
import { createProgressBar } from './progress-bar.js';
import type { SimulateOptions } from './simulate-options.js';
import { withVolunteers } from './with-volunteers.js';

/** The dashboard refused or the simulation failed; the message is the page's own. */
export class SimulateError extends Error {
  override name = 'SimulateError';
}

export interface SimulateOutcome {
  readonly report: SimulationReport;
  readonly files: readonly string[];
}

/** Simulates as a person would: with the dashboard page, over volunteers' tabs. @throws SimulateError */
export async function runSimulate(
  options: SimulateOptions,
  say: (line: string) => void,
  gridOptions: GridOptions = {},
): Promise<SimulateOutcome> {
  return await withVolunteers(options, say, gridOptions, {
    setUp: (grid) => setUpWorld(grid.dashboard, options),
    async run(grid, tabs) {
      const chaos = await runToTheEnd(grid, tabs, options.chaos);
      const report = v.parse(SimulationReport, {
        ...v.parse(v.looseObject({}), await grid.dashboard.evaluate(() => window.tabgrid.simulationReport())),
        chaos,
      });
      return { report, files: await saveFiles(grid.dashboard, options, report) };
    },
  });
}

/** Fills in the dashboard's form, as a person would. */
export async function setUpWorld(page: Page, { world, bodies, spec }: SimulateOptions): Promise<void> {
  await page.getByTestId('kind-physics').check();
  if (world.kind === 'builtin') {
    await page.getByTestId('world-builtin').selectOption(world.name);
    await page.getByTestId('bodies').fill(bodies === null ? '' : String(bodies));
  } else {
    await page.getByTestId('world-file').setInputFiles(world.path);
  }
  await page.getByTestId('seconds').fill(String(spec.seconds));
  await page.getByTestId('substeps').fill(String(spec.substeps));
  await page.getByTestId('regions').fill(spec.regions === null ? '' : String(spec.regions));
  await page.getByTestId('margin').fill(String(spec.margin));
  await page.getByTestId('merge').selectOption(spec.merge);
  await page.getByTestId('simulation-verify').selectOption(spec.verify);
  await page.getByTestId('real-time').setChecked(spec.realTime);
}

/** Launches, lets the faults happen, and waits for the end. Returns the faults with the time at which each happened. */
async function runToTheEnd(
  grid: Grid,
  tabs: Victims,
  chaos: readonly ChaosAction[],
): Promise<SimulationReport['chaos']> {
  const { dashboard } = grid;
  const strike = createStrikes(grid, tabs, async () => {});
  const left = [...chaos];
  const happened: SimulationReport['chaos'] = [];
  await press(dashboard, 'simulate');
  const bar = createProgressBar(process.stdout);
  try {
    for (;;) {
      const error = dashboard.getByTestId('error');
      if (await error.isVisible()) throw new SimulateError((await error.textContent()) ?? '');
      const view = await grid.view();
      const { simulation } = view;
      if (simulation) {
        const share = simulation.framesDone / simulation.frames;
        bar.show(share, progressText(simulation, view));
        if (simulation.state === 'failed') throw new SimulateError(simulation.notice ?? 'The simulation failed.');
        if (simulation.state === 'done') break;
        const next = left[0];
        if (next && share >= next.at) {
          left.shift();
          await strike(next);
          happened.push({ ...next, share, atMs: simulation.wallMs });
          continue;
        }
      }
      await setTimeout(left.length > 0 ? STEP_MS / 4 : STEP_MS);
    }
  } finally {
    bar.end();
  }
  if (left.length > 0) {
    throw new SimulateError(`Only ${happened.length} of ${chaos.length} faults of --chaos happened before the end.`);
  }
  return happened;
}

function progressText(simulation: SimulationView, view: GridView): string {
  const present = view.volunteers.filter((volunteer) => volunteer.state !== 'gone').length;
  const { framesDone, frames, framesPerSecond, regions, conflicts } = simulation;
  const apart = conflicts > 0 ? `  ${conflicts} conflicts` : '';
  return `${framesDone}/${frames} frames  ${framesPerSecond.toFixed(1)} frames/s  ${regions} regions${apart}  ${present} volunteers`;
}

async function saveFiles(page: Page, options: SimulateOptions, report: SimulationReport): Promise<string[]> {
  const files: string[] = [];
  const download = async (button: string, path: string) => {
    await mkdir(dirname(resolve(path)), { recursive: true });
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, button)]);
    await file.saveAs(resolve(path));
    files.push(path);
  };
  if (options.out) await download('download-animation', options.out);
  if (options.trajectory) {
    const form = /\.json$/i.test(options.trajectory) ? 'json' : 'binary';
    await download(`download-trajectory-${form}`, options.trajectory);
  }
  if (options.report) {
    await mkdir(dirname(resolve(options.report)), { recursive: true });
    await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
    files.push(options.report);
  }
  return files;
}
