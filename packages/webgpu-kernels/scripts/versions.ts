import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Kernel versions: a hash of every source in a kernel's folder, and in those that it is built on, but their tests, their test
 * support and version.ts itself. Run as a script it renews each kernel's version.ts.
 */

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

/** Kernels' folders, with the constant that their version.ts exports, and the kernels whose code they use. */
export const VERSIONED: readonly {
  readonly folder: string;
  readonly constant: string;
  readonly uses: readonly string[];
}[] = [
  { folder: 'pathtrace', constant: 'PATHTRACE_VERSION', uses: [] },
  { folder: 'gbuffer', constant: 'GBUFFER_VERSION', uses: ['pathtrace'] },
  { folder: 'denoise', constant: 'DENOISE_VERSION', uses: ['gbuffer', 'pathtrace'] },
  { folder: 'physics', constant: 'PHYSICS_VERSION', uses: [] },
];

const LEFT_OUT = /(\.test\.ts|^fixtures\.ts|^test-[^/]*\.ts|^version\.ts)$/;

/** 12 hex digits. */
export function versionOf(folder: string): string {
  const { uses } = VERSIONED.find((one) => one.folder === folder) ?? { uses: [] };
  const hash = createHash('sha256');
  for (const used of [folder, ...uses]) addFolder(hash, used);
  return hash.digest('hex').slice(0, 12);
}

function addFolder(hash: Hash, folder: string): void {
  const root = join(SOURCES, folder);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !LEFT_OUT.test(name))
    .sort();
  for (const name of files)
    hash.update(`${name}\n`).update(readFileSync(join(root, name)).toString().replaceAll('\r\n', '\n'));
}

export function versionFile(constant: string, version: string): string {
  return `/** Hash of the kernel's sources; renewed by \`npm run -w packages/webgpu-kernels versions\`. */
export const ${constant} = '${version}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { folder, constant } of VERSIONED) {
    writeFileSync(join(SOURCES, folder, 'version.ts'), versionFile(constant, versionOf(folder)));
  }
}
