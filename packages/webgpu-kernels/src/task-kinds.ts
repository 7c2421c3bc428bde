import { denoiseTask } from './denoise/task.js';
import { type AnyTaskKind, anyTaskKind } from './erased.js';
import { gbufferTask } from './gbuffer/task.js';
import { pathtraceTask } from './pathtrace/task.js';
import { physicsTask } from './physics/task.js';

/** The pure sides of all kernels, for planners, schedulers and coordinators: no GPU, no WGSL. */
export const taskKinds: readonly AnyTaskKind[] = [
  anyTaskKind(pathtraceTask),
  anyTaskKind(gbufferTask),
  anyTaskKind(denoiseTask),
  anyTaskKind(physicsTask),
];

/** @returns undefined for a kind that this build does not have */
export function findTaskKind(kind: string): AnyTaskKind | undefined {
  return taskKinds.find((task) => task.kind === kind);
}
