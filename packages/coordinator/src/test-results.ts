import type { Bytes } from '@tabgrid/protocol/bytes';
import type { OutputRef, TaskSpec } from '@tabgrid/protocol/task';
import { fakeDenoised, fakeGuides } from '@tabgrid/splitters/post/fake-kernels';
import { fakeResult, fakeSeen } from '@tabgrid/splitters/render/fake-kernel';
import { DenoiseParams, denoiseTask } from '@tabgrid/webgpu-kernels/denoise/task';
import { GbufferParams, gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';

/** For tests: the right results of tasks of every kind. */

export const KERNELS = [pathtraceTask, gbufferTask, denoiseTask].map(({ kind, version }) => ({ kind, version }));

export function rightResult({ kernel, params }: TaskSpec): Bytes {
  if (kernel.kind === gbufferTask.kind) {
    const looked = v.parse(GbufferParams, params);
    return looked.costs ? fakeSeen(looked) : fakeGuides(looked);
  }
  if (kernel.kind === denoiseTask.kind) return fakeDenoised(v.parse(DenoiseParams, params));
  return fakeResult(v.parse(PathtraceParams, params));
}

export function outputName({ kernel }: TaskSpec): OutputRef['name'] {
  return { [gbufferTask.kind]: 'pixels', [denoiseTask.kind]: 'picture' }[kernel.kind] ?? 'blocks';
}
