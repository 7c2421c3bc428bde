import { expect, test } from '@playwright/test';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import { prepareSmallJob, untilDone, untilView, withGrid } from './harness.js';

test('a volunteer that joins late gets work', async () => {
  await withGrid({}, async (grid) => {
    // Work for some seconds: the late one has a scene to fetch and a kernel to compile first.
    await prepareSmallJob(grid.dashboard, { spp: 256 });
    // Where results are checked, a late volunteer may be kept busy by looking at what is there.
    await grid.dashboard.getByTestId('verify').selectOption('none');
    await grid.addVolunteer();
    await grid.untilReady(1);
    const held = await grid.dashboard.evaluateHandle(() => ({ reached: window.tabgrid.hold.at(0.25) }));
    await grid.dashboard.getByTestId('launch').click();
    await held.evaluate((hold) => hold.reached);
    await grid.addVolunteer();
    await grid.untilReady(2);
    await grid.dashboard.evaluate(() => window.tabgrid.hold.release());
    const report = await untilDone(grid.dashboard);
    const late = report.volunteers.at(-1);
    expect(late?.tiles).toBeGreaterThan(0);
  });
});

test('a launch without volunteers waits, says so, and ends when one comes', async () => {
  await withGrid({}, async (grid) => {
    await prepareSmallJob(grid.dashboard);
    await grid.dashboard.getByTestId('launch').click();
    const waiting = await untilView(
      grid.dashboard,
      (view) => view.job?.notice !== null && view.job?.notice !== undefined,
    );
    expect(waiting.job?.state).toBe('running');
    expect(waiting.job?.notice).toMatch(/volunteer/i);
    await grid.addVolunteer();
    await untilDone(grid.dashboard);
  });
});

test('the stop button ends the Worker, and the rest of the grid finishes the job', async () => {
  await withGrid({}, async (grid) => {
    await prepareSmallJob(grid.dashboard);
    const [stopper] = [await grid.addVolunteer(), await grid.addVolunteer()];
    await grid.untilReady(2);
    const held = await grid.dashboard.evaluateHandle(() => ({ reached: window.tabgrid.hold.at(0.3) }));
    await grid.dashboard.getByTestId('launch').click();
    await held.evaluate((hold) => hold.reached);
    expect(stopper.workers().length).toBeGreaterThan(0);
    await stopper.bringToFront();
    await stopper.getByTestId('stop').click();
    await expect.poll(() => stopper.workers().length).toBe(0);
    // One that gave nothing yet is not even shown as gone.
    await untilView(grid.dashboard, (view) => view.volunteers.filter((row) => row.state !== 'gone').length === 1);
    await grid.dashboard.evaluate(() => window.tabgrid.hold.release());
    await untilDone(grid.dashboard);
    // Nothing comes back by itself after a stop.
    await expect(stopper.getByTestId('start')).toBeVisible();
  });
});

test('cancel keeps what is there, and more samples go on from a finished picture', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard);
    await grid.addVolunteer();
    await grid.untilReady(1);
    const held = await dashboard.evaluateHandle(() => ({ reached: window.tabgrid.hold.at(0.5) }));
    await dashboard.getByTestId('launch').click();
    await held.evaluate((hold) => hold.reached);
    await dashboard.getByTestId('cancel').click();
    const cancelled = await untilView(dashboard, (view) => view.job?.state === 'cancelled');
    expect(cancelled.job?.tasks.accepted).toBeGreaterThan(0);
    await dashboard.evaluate(() => window.tabgrid.hold.release());

    await dashboard.getByTestId('launch').click();
    const first = await untilDone(dashboard);
    await dashboard.getByTestId('more-samples-count').fill('16');
    await dashboard.getByTestId('more-samples').click();
    await untilView(dashboard, (view) => view.job?.spp === 32 && view.job.state === 'done');
    const more = await untilDone(dashboard);
    expect(more.spp).toBe(32);
    expect(more.filmSha256).not.toBe(first.filmSha256);
  });
});

test('the join link makes volunteers and never the owner', async () => {
  await withGrid({}, async (grid) => {
    const link = await grid.dashboard.getByTestId('join-link').getAttribute('href');
    const room = new URLSearchParams(new URL(link ?? '').hash.slice(1)).get('room');
    expect(room).toMatch(/^[\w-]{22}$/);
    const stored = await grid.dashboard.evaluate(() => JSON.stringify(localStorage));
    const token = /[\w-]{43}/.exec(stored)?.[0] ?? '';
    expect(token).not.toBe('');
    expect(link).not.toContain(token);
    const answer = await grid.dashboard.evaluate(
      async ([roomId, guess, protocol]) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/signal`);
        return await new Promise<string>((resolve) => {
          socket.onmessage = (event) => resolve(String(event.data));
          socket.onopen = () =>
            socket.send(
              JSON.stringify({
                type: 'hello',
                protocol,
                as: { role: 'owner', room: { id: roomId, token: guess }, open: true },
              }),
            );
        });
      },
      [room, 'A'.repeat(43), PROTOCOL_VERSION] as const,
    );
    expect(JSON.parse(answer)).toMatchObject({ type: 'error', code: 'badToken' });
    // The true owner is still there.
    await grid.addVolunteer();
    await grid.untilReady(1);
  });
});

test('a volunteer of the public pool comes only when the room is open', async () => {
  await withGrid({}, async (grid) => {
    await prepareSmallJob(grid.dashboard);
    const page = await grid.dashboard.context().newPage();
    await page.goto(`${grid.url}/peer`);
    await page.getByTestId('start').click();
    await grid.dashboard.bringToFront();
    await grid.dashboard.getByTestId('launch').click();
    await expect(page.getByTestId('status')).toContainText(/pool|wait/i);
    expect((await grid.view()).volunteers).toHaveLength(0);
    await grid.dashboard.getByTestId('open-switch').setChecked(true);
    await untilDone(grid.dashboard);
  });
});
