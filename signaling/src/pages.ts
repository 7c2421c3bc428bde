import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { ResponseKind } from './headers.js';

/**
 * The built pages, held in memory: an address is looked up in a map that was made at the start, so that no request can
 * name a file that is not in it.
 */
export interface Pages {
  /** @param path a request's path without its query, still percent-encoded */
  find(path: string): Page | undefined;
}

export interface Page {
  readonly kind: ResponseKind;
  readonly type: string;
  /** Strong validator of the uncompressed content. */
  readonly etag: string;
  body(encoding: Encoding): Promise<Buffer>;
  /** What the body may be encoded as, best first. */
  readonly encodings: readonly Encoding[];
}

export type Encoding = 'br' | 'gzip' | 'identity';

/** Pages by the address that people see, in the folder that the build makes. */
const ADDRESSES: readonly (readonly [address: string, file: string, kind: ResponseKind])[] = [
  ['/', 'coordinator-web/index.html', 'page'],
  ['/peer', 'peer-tab/index.html', 'page'],
  ['/peer/', 'peer-tab/index.html', 'page'],
  ['/embed/frame', 'peer-tab/frame.html', 'frame'],
  ['/embed.js', 'embed.js', 'embed'],
  ['/embed/v1/embed.js', 'embed.js', 'embedVersion'],
];

const BENCH = ['/bench/', 'bench-page/index.html', 'page'] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wgsl': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Small or already compressed content is sent as it is. */
const MIN_COMPRESSED_BYTES = 1024;
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|manifest|wasm)|image\/svg)/;

/**
 * Reads the built pages.
 * @param folder holds `coordinator-web/index.html`, `peer-tab/`, `embed.js`, `assets/`; whatever lacks is not served
 * @param options.bench whether `/bench/` is served too
 */
export async function loadPages(folder: string, options: { readonly bench: boolean }): Promise<Pages> {
  const pages = new Map<string, Page>();
  const add = async (address: string, file: string, kind: ResponseKind) => {
    const content = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (content) pages.set(address, createPage(content, file, kind));
  };
  for (const [address, file, kind] of options.bench ? [...ADDRESSES, BENCH] : ADDRESSES) await add(address, file, kind);
  for (const file of await filesIn(join(folder, 'assets'))) await add(`/assets/${file}`, `assets/${file}`, 'asset');
  for (const file of await filesIn(folder)) {
    const served = !file.startsWith('.') && extname(file) !== '.html' && !pages.has(`/${file}`);
    if (served) await add(`/${file}`, file, 'file');
  }
  return { find: (path) => pages.get(path) };
}

/** Names of the files in a folder; none when there is no such folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

function createPage(content: Buffer, file: string, kind: ResponseKind): Page {
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const compressible = content.byteLength >= MIN_COMPRESSED_BYTES && COMPRESSIBLE.test(type);
  const compressed = new Map<Encoding, Promise<Buffer>>([['identity', Promise.resolve(content)]]);
  return {
    kind,
    type,
    etag: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    encodings: compressible ? ['br', 'gzip', 'identity'] : ['identity'],
    body(encoding) {
      const known = compressed.get(encoding);
      if (known) return known;
      const made =
        encoding === 'br'
          ? brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 7 } })
          : deflate(content, { level: 8 });
      compressed.set(encoding, made);
      return made;
    },
  };
}
