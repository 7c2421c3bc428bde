import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { GridView, JobView } from '@tabgrid/coordinator/api';
import { JobReport } from '@tabgrid/protocol/records';
import type { Page } from 'playwright';
import * as v from 'valibot';
import type { ChaosAction } from './chaos.js';
import { createFaults, type Victims } from './faults.js';
import type { Grid, GridOptions } from './grid.js';
import { press } from './press.js';
import { createProgressBar } from './progress-bar.js';
import type { RenderOptions } from './render-options.js';
import { withVolunteers } from './with-volunteers.js';

/** The dashboard refused or the job failed; the message is the page's own. */
export class RenderError extends Error {
  override name = 'RenderError';
}

export interface RenderOutcome {
  readonly report: JobReport;
  readonly adapter: string;
  readonly software: boolean;
  readonly files: readonly string[];
}

/** Renders as a person would: with the dashboard page, over volunteers' tabs. @throws RenderError */
export async function runRender(
  options: RenderOptions,
  say: (line: string) => void,
  gridOptions: GridOptions = {},
): Promise<RenderOutcome> {
  return await withVolunteers(options, say, gridOptions, {
    setUp: (grid) => setUpScene(grid.dashboard, options),
    async run(grid, tabs) {
      const { adapter, software } = grid.launched;
      const done = await runJob(grid, tabs, options.chaos);
      const report = v.parse(JobReport, {
        ...v.parse(v.looseObject({}), await grid.dashboard.evaluate(() => window.tabgrid.report())),
        chaos: done,
      });
      return { report, adapter, software, files: await saveFiles(grid.dashboard, options, report) };
    },
  });
}

async function setUpScene(page: Page, options: RenderOptions): Promise<void> {
  const { spec } = options;
  if (options.scene.kind === 'builtin') await page.getByTestId('scene-builtin').selectOption(options.scene.name);
  else await page.getByTestId('scene-file').setInputFiles([...options.scene.paths]);
  await sceneReady(page);
  if (options.environment) {
    await page.getByTestId('environment-file').setInputFiles(options.environment);
    await sceneReady(page);
  }
  if (options.time !== null) await setTime(page, options.time);
  for (const field of ['width', 'height', 'spp', 'bounces', 'seed'] as const) {
    await page.getByTestId(field).fill(String(spec[field]));
  }
  await page.getByTestId('aperture').fill(spec.aperture === undefined ? '' : String(spec.aperture));
  await page.getByTestId('focus').fill(spec.focus === undefined ? '' : String(spec.focus));
  await page.getByTestId('noise').fill(spec.noise === undefined ? '' : String(spec.noise));
  await page.getByTestId('clamp').fill(spec.clamp === undefined ? '' : String(spec.clamp));
  await page.getByTestId('denoise').setChecked(spec.denoise ?? false);
  await page.getByTestId('verify').selectOption(spec.verify);
  if (spec.tile !== null) await page.getByTestId('tile').fill(String(spec.tile));
  if (spec.camera !== null) {
    const { scene } = await page.evaluate(() => window.tabgrid.view());
    if (!scene?.cameras.includes(spec.camera)) {
      throw new RenderError(
        `The scene has no camera named ${spec.camera}. It has: ${scene?.cameras.join(', ') || 'none'}.`,
      );
    }
    await page.getByTestId('camera').selectOption(spec.camera);
  }
}

async function setTime(page: Page, time: number): Promise<void> {
  const { scene } = await page.evaluate(() => window.tabgrid.view());
  if (!scene?.animation) throw new RenderError('The scene has no animation: leave --time out.');
  await page.getByTestId('scene-time').fill(String(time));
  await page.getByTestId('scene-time').press('Enter');
  await page.waitForFunction((wanted) => window.tabgrid.view().scene?.time === wanted, time);
  await sceneReady(page);
}

/** Waits until the scene that was asked for is there, or says why not. */
async function sceneReady(page: Page): Promise<void> {
  const error = page.getByTestId('error');
  for (;;) {
    if (await error.isVisible()) throw new RenderError((await error.textContent()) ?? '');
    const view = await page.evaluate(() => window.tabgrid.view());
    if (view.scene && view.preparing === null) return;
    await page.waitForTimeout(50);
  }
}

/** Launches, lets the faults happen, and waits for the end. Returns the faults with the time at which each happened. */
async function runJob(grid: Grid, tabs: Victims, chaos: readonly ChaosAction[]): Promise<JobReport['chaos']> {
  const page = grid.dashboard;
  const faults = createFaults(grid, tabs, chaos);
  await faults.arm();
  await press(page, 'launch');
  const bar = createProgressBar(process.stdout);
  try {
    for (;;) {
      const view = await grid.view();
      const { job } = view;
      const error = page.getByTestId('error');
      if (await error.isVisible()) throw new RenderError((await error.textContent()) ?? '');
      if (job) {
        bar.show(job.share, progressText(job, view));
        if (job.state === 'failed') throw new RenderError(job.notice ?? 'The job failed.');
        if (job.state === 'done') {
          if (job.denoise?.state === 'failed')
            throw new RenderError(job.notice ?? 'The picture could not be denoised.');
          break;
        }
      }
      await faults.step();
    }
  } finally {
    bar.end();
  }
  const happened = faults.happened();
  if (happened.length < chaos.length) {
    throw new RenderError(
      `Only ${happened.length} of ${chaos.length} faults of --chaos happened before the job ended.`,
    );
  }
  return happened;
}

function progressText(job: JobView, view: GridView): string {
  const present = view.volunteers.filter((volunteer) => volunteer.state !== 'gone').length;
  if (job.denoise?.state === 'running')
    return `denoising ${Math.round(100 * job.denoise.share)} %  ${present} volunteers`;
  const eta = job.etaMs === null ? '–' : `${Math.ceil(job.etaMs / 1000)} s`;
  const { noise: goal } = job;
  const met = goal?.met == null ? '' : `noise ≤ ${goal.target} in ${Math.floor(100 * goal.met)} %  `;
  return `${job.tasks.accepted}/${job.tasks.total} tiles  ${met}${Math.round(job.samplesPerSecond).toLocaleString('en')} samples/s  ETA ${eta}  ${present} volunteers`;
}

async function saveFiles(page: Page, options: RenderOptions, report: JobReport): Promise<string[]> {
  const files: string[] = [];
  const save = async (path: string, content: Uint8Array | string) => {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(path, content);
    files.push(path);
  };
  const download = async (button: string, path: string) => {
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, button)]);
    await file.saveAs(resolve(path));
    files.push(path);
  };
  await page.getByTestId('tonemap').selectOption(options.tone.curve);
  await page.getByTestId('exposure').fill(String(options.tone.exposure));
  await download('download-png', options.out);
  if (options.exr) await download('download-exr', options.exr);
  if (options.report) await save(options.report, `${JSON.stringify(report, null, 2)}\n`);
  return files;
}
