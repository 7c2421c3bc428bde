import { expect, test } from '@playwright/test';
import { render } from './harness.js';

/** A denoised picture is one picture too, whoever made which part of it. */
test('denoised by two volunteers or three, in whatever tiles, the bits are the same', async () => {
  const small = ['cornell', '--width', '64', '--height', '64', '--spp', '4', '--denoise'];
  const { report } = await render([...small, '--volunteers', '2']);
  const other = (await render([...small, '--volunteers', '3', '--tile', '24'])).report;
  expect(report.denoisedSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(report.denoisedSha256).not.toBe(report.filmSha256);
  expect(other.filmSha256).toBe(report.filmSha256);
  expect(other.denoisedSha256).toBe(report.denoisedSha256);
});
