import { type OwnedGpuSession, requestGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { orInSoftware } from './in-software.js';

/** A GPU for kernels in plain Node: the machine's own, or the software one that a browser brings, for which the process begins anew. */
export async function nodeSession(): Promise<OwnedGpuSession> {
  await orInSoftware();
  const gpu = await nodeGpu();
  if (!gpu) {
    throw new Error(
      'No WebGPU for Node here: install a browser that brings SwiftShader, or name a driver in VK_ICD_FILENAMES.',
    );
  }
  const clock = {
    now: () => performance.now(),
    after(delay: number, callback: () => void) {
      const timer = setTimeout(callback, delay);
      return () => clearTimeout(timer);
    },
  };
  return await requestGpuSession(gpu, { clock, browser: 'node-dawn' });
}
