import type { Clock } from '@tabgrid/protocol/clock';
import { type OwnedGpuSession, requestGpuSession } from './create-gpu-session.js';
import { nodeGpu } from './node-gpu.js';

/** Real time, for tests against a real adapter. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};

/** A fresh session on Dawn's adapter, or null (with the reason printed) where there is none. */
export async function testSession(): Promise<OwnedGpuSession | null> {
  const gpu = await nodeGpu();
  if (!gpu) {
    process.stderr.write('skipped: no WebGPU adapter for Node here (set VK_ICD_FILENAMES to a Vulkan driver)\n');
    return null;
  }
  return requestGpuSession(gpu, { clock: realClock, browser: 'node-dawn' });
}
