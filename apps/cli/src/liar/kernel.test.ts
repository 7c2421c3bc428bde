import { pathtraceKernel as honest } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { physicsKernel as honestPhysics } from '@tabgrid/webgpu-kernels/physics/kernel';
import { expect, it } from 'vitest';
import { falsify } from './falsify.js';
import { lying, pathtraceKernel, physicsKernel } from './kernel.js';
import { LIES } from './lies.js';

it('passes for the honest kernel: nobody can tell by kind or version', () => {
  expect(pathtraceKernel.task).toBe(honest.task);
  expect(physicsKernel.task).toBe(honestPhysics.task);
  expect(Reflect.get(globalThis, LIES)).toBe(false);
});

it('is honest until it is told to lie', async () => {
  let lies = false;
  const stats = { kernelMs: 3, wallMs: 4, submissions: 1 };
  const run = lying(
    async (length: number) => ({ outputs: [new Uint8Array(length)], stats }),
    () => lies,
    (outputs) => outputs.map((output) => falsify(output, 0.5)),
  );
  expect(await run(68)).toEqual({ outputs: [new Uint8Array(68)], stats });
  lies = true;
  expect(await run(68)).toEqual({ outputs: [falsify(new Uint8Array(68), 0.5)], stats });
});
