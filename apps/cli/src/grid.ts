import type { GridView } from '@tabgrid/coordinator/api';
import type { Page } from 'playwright';
import { type LaunchedBrowser, launchBrowser } from './browser.js';
import { buildLiarWorker, buildPages, LIAR_WORKER } from './build.js';
import { type GridServer, type MortalServer, startMortalServer, startServer } from './grid-server.js';
import { serveWorker } from './liar/tab.js';
import { press } from './press.js';

/**
 * A whole grid on this machine: the server, a browser, the dashboard page and volunteers' tabs. It does what people
 * do – opens pages, clicks, types – and decides nothing.
 */
export interface Grid {
  readonly url: string;
  readonly launched: LaunchedBrowser;
  readonly dashboard: Page;
  /** The server, where `mortalServer` asked for one that can be killed. */
  readonly server: MortalServer | null;
  /** Opens a peer tab by the dashboard's join link and clicks its start button. */
  addVolunteer(options?: VolunteerTabOptions): Promise<Page>;
  view(): Promise<GridView>;
  /** Waits until `count` volunteers are ready. @throws Error with what the tabs show, after the limit */
  untilReady(count: number, limitMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface VolunteerTabOptions {
  readonly relayOnly?: boolean;
  /** A tab with the liars' Worker, which `startLying` makes return wrong results. Not for a `hideable` grid. */
  readonly liar?: boolean;
  /** Share of GPU time lent, in percent. These tabs are the caller's own: all of it by default. */
  readonly intensity?: number;
}

export interface GridOptions {
  readonly headed?: boolean;
  readonly softwareOnly?: boolean;
  /** Lets tabs go to the background (see `launchBrowser`). */
  readonly hideable?: boolean;
  /** Whether the benchmarks' page is served too. */
  readonly bench?: boolean;
  /** Whether the server can be killed and started again. */
  readonly mortalServer?: boolean;
  /** The server's port; any free one by default. */
  readonly port?: number;
  readonly say?: (line: string) => void;
}

/** The dashboard page's own door for scripts. */
export async function readView(dashboard: Page): Promise<GridView> {
  return await dashboard.evaluate(() => window.tabgrid.view());
}

/** Starts everything; nothing is left running when it throws. */
export async function startGrid(options: GridOptions = {}): Promise<Grid> {
  const say = options.say ?? (() => {});
  await buildPages(say);
  const where = { port: options.port ?? 0, bench: options.bench ?? false };
  const mortal = options.mortalServer ? await startMortalServer(where) : null;
  const server: GridServer = mortal ?? (await startServer(where));
  const { url } = server;
  let launched: LaunchedBrowser;
  try {
    launched = await launchBrowser({ url: `${url}/healthz`, ...options });
  } catch (error) {
    await server.close();
    throw error;
  }
  const { browser } = launched;
  const volunteers: Page[] = [];

  async function open(path: string, liar = false): Promise<Page> {
    const context = options.hideable ? browser.contexts()[0] : await browser.newContext();
    if (!context) throw new Error('the browser has no default context');
    if (liar) {
      await buildLiarWorker(say);
      await serveWorker(LIAR_WORKER, context, url);
    }
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  async function close(): Promise<void> {
    // A frozen tab never answers; the browser ends it with everything else.
    await Promise.race([browser.close(), new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
    await server.close();
  }

  try {
    const dashboard = await open(url);
    await dashboard.getByTestId('join-link').waitFor();
    // Volunteers here are tabs of their own; the dashboard's helper would be one more.
    await dashboard.getByTestId('helper-switch').setChecked(false);

    return {
      url,
      launched,
      dashboard,
      server: mortal,
      async addVolunteer({ relayOnly = false, liar = false, intensity = 100 } = {}) {
        const link = await dashboard.getByTestId('join-link').getAttribute('href');
        if (!link) throw new Error('the dashboard shows no join link');
        const page = await open(link, liar);
        if (relayOnly) await page.getByTestId('relay-only').setChecked(true);
        await page.getByTestId('intensity').fill(String(intensity));
        await press(page, 'start');
        volunteers.push(page);
        // A page behind others gets no clicks.
        await dashboard.bringToFront();
        return page;
      },
      view: () => readView(dashboard),
      async untilReady(count, limitMs = 60_000) {
        const ready = async () => (await readView(dashboard)).volunteers.filter((v) => v.state === 'ready').length;
        const end = Date.now() + limitMs;
        while ((await ready()) < count) {
          if (Date.now() > end) {
            const shown = await Promise.all(
              volunteers.map((page) =>
                page
                  .getByTestId('status')
                  .textContent({ timeout: 2_000 })
                  .catch(() => 'no answer'),
              ),
            );
            throw new Error(
              `only ${await ready()} of ${count} volunteers are ready after ${limitMs / 1000} s; their tabs say: ${shown.join(' | ')}`,
            );
          }
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
