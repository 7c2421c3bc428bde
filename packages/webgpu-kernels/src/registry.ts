import type { KernelVersion } from '@tabgrid/protocol/task';
import { denoiseKernel } from './denoise/kernel.js';
import { type AnyKernel, anyKernel } from './erased.js';
import { gbufferKernel } from './gbuffer/kernel.js';
import { pathtraceKernel } from './pathtrace/kernel.js';
import { physicsKernel } from './physics/kernel.js';

/** Every kernel that a page ships. Nothing else ever runs on a volunteer. */
export const kernels: readonly AnyKernel[] = [
  anyKernel(pathtraceKernel),
  anyKernel(gbufferKernel),
  anyKernel(denoiseKernel),
  anyKernel(physicsKernel),
];

/** For a volunteer's capabilities. */
export const kernelVersions: readonly KernelVersion[] = kernels.map(({ task: { kind, version } }) => ({
  kind,
  version,
}));

/** @returns undefined unless kind and version are both equal */
export function findKernel(kind: string, version: string): AnyKernel | undefined {
  return kernels.find(({ task }) => task.kind === kind && task.version === version);
}
