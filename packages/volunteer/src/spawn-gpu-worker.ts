import { createWorkerHandle, type GpuWorkerHandle, type WorkerWatch } from './worker-handle.js';

/** Starts the GPU Worker of this page. Call only after the person's yes. */
export function spawnGpuWorker(): GpuWorkerHandle {
  const worker = new Worker(new URL('./gpu-worker.ts', import.meta.url), { type: 'module' });
  return createWorkerHandle(worker, watchByLock());
}

/**
 * A Web Lock is freed by the browser when its Worker's thread has ended: the only way to see that `terminate` is done.
 * Null where the browser has no locks (an insecure context, which has no WebGPU either); where it denies them, as to a
 * frame on a stranger's site, the end is taken for granted.
 */
function watchByLock(): WorkerWatch | null {
  if (!('locks' in navigator)) return null;
  const lock = `tabgrid.worker.${crypto.randomUUID()}`;
  return { lock, released: () => navigator.locks.request(lock, () => undefined).catch(() => undefined) };
}
