import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { holdAt, prepareSmallJob, scratch, untilDone, untilView, withGrid } from './harness.js';

async function expectAccessible(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        (rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(' ')).join(', ')}`,
      );
      expect(found, `${where}, ${colorScheme}, ${width} px`).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${where} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
}

test('axe finds nothing on either page, before, during and after a job', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await expectAccessible(dashboard, 'the empty dashboard');
    await dashboard.getByTestId('learning-toggle').click();
    await expect(dashboard.getByTestId('learning-empty')).toBeVisible();
    await expectAccessible(dashboard, 'the learning panel with nothing learned');
    await dashboard.getByTestId('learning-toggle').click();
    await prepareSmallJob(dashboard);
    const peer = await grid.addVolunteer();
    await grid.untilReady(1);
    const held = await dashboard.evaluateHandle(() => ({ reached: window.tabgrid.hold.at(0.4) }));
    await dashboard.getByTestId('launch').click();
    await held.evaluate((hold) => hold.reached);
    await expectAccessible(dashboard, 'the dashboard while it renders');
    await expectAccessible(peer, 'the peer tab while it works');
    await dashboard.evaluate(() => window.tabgrid.hold.release());
    await untilDone(dashboard);
    await dashboard.getByTestId('learning-toggle').click();
    await expect(dashboard.getByTestId('chart-scatter')).toBeVisible();
    await expectAccessible(dashboard, 'the dashboard with a finished picture and what was learned from it');
    await dashboard.getByTestId('learning-tables').click();
    await expectAccessible(dashboard, 'what was learned, as tables');
    await peer.bringToFront();
    await peer.getByTestId('stop').click();
    await expect(peer.getByTestId('start')).toBeVisible();
    await expectAccessible(peer, 'the peer tab before the yes');
  });
});

test('axe finds nothing with two renders under way, nor with what a reload cut off', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await prepareSmallJob(dashboard);
    await dashboard.getByTestId('verify').selectOption('replicate');
    await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
    await grid.untilReady(2);
    const reached = await holdAt(dashboard, 0.3);
    await dashboard.getByTestId('launch').click();
    await dashboard.getByTestId('seed').fill('2');
    await dashboard.getByTestId('launch').click();
    await expect(dashboard.getByTestId('job-row')).toHaveCount(2);
    await reached();
    await dashboard.getByTestId('job-sharing').first().selectOption('double');
    await untilView(dashboard, (view) => view.jobs[0]?.sharing.weight === 2);
    await expectAccessible(dashboard, 'the dashboard with two renders');
    await dashboard.reload();
    await expect(dashboard.getByTestId('unfinished-row')).toHaveCount(2);
    await expectAccessible(dashboard, 'the dashboard after a reload');
  });
});

test('axe finds nothing with a world of bodies, before, during and after its simulation', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await dashboard.getByTestId('kind-physics').check();
    await dashboard.getByTestId('world-builtin').selectOption('clouds');
    await dashboard.getByTestId('bodies').fill('60');
    await dashboard.getByTestId('seconds').fill('0.2');
    await expectAccessible(dashboard, 'a world before its simulation');
    await dashboard.getByTestId('simulate').click();
    await expect(dashboard.getByTestId('simulation-state')).toHaveAttribute('data-state', 'running');
    await dashboard.getByTestId('show-ghosts').check();
    await expectAccessible(dashboard, 'a world that waits for somebody');
    await grid.addVolunteer();
    await expect(dashboard.getByTestId('simulation-state')).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
    await expect(dashboard.getByTestId('simulation-view')).toHaveAttribute('data-frame', '12');
    await expect(dashboard.getByTestId('simulation-drift')).toHaveText('0 kg·m/s');
    await dashboard.getByTestId('simulation-scrub').fill('5');
    await expect(dashboard.getByTestId('simulation-view')).toHaveAttribute('data-frame', '5');
    await expectAccessible(dashboard, 'a world that was simulated');
    await dashboard.getByTestId('simulation-tables').check();
    await expectAccessible(dashboard, 'its energy as a table');
    await dashboard.reload();
    await expectAccessible(dashboard, 'the offer of what is kept');
    await dashboard.getByTestId('show-kept').click();
    await expect(dashboard.getByTestId('simulation-state')).toHaveAttribute('data-state', 'done');
    await expect(dashboard.getByTestId('simulation-view')).toHaveAttribute('data-frame', '12');
    await expect(dashboard.getByTestId('download-animation')).toBeVisible();
    await dashboard.getByTestId('simulation-scrub').fill('5');
    await dashboard.getByTestId('render-frame').click();
    await expect(dashboard.getByTestId('scene-facts')).toContainText('-at-0.08-s');
  });
});

test('bad input is named, and nothing starts', async () => {
  const file = (name: string, content: string | Uint8Array) => {
    const path = join(scratch, name);
    writeFileSync(path, content);
    return path;
  };
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    const error = dashboard.getByTestId('error');
    await dashboard.getByTestId('scene-file').setInputFiles(file('broken.glb', 'this is no glTF'));
    await expect(error).toContainText(/glTF|glb/i);
    const truncated = new Uint8Array(200);
    truncated.set(new TextEncoder().encode('glTF'));
    new DataView(truncated.buffer).setUint32(4, 2, true);
    new DataView(truncated.buffer).setUint32(8, 100_000, true);
    await dashboard.getByTestId('scene-file').setInputFiles(file('truncated.glb', truncated));
    await expect(error).toContainText(/truncated|cut|incomplete|shorter/i);
    const basis = {
      asset: { version: '2.0' },
      extensionsUsed: ['KHR_texture_basisu'],
      extensionsRequired: ['KHR_texture_basisu'],
    };
    await dashboard.getByTestId('scene-file').setInputFiles(file('basis.gltf', JSON.stringify(basis)));
    await expect(error).toContainText('KHR_texture_basisu');
    const empty = { asset: { version: '2.0' }, scene: 0, scenes: [{ nodes: [] }] };
    await dashboard.getByTestId('scene-file').setInputFiles(file('empty.gltf', JSON.stringify(empty)));
    await expect(error).toContainText(/triangle/i);

    await prepareSmallJob(dashboard);
    await dashboard.getByTestId('environment-file').setInputFiles(file('none.hdr', 'not an HDR'));
    await expect(error).toContainText(/HDR|Radiance/i);
    await dashboard.getByTestId('width').fill('0');
    await dashboard.getByTestId('launch').click();
    await expect(dashboard.locator('body')).toContainText(/16.?384/);
    expect((await grid.view()).job).toBeNull();
  });
});

test('a browser without WebGPU is told so, and how to get it', async () => {
  await withGrid({}, async (grid) => {
    const link = await grid.dashboard.getByTestId('join-link').getAttribute('href');
    const page = await grid.dashboard.context().newPage();
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
    await page.goto(link ?? '');
    await expect(page.getByTestId('status')).toHaveAttribute('data-state', 'unsupported');
    await expect(page.locator('body')).toContainText(/WebGPU/);
    await expect(page.locator('body')).toContainText(/chrome:\/\/|enable|update|turn it on/i);
    await expect(page.getByTestId('start')).toHaveCount(0);
    expect((await grid.view()).volunteers).toHaveLength(0);
  });
});

test('an insecure page says so and what to do', async () => {
  await withGrid({}, async (grid) => {
    for (const path of ['/', '/peer']) {
      const page = await grid.dashboard.context().newPage();
      await page.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
      await page.goto(`${grid.url}${path}`);
      await expect(page.locator('body')).toContainText(/https/i);
    }
  });
});

test('every control of both pages can be reached and used by keyboard', async () => {
  await withGrid({}, async (grid) => {
    const link = await grid.dashboard.getByTestId('join-link').getAttribute('href');
    const peer = await grid.dashboard.context().newPage();
    await peer.goto(link ?? '');
    const start = peer.getByTestId('start');
    for (let i = 0; i < 20 && !(await start.evaluate((button) => button === document.activeElement)); i++) {
      await peer.keyboard.press('Tab');
    }
    await peer.keyboard.press('Enter');
    await grid.untilReady(1);
    const stop = peer.getByTestId('stop');
    for (let i = 0; i < 20 && !(await stop.evaluate((button) => button === document.activeElement)); i++) {
      await peer.keyboard.press('Tab');
    }
    await peer.keyboard.press('Enter');
    await expect(start).toBeVisible();
  });
});
