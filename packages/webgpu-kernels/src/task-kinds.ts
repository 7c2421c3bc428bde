import { type AnyTaskKind, anyTaskKind } from './erased.js';
import { pathtraceTask } from './pathtrace/task.js';

/** The pure sides of all kernels, for planners, schedulers and coordinators: no GPU, no WGSL. */
export const taskKinds: readonly AnyTaskKind[] = [anyTaskKind(pathtraceTask)];

/** @returns undefined for a kind that this build does not have */
export function findTaskKind(kind: string): AnyTaskKind | undefined {
  return taskKinds.find((task) => task.kind === kind);
}
