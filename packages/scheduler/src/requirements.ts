import type { Capabilities, KernelVersion, Requirements } from '@tabgrid/protocol/task';
import { lackedOfClass } from './gpu-class.js';

/**
 * What a volunteer lacks to run tasks of a class, in words for the job's owner; empty when it can.
 *
 * Memory is not looked at here: WebGPU tells no amount. A task that does not fit comes back as a failure and goes elsewhere,
 * and so does from then on every task that needs as much (see `lanes.ts`).
 */
export function lacking(capabilities: Capabilities, kernel: KernelVersion, requires: Requirements): readonly string[] {
  const lacks: string[] = [];
  const sameKind = capabilities.kernels.filter((k) => k.kind === kernel.kind);
  if (sameKind.length === 0) lacks.push(`the kernel ${kernel.kind}`);
  else if (!sameKind.some((k) => k.version === kernel.version)) {
    lacks.push(`this page's version of the kernel ${kernel.kind} (the volunteer's page is another build: reload it)`);
  }
  for (const feature of requires.features ?? []) {
    if (!capabilities.features.includes(feature)) lacks.push(`the WebGPU feature ${feature}`);
  }
  for (const [limit, least] of Object.entries(requires.limits ?? {})) {
    const has = capabilities.limits[limit] ?? 0;
    if (has < least) lacks.push(`${limit} of ${least} (has ${has})`);
  }
  if (requires.cpuCores !== undefined && capabilities.cpuCores < requires.cpuCores) {
    lacks.push(`${requires.cpuCores} processor cores (has ${capabilities.cpuCores})`);
  }
  const lackedGpu = requires.gpu === undefined ? null : lackedOfClass(capabilities, requires.gpu);
  if (lackedGpu !== null) lacks.push(lackedGpu);
  return lacks;
}
