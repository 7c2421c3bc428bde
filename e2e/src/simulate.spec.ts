import { expect, test } from '@playwright/test';
import { runSimulate } from '@tabgrid/cli/run-simulate';
import { parseSimulateOptions } from '@tabgrid/cli/simulate-options';

/** Worlds over volunteers' tabs: the same bits whatever dies on the way. */

async function simulate(line: string) {
  const options = parseSimulateOptions(line.split(' '));
  if (!options) throw new Error('no options');
  const { report } = await runSimulate(options, () => {});
  return report;
}

test('a world over two volunteers of whom one is killed half way is that of one volunteer', async () => {
  test.setTimeout(300_000);
  const world = 'clouds --bodies 200 --seconds 0.4 --margin 0';
  const alone = await simulate(`${world} --volunteers 1 --regions 1 --verify none`);
  const killed = await simulate(`${world} --volunteers 2 --regions 3 --verify none --chaos kill=1@0.5`);
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
