import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './src',
  testMatch: '*.spec.ts',
  outputDir: '../test-results/e2e',
  // Each test runs a whole grid with WebGPU in software: one at a time, with time to spare on a slow machine.
  workers: 1,
  // On a machine that others use too a tab may be starved for a minute; what passes only then is listed as flaky.
  retries: process.env['CI'] ? 1 : 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  globalSetup: './src/global-setup.ts',
  reporter: 'list',
});
