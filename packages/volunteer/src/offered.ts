import type { KernelVersion } from '@tabgrid/protocol/task';
import type { AnyKernel } from '@tabgrid/webgpu-kernels/erased';
import { GpuLostError } from '@tabgrid/webgpu-kernels/gpu-session';
import { versionOn } from '@tabgrid/webgpu-kernels/known-answer';
import type { VariantMemory } from '@tabgrid/webgpu-kernels/variant-memory';
import type { Alarm } from './alarm.js';
import type { OpenedSession } from './gpu-worker-core.js';

/**
 * What an adapter offers: each kernel in the version that its results are of. Where that rests on a known answer, the adapter is asked for
 * it once, on its first visit; not in software, whose compilers the tests of this project cover. A kernel that fails over it is not
 * offered.
 */
export async function offered(
  kernels: readonly AnyKernel[],
  { session: gpu, capabilities, lost }: OpenedSession & { readonly lost: Alarm<string> },
  memory: VariantMemory,
): Promise<readonly KernelVersion[]> {
  const versionOf = async (kernel: AnyKernel): Promise<string> => {
    const { kind, version } = kernel.task;
    if (!kernel.knownAnswer || capabilities.software) return version;
    const owner = { kind: `${kind} answer`, version, adapter: capabilities.adapter };
    const known = await memory.recall(owner);
    if (known !== null) return known;
    const found = await lost.during(versionOn(kernel, gpu), (reason) => {
      throw new GpuLostError(reason);
    });
    await memory.keep(owner, found);
    return found;
  };
  const all = await Promise.all(
    kernels.map(async (kernel) => {
      const { kind } = kernel.task;
      const version = await versionOf(kernel).catch(() => null);
      return version === null ? [] : [{ kind, version }];
    }),
  );
  return all.flat();
}
