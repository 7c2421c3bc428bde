import { concatBytes, sha256Hex } from '@tabgrid/protocol/bytes';
import type { GpuSession } from './gpu-session.js';
import type { Kernel, TaskInput } from './kernel.js';
import { dialectOf } from './task-kind.js';

/**
 * Tasks of which it is known what bits they end in wherever a driver compiles a kernel as it is written. They are asked of an adapter
 * before its results are taken for everybody's.
 */
export interface KnownAnswer<P> {
  /** Of all outputs of all tasks, one after the other; hex. */
  readonly sha256: string;
  tasks(): Promise<readonly { readonly params: P; readonly inputs: readonly TaskInput[] }[]>;
}

/**
 * The version that an adapter's results are of: the kernel's own, or where it answers the known tasks otherwise a dialect, which those
 * share that answer alike.
 * @throws what the kernel's `run` throws
 */
export async function versionOn<P>({ task, run, knownAnswer }: Kernel<P>, gpu: GpuSession): Promise<string> {
  if (!knownAnswer) return task.version;
  const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
  const answers: Uint8Array<ArrayBuffer>[] = [];
  for (const { params, inputs } of await knownAnswer.tasks()) {
    const { outputs } = await run(gpu, params, inputs, control);
    answers.push(...outputs.slice(0, task.outputs(params).length));
  }
  const found = await sha256Hex(concatBytes(answers));
  return found === knownAnswer.sha256 ? task.version : dialectOf(task.version, found);
}
