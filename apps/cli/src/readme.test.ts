import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER_SETTINGS } from '@tabgrid/signaling/config';
import { markdownTable } from '@tabgrid/signaling/settings-table';
import { expect, it } from 'vitest';
import { ROOT } from './build.js';
import { RENDER_HELP } from './render-options.js';
import { SIMULATE_HELP } from './simulate-options.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

it('lists every setting of the server as the server itself has it', () => {
  expect(readme).toContain(markdownTable(SERVER_SETTINGS).trim());
});

it('names no option of render that the command does not have', () => {
  const section = readme.slice(readme.indexOf('## Render a file'), readme.indexOf('## Simulate a world'));
  const named = new Set(section.match(/--[a-z-]+[a-z]/g));
  named.delete('--help');
  expect(named.size).toBeGreaterThan(8);
  for (const option of named) expect(RENDER_HELP, option).toContain(option);
});

it('names no option of simulate that the command does not have', () => {
  const section = readme.slice(readme.indexOf('## Simulate a world'), readme.indexOf('## By hand'));
  const named = new Set(section.match(/--[a-z-]+[a-z]/g));
  named.delete('--help');
  expect(named.size).toBeGreaterThan(8);
  for (const option of named) expect(SIMULATE_HELP, option).toContain(option);
});

it('shows pictures that are there', () => {
  for (const [, path = ''] of readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
    expect(readFileSync(join(ROOT, path)).byteLength, path).toBeGreaterThan(1000);
  }
});
