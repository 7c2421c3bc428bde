import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const page = (path: string) => resolve(import.meta.dirname, 'apps', path);

/** The pages, all served from one origin; the signaling server maps `/`, `/peer` and `/embed/frame` onto them. */
export default defineConfig({
  root: resolve(import.meta.dirname, 'apps'),
  base: '/',
  build: {
    outDir: resolve(import.meta.dirname, 'dist/pages'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: true,
    // The preload helper would be inlined, which the pages' CSP forbids; all browsers with WebGPU have modulepreload.
    modulePreload: { polyfill: false },
    // No data: URLs for scripts and styles: the CSP allows them for images only.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        dashboard: page('coordinator-web/index.html'),
        peer: page('peer-tab/index.html'),
        frame: page('peer-tab/frame.html'),
        bench: resolve(import.meta.dirname, 'apps/bench-page/index.html'),
      },
    },
  },
  worker: { format: 'es' },
});
