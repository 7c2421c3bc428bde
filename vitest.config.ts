import { defineConfig } from 'vitest/config';
import { softwareVulkanEnv } from './apps/cli/src/software-vulkan.js';

// Test workers are child processes, so what is set here reaches the dynamic loader of each: kernels find a Vulkan driver.
Object.assign(process.env, softwareVulkanEnv(process.env['TABGRID_BROWSER'] ?? null));

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['{apps,packages}/*/src/**/*.test.{ts,tsx}', '{signaling,bench,examples}/src/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
    testTimeout: 30_000,
  },
});
