import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { startLying } from '@tabgrid/cli/liar/tab';
import { press } from '@tabgrid/cli/press';
import { runSimulate, setUpWorld } from '@tabgrid/cli/run-simulate';
import { parseSimulateOptions } from '@tabgrid/cli/simulate-options';
import { SimulationReport } from '@tabgrid/protocol/records';
import * as v from 'valibot';
import { scratch, untilView, withGrid } from './harness.js';

/** Worlds over volunteers' tabs: the same bits whatever dies on the way, or lies. */

const WORLD = 'clouds --bodies 200 --seconds 0.4 --margin 0';

let alone: SimulationReport;

function optionsOf(line: string) {
  const options = parseSimulateOptions(line.split(' '));
  if (!options) throw new Error('no options');
  return options;
}

async function simulate(line: string) {
  const { report } = await runSimulate(optionsOf(line), () => {});
  return report;
}

test.beforeAll(async () => {
  alone = await simulate(`${WORLD} --volunteers 1 --regions 1 --verify none`);
});

test('a world over two volunteers of whom one is killed half way is that of one volunteer', async () => {
  test.setTimeout(300_000);
  const killed = await simulate(`${WORLD} --volunteers 2 --regions 3 --verify none --chaos kill=1@0.5`);
  expect(killed.stateSha256).toBe(alone.stateSha256);
  expect(alone).toMatchObject({ state: 'done', bodies: 200, frames: 24, regions: 1, momentumDrift: 0, conflicts: 0 });
  expect(killed).toMatchObject({ state: 'done', frames: 24, regions: 3, momentumDrift: 0, conflicts: 0 });
  expect(killed.ghostShare).toBeGreaterThan(0);
  expect(killed.volunteers).toHaveLength(2);
});

test('a dashboard that is reloaded half way goes on with its world, over two volunteers, and ends as one volunteer does', async () => {
  test.setTimeout(300_000);
  const world = 'clouds --bodies 200 --seconds 1 --margin 0 --verify none';
  const alone = await simulate(`${world} --volunteers 1 --regions 1`);
  const reloaded = await simulate(`${world} --volunteers 2 --regions 3 --chaos reload@0.5`);
  expect(reloaded.stateSha256).toBe(alone.stateSha256);
  expect(reloaded).toMatchObject({ state: 'done', bodies: 200, frames: 60, momentumDrift: 0, conflicts: 0 });
  expect(reloaded.chaos).toMatchObject([{ kind: 'reload', count: 0, at: 0.5 }]);
  expect(reloaded.volunteers).toHaveLength(2);
});

test('a tab that begins to lie about a world is found, shown, and the world is the same', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    const liar = await grid.addVolunteer({ liar: true });
    await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
    await grid.untilReady(3);
    await setUpWorld(dashboard, optionsOf(`${WORLD} --volunteers 3 --regions 3`));
    await press(dashboard, 'simulate');
    await untilView(dashboard, ({ simulation }) => (simulation?.framesDone ?? 0) > 0);
    await startLying(liar);
    await untilView(dashboard, ({ simulation }) => simulation?.state === 'done');
    const report = v.parse(SimulationReport, await dashboard.evaluate(() => window.tabgrid.simulationReport()));
    expect(report).toMatchObject({ stateSha256: alone.stateSha256, frames: 24, momentumDrift: 0, verify: 'spot' });
    const excluded = dashboard.locator('[data-testid=volunteer-row][data-state=quarantined]');
    await expect(excluded).toHaveCount(1);
    await expect(excluded).toContainText(/Excluded for .+: ./);
  });
});

test('bodies that two regions simulated follow the mean, and no momentum is lost', async () => {
  // Boxes that stand on each other on both sides of the seam, and less of them across it than can be felt within a window.
  const path = join(scratch, 'mean.json');
  const world = 'pyramid --bodies 60 --seconds 0.25 --margin 0 --merge average';
  const mean = await simulate(`${world} --volunteers 2 --regions 2 --verify none --trajectory ${path}`);
  expect(mean).toMatchObject({ state: 'done', merge: 'average', frames: 15, regions: 2, momentumDrift: 0 });
  expect(mean.conflicts).toBeGreaterThan(0);
  expect(mean.volunteers).toHaveLength(2);
  const { frames } = v.parse(v.looseObject({ frames: v.array(v.unknown()) }), JSON.parse(readFileSync(path, 'utf8')));
  expect(frames).toHaveLength(16);
});
