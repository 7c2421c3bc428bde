import * as v from 'valibot';
import { expect, it } from 'vitest';
import { anyKernel, anyTaskKind } from './erased.js';
import { InvalidTaskError } from './gpu-session.js';
import { findKernel, kernels, kernelVersions } from './registry.js';
import type { TaskKind } from './task-kind.js';
import { findTaskKind, taskKinds } from './task-kinds.js';

const doubling: TaskKind<{ n: number }> = {
  kind: 'doubling',
  version: '1',
  params: v.strictObject({ n: v.pipe(v.number(), v.minValue(1)) }),
  outputs: ({ n }) => [{ name: 'twice', bytes: 2 * n }],
  workUnits: ({ n }) => n,
  requires: () => ({}),
  probe: ({ n }, secret) => ({ n: n + secret }),
  fault: ({ n }) => (n === 13 ? 'unlucky' : null),
  compare: () => ({ kind: 'equal' }),
};

it('parses parameters before the kind sees them', () => {
  const task = anyTaskKind(doubling);
  expect(task.outputs({ n: 4 })).toEqual([{ name: 'twice', bytes: 8 }]);
  expect(task.workUnits({ n: 4 })).toBe(4);
  expect(task.probe({ n: 4 }, 2)).toEqual({ n: 6 });
  expect(task.fault({ n: 13 }, [])).toBe('unlucky');
  for (const bad of [{}, { n: 'x' }, { n: 0 }, { n: 1, m: 2 }])
    expect(() => task.outputs(bad)).toThrow(InvalidTaskError);
});

it('names the place of what is wrong', () => {
  expect(() => anyTaskKind(doubling).workUnits({ n: 'x' })).toThrow(/doubling parameters: n: /);
});

it('rejects a run with bad parameters', async () => {
  const kernel = anyKernel({ task: doubling, run: () => Promise.reject(new Error('must not run')) });
  // Parameters are read before the session is touched.
  const session = Object.create(null);
  const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
  await expect(kernel.run(session, { n: -1 }, [], control)).rejects.toThrow(InvalidTaskError);
});

it('finds kernels by kind and version, task kinds by kind', () => {
  for (const { kind, version } of kernelVersions) {
    expect(findKernel(kind, version)?.task.kind).toBe(kind);
    expect(findKernel(kind, `${version}x`)).toBeUndefined();
    expect(findTaskKind(kind)?.version).toBe(version);
  }
  expect(findKernel('toString', '1')).toBeUndefined();
  expect(findTaskKind('toString')).toBeUndefined();
  expect(taskKinds.map((task) => task.kind)).toEqual(kernels.map(({ task }) => task.kind));
});
