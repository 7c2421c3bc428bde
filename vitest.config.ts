import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// Dawn for Node finds Vulkan and its software driver beside Debian's Chromium. Test workers are child processes, so
// what is set here reaches the dynamic loader of each.
const CHROMIUM_LIB = '/usr/lib/chromium';
if (!process.env['VK_ICD_FILENAMES'] && existsSync(`${CHROMIUM_LIB}/vk_swiftshader_icd.json`)) {
  process.env['VK_ICD_FILENAMES'] = `${CHROMIUM_LIB}/vk_swiftshader_icd.json`;
  process.env['LD_LIBRARY_PATH'] = [CHROMIUM_LIB, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
}

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['{apps,packages}/*/src/**/*.test.ts', '{signaling,bench}/src/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
    testTimeout: 30_000,
  },
});
