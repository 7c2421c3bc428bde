import { expect, test } from '@playwright/test';
import { holdAt, prepareSmallJob, release, render, SMALL, untilDone, untilView, withGrid } from './harness.js';

/** What may die in mid-job, and what comes out all the same: the film of a lone, undisturbed volunteer. */
let alone: string;

test.beforeAll(async () => {
  const { report } = await render([...SMALL, '--volunteers', '1']);
  alone = report.filmSha256;
});

for (const share of [0.3, 0.9]) {
  test(`the dashboard reloaded at ${100 * share} % goes on with its job`, async () => {
    const { report } = await render([...SMALL, '--volunteers', '2', '--chaos', `reload@${share}`]);
    expect(report.filmSha256).toBe(alone);
    expect(report.chaos).toMatchObject([{ kind: 'reload', count: 0, at: share }]);
    expect(report.tiles).toBe(16);
  });
}

test('faults follow each other through a reload', async () => {
  const { report } = await render([...SMALL, '--volunteers', '3', '--chaos', 'kill=1@0.2,reload@0.4,kill=1@0.7']);
  expect(report.filmSha256).toBe(alone);
  expect(report.chaos.map(({ kind }) => kind)).toEqual(['kill', 'reload', 'kill']);
});

test('a dashboard that crashes goes on in a new tab', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard);
    await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
    await grid.untilReady(2);
    const reached = await holdAt(dashboard, 0.5);
    await dashboard.getByTestId('launch').click();
    await reached();
    const crashed = dashboard.waitForEvent('crash');
    const session = await dashboard.context().newCDPSession(dashboard);
    session.send('Page.crash').catch(() => {});
    await crashed;
    const next = await dashboard.context().newPage();
    await next.goto(grid.url);
    await next.getByTestId('take-up').click();
    const report = await untilDone(next);
    expect(report.filmSha256).toBe(alone);
  });
});

test('direct links do without the server, and a new one finds everybody again', async () => {
  await withGrid({ mortalServer: true }, async (grid) => {
    const { dashboard, server } = grid;
    await prepareSmallJob(dashboard);
    await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
    await grid.untilReady(2);
    const before = (await grid.view()).volunteers;
    test.skip(
      before.some(({ path }) => path !== 'direct'),
      'this machine has no network over which browsers link directly',
    );
    const reached = await holdAt(dashboard, 0.4);
    await dashboard.getByTestId('launch').click();
    await reached();
    await server?.kill();
    await untilView(dashboard, (view) => view.signaling !== 'online');
    await release(dashboard);
    const report = await untilDone(dashboard);
    expect(report.filmSha256).toBe(alone);
    await server?.start();
    const after = await untilView(dashboard, (view) => view.signaling === 'online');
    expect(after.volunteers.map(({ id, state }) => [id, state])).toEqual(before.map(({ id }) => [id, 'ready']));
  });
});

test('relayed links come back with the server', async () => {
  const { report } = await render([...SMALL, '--volunteers', '2', '--relay-only', '--chaos', 'signaling@0.5']);
  expect(report.filmSha256).toBe(alone);
  expect(report.chaos).toMatchObject([{ kind: 'signaling', count: 0, at: 0.5 }]);
  expect(report.volunteers.map((row) => row.path)).toEqual(['relay', 'relay']);
});

test('two of four tabs killed cost attempts, not bits', async () => {
  const { report } = await render([...SMALL, '--volunteers', '4', '--chaos', 'kill=2@0.3']);
  expect(report.filmSha256).toBe(alone);
  expect(report.volunteers.map((row) => row.state).sort()).toEqual(['gone', 'gone', 'ready', 'ready']);
});

test('what was cut off can be left as it is, or gone on with', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard);
    await grid.addVolunteer();
    await grid.untilReady(1);
    const reached = await holdAt(dashboard, 0.3);
    await dashboard.getByTestId('launch').click();
    await dashboard.getByTestId('seed').fill('2');
    await dashboard.getByTestId('launch').click();
    await reached();
    await dashboard.reload();
    const rows = dashboard.getByTestId('unfinished-row');
    await expect(rows).toHaveCount(2);
    await rows.first().getByTestId('give-up').click();
    await expect(rows).toHaveCount(1);
    await expect(dashboard.getByTestId('past-jobs')).toContainText('1');
    await rows.first().getByTestId('take-up').click();
    await expect(rows).toHaveCount(0);
    await untilDone(dashboard);
  });
});
