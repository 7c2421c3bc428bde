import type { Bytes } from '@tabgrid/protocol/bytes';
import { type GpuSession, InvalidTaskError, OutOfMemoryError } from '../gpu-session.js';
import type { TaskInput } from '../kernel.js';
import { bufferContents, mebibytes } from './layout.js';
import type { Program } from './program.js';
import { type PathtraceParams, taskInputs } from './task.js';

/** From a task's blobs to what a program binds: shared by the kernels that walk a scene. */

const WRITE_BYTES = 16 * 2 ** 20;

/** A task's own buffers: both uniforms, and what it writes. */
export interface TaskBuffers {
  readonly task: GPUBuffer;
  readonly slice: GPUBuffer;
  readonly film: GPUBuffer;
}

/** @throws InvalidTaskError, OutOfMemoryError */
export function checkInputs(
  gpu: GpuSession,
  params: Pick<PathtraceParams, 'scene' | 'environment'>,
  inputs: readonly TaskInput[],
): void {
  const expected = taskInputs(params);
  const fits = inputs.length === expected.length && expected.every((ref, i) => inputs[i]?.ref.id === ref.id);
  if (!fits) throw new InvalidTaskError('the inputs are not those that the parameters name');
  const limit = Math.min(gpu.device.limits.maxStorageBufferBindingSize, gpu.device.limits.maxBufferSize);
  for (const [role, blob] of Object.entries(params.scene.blobs)) {
    if (blob && blob.bytes > limit) throw tooLarge(`the scene's ${bufferContents(role)}`, blob.bytes, limit);
  }
  for (const { bytes } of expected) if (bytes > limit) throw tooLarge("the environment's texels", bytes, limit);
}

function tooLarge(what: string, bytes: number, limit: number): OutOfMemoryError {
  return new OutOfMemoryError(`${what} need ${mebibytes(bytes)}, this GPU gives ${mebibytes(limit)} in one piece`);
}

export async function compile(
  device: GPUDevice,
  { wgsl, key }: Pick<Program, 'wgsl' | 'key'>,
  entryPoint = 'main',
): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code: wgsl, label: key });
  try {
    return await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } });
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const text = messages.map(({ lineNum, message }) => `${lineNum}: ${message}`).join('\n');
    throw new Error(`the kernel does not compile\n${text}`, { cause: error });
  }
}

/** Uploads a blob once a session. */
export function upload(gpu: GpuSession, input: TaskInput): Promise<GPUBuffer> {
  return gpu.resource(`blob ${input.ref.id}`, input.ref.bytes, async (device) => {
    const bytes: Bytes = await input.bytes();
    if (bytes.byteLength !== input.ref.bytes)
      throw new InvalidTaskError('an input has another length than its name says');
    const buffer = device.createBuffer({
      size: bytes.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    for (let at = 0; at < bytes.byteLength; at += WRITE_BYTES) {
      device.queue.writeBuffer(buffer, at, bytes, at, Math.min(WRITE_BYTES, bytes.byteLength - at));
    }
    return buffer;
  });
}

/** What a program that walks a scene reads and writes, in the order of the bindings in wgsl/scene.wgsl.ts. */
export function bindTask(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  { instances, textures, map }: Pick<Program, 'instances' | 'textures' | 'map'>,
  own: TaskBuffers,
  storage: readonly GPUBuffer[],
): GPUBindGroup {
  const [nodes, triangles, shading, tables, ...rest] = storage;
  // In the order of taskInputs; a map that is black is an input, but not a binding.
  const places = instances ? rest.shift() : undefined;
  const texels = textures ? rest.shift() : undefined;
  const sky = map ? rest.shift() : undefined;
  const buffers = [own.task, own.slice, own.film, nodes, triangles, shading, tables, texels, sky, places];
  return device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.flatMap((buffer, binding) => (buffer ? [{ binding, resource: { buffer } }] : [])),
  });
}
