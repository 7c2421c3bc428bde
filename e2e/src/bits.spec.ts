import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { render, SMALL } from './harness.js';

/** One picture, whoever computes it: the film's SHA-256 of a lone, undisturbed volunteer is what every other run must give. */
let alone: string;

test.beforeAll(async () => {
  const { report } = await render([...SMALL, '--volunteers', '1']);
  expect(report.volunteers.filter((row) => row.tiles > 0)).toHaveLength(1);
  expect(report.tiles).toBe(16);
  alone = report.filmSha256;
});

test('two volunteers share the work and give the same bits', async () => {
  const { report } = await render([...SMALL, '--volunteers', '2']);
  expect(report.filmSha256).toBe(alone);
  expect(report.volunteers.filter((row) => row.tiles > 0)).toHaveLength(2);
});

test('three volunteers and other tiles give the same bits', async () => {
  const { report } = await render([...SMALL, '--volunteers', '3', '--tile', '32']);
  expect(report.filmSha256).toBe(alone);
  expect(report.tiles).toBe(4);
});

test('a tab killed half way costs attempts, not bits', async () => {
  const { report } = await render([...SMALL, '--volunteers', '2', '--chaos', 'kill=1@0.5']);
  expect(report.filmSha256).toBe(alone);
  expect(report.chaos).toMatchObject([{ kind: 'kill', count: 1, at: 0.5 }]);
  expect(report.volunteers.map((row) => row.state).sort()).toEqual(['gone', 'ready']);
});

test('a tab that freezes is noticed, and its tiles are done again', async () => {
  const { report } = await render([...SMALL, '--volunteers', '2', '--chaos', 'freeze=1@0.3']);
  expect(report.filmSha256).toBe(alone);
  expect(report.chaos).toMatchObject([{ kind: 'freeze', count: 1 }]);
});

test('relayed through the server, the bits are the same', async () => {
  const { report } = await render([...SMALL, '--volunteers', '2', '--relay-only']);
  expect(report.filmSha256).toBe(alone);
  expect(report.volunteers.map((row) => row.path)).toEqual(['relay', 'relay']);
});

test('tiles of equal cost, cut anew as results come, give the bits of even ones', async () => {
  // Work enough for a look in advance: many samples, and many bounces that roulette ends.
  const large = ['cornell', '--width', '96', '--height', '64', '--spp', '64', '--bounces', '31', '--volunteers', '2'];
  const even = await render([...large, '--tile', '16']);
  const costs = await render(large);
  expect(costs.report.filmSha256).toBe(even.report.filmSha256);
  expect(even.report.tiles).toBe(6 * 4 * 4);
  expect(costs.report.tiles).not.toBe(even.report.tiles);
});

test('another seed is another picture', async () => {
  const { report } = await render([...SMALL, '--seed', '2']);
  expect(report.filmSha256).not.toBe(alone);
});

test('the demo’s scene is the same by one volunteer and by two', async () => {
  const demo = ['bunny', '--width', '48', '--height', '27', '--spp', '4'];
  const one = await render([...demo, '--volunteers', '1']);
  const two = await render([...demo, '--volunteers', '2']);
  expect(two.report.filmSha256).toBe(one.report.filmSha256);
});

const model = resolve(import.meta.dirname, '../../../shared/data/models/alien.glb');
test('a file renders', async () => {
  test.skip(!existsSync(model), 'the sample models are not beside this checkout');
  const { report } = await render([model, '--width', '48', '--height', '48', '--spp', '4', '--bounces', '2']);
  expect(report.tiles).toBeGreaterThan(0);
  expect(report.filmSha256).toMatch(/^[0-9a-f]{64}$/);
});
