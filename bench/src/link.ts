import { type Grid, startGrid } from '@tabgrid/cli/grid';
import { press } from '@tabgrid/cli/press';
import type { Page } from 'playwright';
import { type BenchResult, median } from './result.js';

const MiB = 2 ** 20;

/**
 * `Link.send`, acknowledged and hashed, against a bare RTCDataChannel, and over the server's relay: the same bytes between
 * two pages of one browser, in turn. And how long a peer tab's stop takes in mid-task.
 */
export async function link({ quick, say }: { readonly quick: boolean; say(line: string): void }): Promise<BenchResult> {
  const bytes = (quick ? 16 : 64) * MiB;
  const rounds = quick ? 3 : 5;
  const grid = await startGrid({ bench: true, say });
  try {
    const samples = { rawMs: [] as number[], linkMs: [] as number[], relayMs: [] as number[], stopMs: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      const rawMs = await sendRaw(grid, bytes);
      const linkMs = await sendLinked(grid, bytes, 'direct');
      const relayMs = await sendLinked(grid, bytes, 'relay');
      // The first round warms up code and connections.
      if (round === 0) continue;
      samples.rawMs.push(rawMs);
      samples.linkMs.push(linkMs);
      samples.relayMs.push(relayMs);
      say(`round ${round}: raw ${rawMs.toFixed(0)} ms, link ${linkMs.toFixed(0)} ms, relay ${relayMs.toFixed(0)} ms`);
    }
    for (let i = 0; i < rounds; i++) samples.stopMs.push(await stopInMidTask(grid));
    const megabytesPerSecond = (ms: readonly number[]) => bytes / 1e6 / (median(ms) / 1000);
    return {
      figures: {
        linkOverRaw: median(samples.rawMs) / median(samples.linkMs),
        relayOverRaw: median(samples.rawMs) / median(samples.relayMs),
        rawMBps: megabytesPerSecond(samples.rawMs),
        linkMBps: megabytesPerSecond(samples.linkMs),
        relayMBps: megabytesPerSecond(samples.relayMs),
        stopMs: median(samples.stopMs),
        stopMsWorst: Math.max(...samples.stopMs),
        bytes,
      },
      where: { browser: grid.launched.executable, adapter: grid.launched.adapter, software: grid.launched.software },
      samples,
    };
  } finally {
    await grid.close();
  }
}

/** Two fresh pages, each in a context of its own, closed again afterwards. */
async function withPair<T>(grid: Grid, use: (a: Page, b: Page) => Promise<T>): Promise<T> {
  const contexts = [await grid.launched.browser.newContext(), await grid.launched.browser.newContext()];
  try {
    const [a, b] = await Promise.all(
      contexts.map(async (context) => {
        const page = await context.newPage();
        await page.goto(`${grid.url}/bench/`);
        await page.waitForFunction(() => 'benchPage' in window);
        return page;
      }),
    );
    if (!a || !b) throw new Error('two pages were asked for');
    return await use(a, b);
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

async function sendRaw(grid: Grid, bytes: number): Promise<number> {
  return await withPair(grid, async (a, b) => {
    const [near, far] = await Promise.all(
      [a, b].map((page) => page.evaluateHandle(() => window.benchPage.createRawChannel())),
    );
    if (!near || !far) throw new Error('two channels were asked for');
    const offer = await near.evaluate((channel) => channel.offer());
    const answer = await far.evaluate((channel, sdp) => channel.answer(sdp), offer);
    await near.evaluate((channel, sdp) => channel.accept(sdp), answer);
    const received = far.evaluate((channel, count) => channel.receive(count), bytes);
    const ms = await near.evaluate((channel, count) => channel.send(count), bytes);
    await received;
    return ms;
  });
}

async function sendLinked(grid: Grid, bytes: number, path: 'direct' | 'relay'): Promise<number> {
  return await withPair(grid, async (a, b) => {
    const owner = await a.evaluateHandle(() => window.benchPage.createOwnerEnd());
    const room = await owner.evaluate((end) => end.room());
    await b.evaluate(({ id, relayOnly }) => window.benchPage.joinRoom(id, relayOnly), {
      id: room,
      relayOnly: path === 'relay',
    });
    const taken = await owner.evaluate((end) => end.path());
    if (taken !== path) throw new Error(`the link took the path ${taken}, not ${path}`);
    return await owner.evaluate((end, count) => end.send(count), bytes);
  });
}

/** From the click on *stop* to the end of the tab's last Worker that computes, while a long task runs. */
async function stopInMidTask(grid: Grid): Promise<number> {
  const { dashboard } = grid;
  await dashboard.getByTestId('scene-builtin').selectOption('cornell');
  const job = { width: 256, height: 256, spp: 1024, bounces: 8, tile: 256 };
  for (const [field, value] of Object.entries(job)) await dashboard.getByTestId(field).fill(String(value));
  const tab = await grid.addVolunteer();
  await grid.untilReady(1);
  await press(dashboard, 'launch');
  while ((await grid.view()).volunteers.every((volunteer) => volunteer.tilesRunning === 0))
    await tab.waitForTimeout(50);
  await tab.waitForTimeout(500);
  await press(tab, 'stop');
  const said = tab.locator('[data-stopped-ms]');
  await said.waitFor({ state: 'attached' });
  const ms = Number(await said.getAttribute('data-stopped-ms'));
  await press(dashboard, 'cancel');
  await tab.close();
  return ms;
}
