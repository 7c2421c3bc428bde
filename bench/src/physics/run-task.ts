import type { NamedBlob } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Millis } from '@tabgrid/protocol/ids';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import { physicsKernel } from '@tabgrid/webgpu-kernels/physics/kernel';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import type { PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';

/** What a task gave and took. */
export interface TaskDone {
  readonly outputs: readonly Bytes[];
  /** On the GPU; and with upload, encoding and reading back. */
  readonly kernelMs: Millis;
  readonly wallMs: Millis;
}

/** @param inputs a world and a part of it */
export type RunTask = (params: PhysicsParams, inputs: readonly NamedBlob[]) => Promise<TaskDone>;

/** By the kernel, on this machine's adapter. */
export const onGpu =
  (gpu: GpuSession): RunTask =>
  async (params, inputs) => {
    const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
    const given = inputs.map(({ ref, bytes }) => ({ ref, bytes: async () => bytes }));
    const { outputs, stats } = await physicsKernel.run(gpu, params, given, control);
    return { outputs, kernelMs: stats.kernelMs, wallMs: stats.wallMs };
  };

/** By the reference in plain JavaScript, which the kernel equals word for word. */
export const inPlain: RunTask = async (params, inputs) => {
  const begun = performance.now();
  const outputs = simulateInPlain(
    inputs.map(({ bytes }) => bytes),
    params,
  );
  const wallMs = performance.now() - begun;
  return { outputs, kernelMs: wallMs, wallMs };
};
