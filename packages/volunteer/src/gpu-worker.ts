import { openIndexedDbStores } from '@tabgrid/store/indexeddb';
import { systemClock } from '@tabgrid/transport/system-clock';
import { kernels } from '@tabgrid/webgpu-kernels/registry';
import { measureScores } from '@tabgrid/webgpu-kernels/score/measure';
import { browserName } from './browser-name.js';
import { createGpuWorker } from './gpu-worker-core.js';
import { openGpuSession } from './open-session.js';
import { createVariantStore } from './variant-store.js';
import { exposeGpuWorker } from './worker-handle.js';

/** Entry of the GPU Worker: nothing but wiring. */

/** Name of the database for what is remembered of the GPU, on this origin. */
const DATABASE = 'tabgrid-gpu';

exposeGpuWorker(
  createGpuWorker({
    kernels,
    openSession: (remembered) =>
      openGpuSession({
        gpu: 'gpu' in navigator ? navigator.gpu : null,
        browser: browserName(navigator),
        secure: isSecureContext,
        cpuCores: navigator.hardwareConcurrency,
        clock: systemClock,
        remembered,
      }),
    measure: measureScores,
    variants: createVariantStore(async () => (await openIndexedDbStores(DATABASE, Date.now)).records),
    holdLock(name) {
      // Held for ever: the browser frees it when this thread ends. A frame on a stranger's site may be denied locks.
      navigator.locks.request(name, () => new Promise<never>(() => {})).catch(() => {});
    },
  }),
);
