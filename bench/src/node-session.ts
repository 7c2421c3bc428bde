import { softwareVulkanEnv } from '@tabgrid/cli/software-vulkan';
import { type OwnedGpuSession, requestGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';

/** A GPU for kernels in plain Node: the machine's own, or the software one that a browser brings. */
export async function nodeSession(): Promise<OwnedGpuSession> {
  Object.assign(process.env, softwareVulkanEnv(process.env['TABGRID_BROWSER'] ?? null));
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
