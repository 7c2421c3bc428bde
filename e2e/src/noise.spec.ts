import { expect, test } from '@playwright/test';
import { render } from './harness.js';

/** Where samples go is decided from the film alone. */
test('a noise target gives the same picture by two volunteers or three, in other tiles, with one killed', async () => {
  const small = ['cornell', '--width', '64', '--height', '64', '--spp', '256', '--noise', '0.12'];
  const { report } = await render([...small, '--volunteers', '2']);
  expect(report.noise?.target).toBe(0.12);
  expect(report.noise?.level).toBeLessThan(0.12);
  // Some of it has more samples than the rest.
  expect(report.spp).toBeGreaterThan(32);
  expect(report.spp).toBeLessThan(256);
  const other = (await render([...small, '--volunteers', '3', '--tile', '24', '--chaos', 'kill=1@0.3'])).report;
  expect(other.filmSha256).toBe(report.filmSha256);
});
