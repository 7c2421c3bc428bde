import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { prepareSmallJob, untilDone, untilView, withGrid } from './harness.js';

/** A stranger's website on another origin, with a strict policy of its own. */
async function website(grid: string, room: string): Promise<{ url: string; server: Server }> {
  const origin = new URL(grid).origin;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.setHeader('content-security-policy', `default-src 'none'; script-src ${origin}; frame-src ${origin}`);
    response.end(
      `<!doctype html><html lang="en"><title>A site</title><h1>A site</h1><script src="${grid}/embed.js" data-room="${room}" async></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  // Another name for this machine: another origin than the grid's.
  return { url: `http://localhost:${address.port}/`, server };
}

test('before the yes nothing happens; after it the badge lends, shows it, and stops', async () => {
  await withGrid({}, async (grid) => {
    const link = new URL((await grid.dashboard.getByTestId('join-link').getAttribute('href')) ?? '');
    const room = new URLSearchParams(link.hash.slice(1)).get('room') ?? '';
    const { url, server } = await website(grid.url, room);
    try {
      const page = await (await grid.launched.browser.newContext()).newPage();
      const requests: string[] = [];
      const sockets: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('websocket', (socket) => sockets.push(socket.url()));
      await page.addInitScript(() => {
        const gpu = navigator.gpu;
        if (!gpu || window !== window.top) return;
        const ask = gpu.requestAdapter.bind(gpu);
        gpu.requestAdapter = (...args) => {
          document.documentElement.dataset['probed'] = 'yes';
          return ask(...args);
        };
      });
      await page.goto(url);
      await expect(page.getByTestId('badge-ask')).toBeVisible();
      await page.waitForLoadState('networkidle');
      expect(requests.filter((request) => request !== url && !request.endsWith('/favicon.ico'))).toEqual([
        `${grid.url}/embed.js`,
      ]);
      expect(sockets).toEqual([]);
      expect(page.workers()).toEqual([]);
      expect(page.frames()).toHaveLength(1);
      expect(await page.evaluate(() => document.documentElement.dataset['probed'] ?? 'no')).toBe('no');

      await grid.dashboard.bringToFront();
      await prepareSmallJob(grid.dashboard);
      await page.bringToFront();
      // The badge says what a yes means before it takes one.
      await page.getByTestId('badge-ask').click();
      expect(page.frames()).toHaveLength(1);
      await page.getByTestId('badge-yes').click();
      await grid.untilReady(1);
      await grid.dashboard.bringToFront();
      await grid.dashboard.getByTestId('launch').click();
      await untilDone(grid.dashboard);
      await page.bringToFront();
      await page.getByTestId('badge-stop').click();
      await untilView(grid.dashboard, (view) => view.volunteers.every((row) => row.state === 'gone'));
      await expect.poll(() => page.workers().length).toBe(0);
    } finally {
      server.close();
    }
  });
});

test('destroy() leaves a site as it was', async () => {
  await withGrid({}, async (grid) => {
    const { url, server } = await website(grid.url, 'A'.repeat(22));
    try {
      const page = await (await grid.launched.browser.newContext()).newPage();
      await page.goto(url);
      await expect(page.getByRole('button').first()).toBeVisible();
      await page.evaluate(() => {
        const api: unknown = Reflect.get(window, 'tabgrid');
        if (typeof api !== 'object' || api === null) throw new Error('no tabgrid on this page');
        const destroy: unknown = Reflect.get(api, 'destroy');
        if (typeof destroy !== 'function') throw new Error('no destroy()');
        destroy.call(api);
      });
      await expect(page.getByRole('button')).toHaveCount(0);
      expect(await page.evaluate(() => document.body.children.length)).toBe(2);
    } finally {
      server.close();
    }
  });
});

test('the script is small, and the same bytes at its versioned address', async () => {
  await withGrid({}, async (grid) => {
    const [latest, versioned] = await Promise.all(
      ['/embed.js', '/embed/v1/embed.js'].map(async (path) => await (await fetch(`${grid.url}${path}`)).text()),
    );
    expect(versioned).toBe(latest);
    expect(latest).toContain('Content-Security-Policy');
    expect(gzipSync(latest ?? '').byteLength).toBeLessThanOrEqual(10_000);
  });
});
