import { expect, type Page, test } from '@playwright/test';
import type { Grid } from '@tabgrid/cli/grid';
import { startLying } from '@tabgrid/cli/liar/tab';
import type { JobReport } from '@tabgrid/protocol/records';
import { holdAt, prepareSmallJob, release, render, SMALL, untilDone, withGrid } from './harness.js';

/** More tiles than lie in volunteers' queues: there is still work to lie about when a liar begins in mid-job. */
const MORE = [...SMALL, '--width', '96', '--height', '96'];

/** One result in three of somebody who was right before is looked at: of so many, a liar gets away with all once in a thousand times. */
const MANY = { width: 128, height: 128 };
const SPOT = [...SMALL, '--width', '128', '--height', '128'];

let alone: string;
let aloneLarge: string;

/** Renders what the form says with three tabs, one of which begins to lie when a fifth is there. */
async function renderWithLiar(grid: Grid): Promise<JobReport> {
  const { dashboard } = grid;
  const liar = await grid.addVolunteer({ liar: true });
  await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
  await grid.untilReady(3);
  const reached = await holdAt(dashboard, 0.2);
  await dashboard.getByTestId('launch').click();
  await reached();
  await startLying(liar);
  await release(dashboard);
  return await untilDone(dashboard);
}

/** The liar is excluded, and the page says so. */
async function expectShown(dashboard: Page): Promise<void> {
  const excluded = dashboard.locator('[data-testid=volunteer-row][data-state=quarantined]');
  await expect(excluded).toHaveCount(1);
  await expect(excluded).toContainText(/Excluded for .+: ./);
  await expect(dashboard.getByTestId('work-wrong')).toContainText('found wrong');
}

test.beforeAll(async () => {
  const { report } = await render([...MORE, '--volunteers', '1']);
  alone = report.filmSha256;
  aloneLarge = (await render([...SPOT, '--volunteers', '1'])).report.filmSha256;
});

test('a tab that begins to lie is found, shown, and its tiles are done again', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard, { width: 96, height: 96 });
    await dashboard.getByTestId('verify').selectOption('replicate');
    const report = await renderWithLiar(grid);
    expect(report.filmSha256).toBe(alone);
    expect(report.rejected).toBeGreaterThan(0);
    await expectShown(dashboard);
  });
});

test('a tab that begins to lie is found by spot checks, and the picture is the same', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard, MANY);
    await expect(dashboard.getByTestId('verify')).toHaveValue('spot');
    const report = await renderWithLiar(grid);
    expect(report.filmSha256).toBe(aloneLarge);
    expect(report).toMatchObject({ verify: 'spot', unseen: 0 });
    expect(report.rejected).toBeGreaterThan(0);
    expect(report.probes).toBeGreaterThan(0);
    await expectShown(dashboard);
  });
});

test('the same from the shell', async () => {
  const { report } = await render([...MORE, ...['--volunteers', '3', '--verify', 'replicate', '--chaos', 'lie=1@0.2']]);
  expect(report.filmSha256).toBe(alone);
  expect(report.chaos).toMatchObject([{ kind: 'lie', count: 1, at: 0.2 }]);
  expect(report.rejected).toBeGreaterThan(0);
});

test('spot checks from the shell, which nobody has to ask for', async () => {
  const { report } = await render([...SPOT, '--volunteers', '3', '--chaos', 'lie=1@0.2']);
  expect(report.filmSha256).toBe(aloneLarge);
  expect(report).toMatchObject({ verify: 'spot', unseen: 0 });
  expect(report.rejected).toBeGreaterThan(0);
});

test('honest tabs’ spot checks accuse nobody and cost no whole tile', async () => {
  const { report } = await render([...MORE, '--volunteers', '2', '--verify', 'spot']);
  expect(report.filmSha256).toBe(alone);
  expect(report).toMatchObject({ rejected: 0, retracted: 0, replicas: 0, unseen: 0 });
  expect(report.probes).toBeGreaterThan(0);
});

test('honest tabs agree, and nobody is accused', async () => {
  const { report } = await render([...MORE, '--volunteers', '2', '--verify', 'replicate']);
  expect(report.filmSha256).toBe(alone);
  expect(report).toMatchObject({ rejected: 0, retracted: 0, verify: 'replicate' });
  expect(report.replicas).toBeGreaterThan(0);
});
