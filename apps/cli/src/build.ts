import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'vite';

/** The project's root folder. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** Where the built pages lie. */
export const PAGES = join(ROOT, 'dist/pages');

/** A volunteer's Worker whose path tracer can be told to lie. For tests; no server serves it. */
export const LIAR_WORKER = join(ROOT, 'dist/liar/gpu-worker.js');

const LIAR = join(ROOT, 'apps/cli/src/liar');

/** What the pages are made of; tests and Node-only folders are left out. */
const SOURCES = [
  'apps/coordinator-web',
  'apps/peer-tab',
  'apps/bench-page',
  'packages',
  'vite.config.ts',
  'package-lock.json',
].map((source) => join(ROOT, source));

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !entry.name.endsWith('.test.ts'))
    .flatMap((entry) => filesUnder(join(path, entry.name)))
    .sort();
}

function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(filesUnder)) {
    hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Builds into a folder, unless nothing has changed since the last time. */
async function unlessBuilt(folder: string, sources: readonly string[], make: () => Promise<void>): Promise<void> {
  const stamp = join(folder, '.sources');
  const hash = hashOf(sources);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  await make();
  writeFileSync(stamp, hash);
}

/** Builds the pages and the embed script into {@link PAGES}, unless nothing has changed since the last time. */
export async function buildPages(say: (line: string) => void = () => {}): Promise<void> {
  await unlessBuilt(PAGES, SOURCES, async () => {
    say('Building the pages …');
    await build({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' });
    // The embed script is one classic script without imports, so that a site needs a single tag.
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: PAGES,
        emptyOutDir: false,
        target: 'es2022',
        minify: false,
        lib: {
          entry: join(ROOT, 'apps/peer-tab/src/embed/main.ts'),
          formats: ['iife'],
          name: 'tabgridEmbed',
          fileName: () => 'embed.js',
        },
      },
    });
  });
}

/** Builds {@link LIAR_WORKER}: the Worker that the pages ship, but for its path tracer. */
export async function buildLiarWorker(say: (line: string) => void = () => {}): Promise<void> {
  await unlessBuilt(dirname(LIAR_WORKER), [...SOURCES, LIAR], async () => {
    say('Building the liars’ Worker …');
    await build({
      configFile: false,
      logLevel: 'error',
      // As the registry of kernels imports it; the stand-ins import the honest ones by their package's name.
      resolve: { alias: [{ find: /^\.\/(pathtrace|physics)\/kernel\.js$/, replacement: join(LIAR, 'kernel.ts') }] },
      build: {
        outDir: dirname(LIAR_WORKER),
        target: 'es2023',
        lib: {
          entry: join(ROOT, 'packages/volunteer/src/gpu-worker.ts'),
          formats: ['es'],
          fileName: () => basename(LIAR_WORKER),
        },
      },
    });
  });
}
