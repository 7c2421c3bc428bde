import { join } from 'node:path';
import { ROOT } from '@tabgrid/cli/build';
import { build, preview } from 'vite';

/** The page of the tracers, built and served by itself: what people open does not carry the peers. */

const PAGE = join(ROOT, 'apps/bench-page');

/** Where the built page lies; files that are put here are served too. */
export const SITE = join(ROOT, 'dist/bench');

export interface Site {
  /** The page's address. */
  readonly page: string;
  readonly origin: string;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  await build({
    root: PAGE,
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: SITE,
      emptyOutDir: true,
      target: 'es2023',
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: join(PAGE, 'pathtrace.html') },
    },
  });
  const server = await preview({
    root: PAGE,
    configFile: false,
    logLevel: 'error',
    build: { outDir: SITE },
    preview: { host: 'localhost', port: 0 },
  });
  const [url] = server.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error('the page has no address');
  const origin = new URL(url).origin;
  return { origin, page: `${origin}/pathtrace.html`, close: () => server.close() };
}
