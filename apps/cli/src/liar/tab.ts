import type { BrowserContext, Page, Worker } from 'playwright';
import { LIES } from './lies.js';

/** A liar's tab: the page that everybody gets, with another Worker. */

/** Gives all pages of a context that Worker instead of the one that ships. @param url the server's origin */
export async function serveWorker(path: string, context: BrowserContext, url: string): Promise<void> {
  await context.route(`${url}/assets/gpu-worker-*.js`, (route) =>
    route.fulfill({ path, contentType: 'text/javascript' }),
  );
}

/**
 * From now on every such Worker of this page returns wrong results, those that it starts later too.
 * @throws Error when the page has none: nothing would be tested then
 */
export async function startLying(page: Page): Promise<void> {
  const tell = (worker: Worker) =>
    worker.evaluate((name) => Reflect.has(globalThis, name) && Reflect.set(globalThis, name, true), LIES);
  page.on('worker', (worker) => void tell(worker).catch(() => {}));
  const told = await Promise.all(page.workers().map(tell));
  if (!told.includes(true)) throw new Error('this tab has no Worker that could lie');
}
