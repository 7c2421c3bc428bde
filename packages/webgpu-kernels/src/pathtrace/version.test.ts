import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSIONED, versionFile, versionOf } from '../../scripts/versions.js';
import { PATHTRACE_VERSION } from './version.js';

it('is the hash of the sources (else run: npm run -w packages/webgpu-kernels versions)', () => {
  expect(PATHTRACE_VERSION).toBe(versionOf('pathtrace'));
});

it('stands in the file as the script writes it', () => {
  for (const { folder, constant } of VERSIONED) {
    const file = readFileSync(new URL(`../${folder}/version.ts`, import.meta.url), 'utf8');
    expect(file).toBe(versionFile(constant, versionOf(folder)));
  }
});
