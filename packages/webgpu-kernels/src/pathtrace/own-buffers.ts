import { type GpuSession, OutOfMemoryError } from '../gpu-session.js';
import type { TaskBuffers } from './bindings.js';
import { resultBytes } from './film.js';
import type { PathtraceParams } from './task.js';
import { SLICE_BYTES, TASK_BYTES, taskUniform } from './uniforms.js';

export interface OwnBuffers extends TaskBuffers {
  destroy(): void;
}

/** A task's own buffers: the next task begins while this one's film is read back. @throws OutOfMemoryError */
export async function createOwnBuffers(gpu: GpuSession, params: PathtraceParams): Promise<OwnBuffers> {
  const { device } = gpu;
  device.pushErrorScope('out-of-memory');
  const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const task = device.createBuffer({ size: TASK_BYTES, usage: uniform });
  const slice = device.createBuffer({ size: SLICE_BYTES, usage: uniform });
  // The canary stands in a whole vector of its own.
  const film = device.createBuffer({
    size: resultBytes(params) + 12,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const scope = device.popErrorScope();
  device.queue.writeBuffer(task, 0, taskUniform(params));
  const destroy = () => {
    task.destroy();
    slice.destroy();
    film.destroy();
  };
  const error = await scope;
  if (error) {
    destroy();
    throw new OutOfMemoryError(`a tile's film does not fit this GPU's memory: ${error.message}`);
  }
  return { task, slice, film, destroy };
}
