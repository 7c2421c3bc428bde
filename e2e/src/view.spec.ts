import { createHash } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { prepareSmallJob, untilDone, untilView, withGrid } from './harness.js';

/** The SHA-256 of the next complete picture of the view, at one sample a pixel, after a frame; asked for before it is made. */
async function nextView(dashboard: Page, frame: number): Promise<() => Promise<string>> {
  const next = await dashboard.evaluateHandle((after) => ({ bytes: window.tabgrid.nextView(after) }), frame);
  return async () => hashOf(await next.evaluate(async ({ bytes }) => [...(await bytes)]));
}

const hashOf = (bytes: readonly number[]): string => createHash('sha256').update(Uint8Array.from(bytes)).digest('hex');

/** The frame that the canvas shows. */
async function frameOf(dashboard: Page): Promise<number> {
  return Number(await dashboard.getByTestId('viewport-canvas').getAttribute('data-frame'));
}

/** Until what is shown is of where the camera was moved to last: pictures on the way there may have been finished too. */
async function untilItRests(dashboard: Page): Promise<void> {
  let last = Number.NaN;
  const stays = async () => {
    const frame = await frameOf(dashboard);
    const same = frame === last;
    last = frame;
    return same;
  };
  await expect.poll(stays, { intervals: [500] }).toBe(true);
}

test('a drag shows the box from elsewhere, in the very pixels of a picture rendered from there', async () => {
  await withGrid({}, async ({ dashboard, addVolunteer, untilReady }) => {
    await prepareSmallJob(dashboard, { spp: 1 });
    await addVolunteer();
    await addVolunteer();
    await untilReady(2);
    const before = await nextView(dashboard, 0);
    await dashboard.getByTestId('mode-view').click();
    const home = await before();
    await expect(dashboard.getByTestId('viewport-helpers')).toHaveText(/^[12] volunteers?, \d+ ms a picture$/);

    const view = await dashboard.getByTestId('viewport').boundingBox();
    if (!view) throw new Error('the view is on the page');
    const [x, y] = [view.x + view.width / 2, view.y + view.height / 2];
    await dashboard.mouse.move(x, y);
    await dashboard.mouse.down();
    for (let i = 1; i <= 10; i++) await dashboard.mouse.move(x + 12 * i, y - 4 * i);
    await untilView(dashboard, ({ viewport }) => (viewport?.shown?.samples ?? 0) >= 2);
    await untilItRests(dashboard);
    const after = await nextView(dashboard, await frameOf(dashboard));
    await dashboard.mouse.move(x + 150, y - 50);
    await dashboard.mouse.up();
    const dragged = await after();
    expect(dragged).not.toBe(home);

    await dashboard.getByTestId('use-view').click();
    await expect(dashboard.getByTestId('use-view')).toBeDisabled();
    await dashboard.getByTestId('launch').click();
    const { filmSha256 } = await untilDone(dashboard);
    expect(filmSha256).toBe(dragged);

    // Without it the same settings give the picture from the scene's own camera.
    await dashboard.getByTestId('camera').selectOption('');
    await dashboard.getByTestId('launch').click();
    await untilView(dashboard, ({ job }) => job?.state === 'done' && job.spec.viewpoint === undefined);
    expect((await untilDone(dashboard)).filmSha256).toBe(home);
  });
});

test('keys, the wheel and a double click move the view, which gets finer while it rests', async () => {
  await withGrid({}, async ({ dashboard, addVolunteer, untilReady }) => {
    // So large that its samples are not done before anybody has looked.
    await prepareSmallJob(dashboard, { width: 160, height: 160 });
    await addVolunteer();
    await untilReady(1);
    const first = await nextView(dashboard, 0);
    await dashboard.getByTestId('mode-view').click();
    const home = await first();
    const viewport = dashboard.getByTestId('viewport');
    const seen = new Set([home]);
    const moves = [
      () => viewport.press('ArrowLeft'),
      () => viewport.press('Shift+ArrowUp'),
      () => viewport.press('+'),
      () => viewport.hover().then(() => dashboard.mouse.wheel(0, -240)),
    ];
    for (const move of moves) {
      const next = await nextView(dashboard, await frameOf(dashboard));
      await move();
      seen.add(await next());
    }
    expect(seen.size).toBe(1 + moves.length);
    const back = await nextView(dashboard, await frameOf(dashboard));
    await viewport.dblclick();
    expect(await back()).toBe(home);
    await untilView(dashboard, ({ viewport: shown }) => (shown?.shown?.samples ?? 0) >= 4);
    await expect(dashboard.getByTestId('viewport-shown')).toHaveText(/^160 × 160 px, \d+ of 64 samples$/);

    const { violations } = await new AxeBuilder({ page: dashboard }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    await dashboard.getByTestId('mode-picture').click();
    await untilView(dashboard, ({ viewport: shown }) => shown === null);
  });
});
