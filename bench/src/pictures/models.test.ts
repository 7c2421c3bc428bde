import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@tabgrid/cli/build';
import { afterAll, describe, expect, it } from 'vitest';
import { MODELS } from '../pathtrace/scenes.js';
import { modelScene, PICTURED } from './models.js';

const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!existsSync(MODELS))('models of the pictures (skipped: ../shared/data/models is not there)', () => {
  it('are seen from where their fronts are', async () => {
    for (const model of PICTURED.filter(({ name }) => name === 'alien' || name === 'fox')) {
      const scene = await modelScene(model, folder);
      expect(Math.sign(scene?.camera.forward[2] ?? 0)).toBe(model.facesAway ? 1 : -1);
      // It looks at the model from outside, not past it.
      const { position = [0, 0, 0], forward = [0, 0, 0] } = scene?.camera ?? {};
      expect(position[0] * forward[0] + position[2] * forward[2]).toBeLessThan(0);
    }
  });
});

it('a model that is not there is none', async () => {
  expect(await modelScene({ name: 'nobody', file: 'nobody.glb' }, folder)).toBeNull();
});

describe('docs/PICTURES.md', () => {
  const page = readFileSync(join(ROOT, 'docs/PICTURES.md'), 'utf8');
  const shown = [...page.matchAll(/\(pictures\/(\w+)\.png\)/g)].map(([, name]) => name ?? '');

  it('shows the pictures that are there, each with the file that it is of', () => {
    const files = readdirSync(join(ROOT, 'docs/pictures')).map((file) => file.replace('.png', ''));
    expect(shown.toSorted()).toEqual(files.toSorted());
    for (const name of shown) expect(page).toContain(PICTURED.find((model) => model.name === name)?.file ?? 'a model');
  });

  it.each(shown)('%s is small enough to be read over a slow line', (name) => {
    expect(statSync(join(ROOT, `docs/pictures/${name}.png`)).size).toBeLessThan(250_000);
  });
});
