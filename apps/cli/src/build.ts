import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

/** The project's root folder. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** Where the built pages lie. */
export const PAGES = join(ROOT, 'dist/pages');

/** What the pages are made of; tests and Node-only folders are left out. */
const SOURCES = [
  'apps/coordinator-web',
  'apps/peer-tab',
  'apps/bench-page',
  'packages',
  'vite.config.ts',
  'package-lock.json',
];

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !entry.name.endsWith('.test.ts'))
    .flatMap((entry) => filesUnder(join(path, entry.name)))
    .sort();
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesUnder(join(ROOT, source)))) {
    hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Builds the pages and the embed script into {@link PAGES}, unless nothing has changed since the last time. */
export async function buildPages(say: (line: string) => void = () => {}): Promise<void> {
  const stamp = join(PAGES, '.sources');
  const hash = sourcesHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
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
  writeFileSync(stamp, hash);
}
