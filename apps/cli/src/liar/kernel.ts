import type { Kernel, Outputs } from '@tabgrid/webgpu-kernels/kernel';
import { pathtraceKernel as honest } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { physicsKernel as honestPhysics } from '@tabgrid/webgpu-kernels/physics/kernel';
import type { PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import { falsify, falsifyWorld } from './falsify.js';
import { LIES } from './lies.js';

Reflect.set(globalThis, LIES, false);

const told = () => Reflect.get(globalThis, LIES) === true;
const SALT = Math.random();

/**
 * Stands in for the path tracer in the liars' Worker (`buildLiarWorker`), and nowhere else: the honest
 * kernel – same kind, same version, same work – whose results are wrong once its Worker was told to lie.
 */
export const pathtraceKernel: Kernel<PathtraceParams> = {
  task: honest.task,
  run: lying(honest.run, told, (outputs) => outputs.map((output) => falsify(output, SALT))),
};

/** The same for worlds of bodies. */
export const physicsKernel: Kernel<PhysicsParams> = {
  task: honestPhysics.task,
  run: lying(honestPhysics.run, told, (outputs) => falsifyWorld(outputs, SALT)),
};

/** @param lies asked when a result is there, so that one begun in honesty may end in a lie */
export function lying<Args extends readonly unknown[]>(
  run: (...args: Args) => Promise<Outputs>,
  lies: () => boolean,
  wrong: (outputs: Outputs['outputs']) => Outputs['outputs'],
): (...args: Args) => Promise<Outputs> {
  return async (...args) => {
    const result = await run(...args);
    return lies() ? { ...result, outputs: wrong(result.outputs) } : result;
  };
}
