import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as Comlink from 'comlink';
import { createTfjsTrainer } from './nn/tfjs-trainer.js';
import { createWorkerCore } from './worker-core.js';

/** The Worker that learns: the only place of a page where tfjs is. */

const wasmPaths = {
  'tfjs-backend-wasm.wasm': plainUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
};

Comlink.expose(
  createWorkerCore({
    createTrainer: (backend) => createTfjsTrainer(backend, { wasmPaths }),
    backends: ['wasm', 'cpu', 'webgpu'],
    now: () => performance.now(),
    after: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }),
);
