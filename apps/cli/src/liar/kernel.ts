import type { Kernel, Outputs } from '@tabgrid/webgpu-kernels/kernel';
import { pathtraceKernel as honest } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { falsify } from './falsify.js';
import { LIES } from './lies.js';

Reflect.set(globalThis, LIES, false);

/**
 * Stands in for the path tracer in the liars' Worker (`buildLiarWorker`), and nowhere else: the honest
 * kernel – same kind, same version, same work – whose results are wrong once its Worker was told to lie.
 */
export const pathtraceKernel: Kernel<PathtraceParams> = {
  task: honest.task,
  run: lying(honest.run, () => Reflect.get(globalThis, LIES) === true, Math.random()),
};

/** @param lies asked when a result is there, so that one begun in honesty may end in a lie */
export function lying<Args extends readonly unknown[]>(
  run: (...args: Args) => Promise<Outputs>,
  lies: () => boolean,
  salt: number,
): (...args: Args) => Promise<Outputs> {
  return async (...args) => {
    const result = await run(...args);
    return lies() ? { ...result, outputs: result.outputs.map((output) => falsify(output, salt)) } : result;
  };
}
