import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './src',
  testMatch: '*.spec.ts',
  outputDir: '../test-results/e2e',
  // Each test runs a whole grid with WebGPU in software: one at a time, with time to spare on a slow machine.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  globalSetup: './src/global-setup.ts',
  reporter: 'list',
});
