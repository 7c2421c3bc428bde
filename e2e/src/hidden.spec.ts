import { expect, test } from '@playwright/test';
import { prepareSmallJob, untilDone, withGrid } from './harness.js';

test('with the peer tab and the dashboard both in the background, the job finishes', async () => {
  await withGrid({ hideable: true }, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard);
    const peer = await grid.addVolunteer();
    await grid.untilReady(1);
    const held = await dashboard.evaluateHandle(() => ({ reached: window.tabgrid.hold.at(0.2) }));
    await dashboard.bringToFront();
    await dashboard.getByTestId('launch').click();
    await held.evaluate((hold) => hold.reached);
    const front = await dashboard.context().newPage();
    await front.bringToFront();
    for (const page of [dashboard, peer]) {
      await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
    }
    await dashboard.evaluate(() => window.tabgrid.hold.release());
    const report = await untilDone(dashboard);
    for (const page of [dashboard, peer]) expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    expect(report.volunteers.find((row) => row.tiles > 0)?.tiles).toBe(16);
  });
});
