import { expect, test } from '@playwright/test';
import { holdAt, prepareSmallJob, release, untilDone, untilView, withGrid } from './harness.js';

test('two renders share the volunteers fairly; one waits while it is paused, and both end', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard, { width: 96, height: 96 });
    // Results that wait for a look would be counted later than they came.
    await dashboard.getByTestId('verify').selectOption('none');
    await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
    await grid.untilReady(2);
    // What the volunteers compile first would count for whichever job comes first.
    await dashboard.getByTestId('launch').click();
    await untilDone(dashboard);
    // Both begin together, in whichever order they were launched.
    await holdAt(dashboard, 0);
    await dashboard.getByTestId('seed').fill('2');
    await dashboard.getByTestId('launch').click();
    await untilView(dashboard, (view) => view.jobs.length === 1);
    await dashboard.getByTestId('seed').fill('3');
    await dashboard.getByTestId('launch').click();
    const { jobs } = await untilView(dashboard, (view) => view.jobs.length === 2);
    const [first, second] = jobs.map(({ id }) => id);
    const reached = await holdAt(dashboard, 0.5);
    await reached();
    const middle = await grid.view();
    const accepted = middle.jobs.map(({ tasks }) => tasks.accepted);
    const whole = accepted.reduce((sum, count) => sum + count, 0);
    expect(middle.jobs).toHaveLength(2);
    // Tiles of one picture, twice: equal times are about equal numbers.
    for (const count of accepted) {
      expect(count / whole).toBeGreaterThan(0.3);
      expect(count / whole).toBeLessThan(0.7);
    }

    const row = (id: string | undefined) => dashboard.locator(`[data-testid=job-row][data-job="${id}"]`);
    await expect(row(second)).toHaveAttribute('data-shown', 'true');
    await row(first).getByTestId('job-pause').click();
    await expect(row(first)).toHaveAttribute('data-state', 'paused');
    await release(dashboard);
    await untilView(dashboard, (view) => view.job?.id === second && view.job?.state === 'done');
    const [waiting] = (await grid.view()).jobs;
    expect(waiting).toMatchObject({ id: first, state: 'paused' });
    expect(waiting?.share).toBeLessThan(1);

    await row(first).getByTestId('job-resume').click();
    // It ends while the other one is shown, and says so.
    // The one before them has a row too where the page did not see it end before they were launched.
    const ended = dashboard.locator(`[data-testid=ended-row][data-job="${first}"]`);
    await expect(ended).toContainText('Done', { timeout: 120_000 });
    await ended.getByTestId('ended-show').click();
    await untilView(dashboard, (view) => view.job?.id === first && view.job?.state === 'done');
    await expect(ended).toHaveCount(0);
  });
});
