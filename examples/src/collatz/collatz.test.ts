import { nameBlob } from '@tabgrid/protocol/blob';
import { bytesOf, concatBytes } from '@tabgrid/protocol/bytes';
import { JobId, VolunteerId } from '@tabgrid/protocol/ids';
import { createScheduler, DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { runKernelTests } from '@tabgrid/webgpu-kernels/kernel-tests';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { testSession } from '@tabgrid/webgpu-kernels/test-gpu';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { collatzKernel } from './kernel.js';
import { collatzPlanner } from './planner.js';
import { CollatzParams, collatzTask } from './task.js';

const list = Uint32Array.from({ length: 5000 }, (_, i) => 1 + ((i * 7919) % 99_999));

function stepsOf(start: number): number {
  let steps = 0;
  for (let n = start; n !== 1; steps++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  return steps;
}

async function makeCase() {
  const blob = await nameBlob(bytesOf(list));
  const params: CollatzParams = { numbers: blob.ref, first: 100, count: 4000 };
  const halves = [
    { ...params, count: 1500 },
    { ...params, first: 1600, count: 2500 },
  ];
  const canary = 4;
  return {
    kernel: collatzKernel,
    params,
    inputs: [{ ref: blob.ref, bytes: async () => blob.bytes }],
    splits: [
      {
        name: 'two parts',
        parts: halves,
        join: (parts: readonly { outputs: readonly Uint8Array<ArrayBuffer>[] }[]) => {
          const counts = parts.map(({ outputs: [o] }) => (o ?? new Uint8Array()).slice(0, -canary));
          const end = new Uint8Array(canary);
          new DataView(end.buffer).setUint32(0, (0x7461_6267 ^ (params.first * 31 + params.count)) >>> 0, true);
          return [concatBytes([...counts, end])];
        },
      },
    ],
    spoil: ([good = new Uint8Array()]: readonly Uint8Array<ArrayBuffer>[]) => [
      { name: 'too short', outputs: [good.slice(4)] },
      { name: 'without its last word', outputs: [concatBytes([good.slice(0, -canary), new Uint8Array(canary)])] },
      { name: 'impossible', outputs: [concatBytes([Uint8Array.of(255, 255, 255, 255), good.slice(4)])] },
    ],
    part([whole = new Uint8Array()]: readonly Uint8Array<ArrayBuffer>[], probe: CollatzParams) {
      const from = 4 * (probe.first - params.first);
      const end = new Uint8Array(canary);
      new DataView(end.buffer).setUint32(0, (0x7461_6267 ^ (probe.first * 31 + probe.count)) >>> 0, true);
      return [concatBytes([whole.slice(from, from + 4 * probe.count), end])];
    },
  };
}

const skipReason = (await nodeGpu()) ? null : 'no WebGPU adapter for Node here';

runKernelTests('collatz', makeCase, testSession, skipReason);

it.skipIf(skipReason !== null)('is planned, scheduled, computed and merged', { timeout: 120_000 }, async () => {
  const { inputs } = await makeCase();
  const [input] = inputs;
  const gpu = await testSession();
  if (!input || !gpu) throw new Error('the adapter went away');
  const job = { id: v.parse(JobId, 'job'), numbers: input.ref, part: 700, verify: 'none' } as const;
  const grid = { volunteers: 1, unitsPerSecond: null };
  let [state, step] = collatzPlanner.begin(job, grid);
  let output: Uint32Array = new Uint32Array(list.length);

  // What a driver does: events in, effects out.
  const scheduler = createScheduler(DEFAULT_CONFIG, 1);
  const volunteer = v.parse(VolunteerId, 'me');
  const kernels = [{ kind: collatzTask.kind, version: collatzTask.version }];
  const { adapterClass: adapter } = gpu;
  const capabilities = { adapter, software: true, features: [], limits: {}, cpuCores: 1, kernels };
  const todo = [
    ...scheduler.handle({ type: 'volunteerJoined', volunteer, capabilities, paused: false, hidden: false }, 0),
    ...scheduler.handle({ type: 'tasksAdded', tasks: step.add.map((spec) => ({ spec })) }, 0),
  ];
  for (let effect = todo.shift(); effect; effect = todo.shift()) {
    if (effect.type !== 'sendTask') continue;
    const { attempt, task } = effect;
    const params = v.parse(CollatzParams, task.params);
    const { outputs, stats } = await collatzKernel.run(gpu, params, inputs, {
      signal: new AbortController().signal,
      progress() {},
      submitted() {},
    });
    todo.push(...scheduler.handle({ type: 'returned', volunteer, attempt, task: task.id, stats }, gpu.now()));
    todo.push(...scheduler.handle({ type: 'checked', attempt, fault: collatzTask.fault(params, outputs) }, gpu.now()));
    output = collatzPlanner.merge(output, { params, steps: outputs[0] ?? new Uint8Array() });
    [state, step] = collatzPlanner.resume(state, { type: 'accepted', task: task.id }, grid);
  }
  gpu.close();
  expect(step.done).toEqual({ failed: 0 });
  expect([...output]).toEqual([...list].map(stepsOf));
});
