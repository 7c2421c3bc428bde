import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { createReference, type WorldOfSpheres } from './reference.js';
import { SPHERES, SUM_WORDS, WORKGROUP } from './wgsl/spheres.wgsl.js';

const available = (await nodeGpu()) !== null;
const SLOTS = 16;
const HEADS = 1024;
const CONTACT_WORDS = 12;

describe.runIf(available)('spheres', { timeout: 120_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  async function simulate(world: WorldOfSpheres, substeps: number): Promise<Int32Array> {
    const { device } = gpu;
    const { bodies, words } = createReference(world);
    const count = world.spheres.length;
    const code = SPHERES({ bodies: count, planes: world.planes.length, slots: SLOTS, heads: HEADS });
    const module = device.createShaderModule({ code });
    const buffer = (bytes: number) =>
      device.createBuffer({
        size: bytes,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      });
    const filled = (data: Int32Array<ArrayBuffer>) => {
      const made = buffer(data.byteLength);
      device.queue.writeBuffer(made, 0, data);
      return made;
    };
    const states = new Int32Array(12 * count);
    for (let i = 0; i < count; i++) {
      states.set(bodies.position.subarray(3 * i, 3 * i + 3), 12 * i);
      states.set(bodies.momentum.subarray(3 * i, 3 * i + 3), 12 * i + 4);
    }
    const shared = {
      world: filled(words.world),
      fixed: filled(words.fixed),
      states: filled(states),
      counts: buffer(4 * count),
      sums: buffer(4 * SUM_WORDS * count),
      heads: buffer(4 * HEADS),
      nexts: buffer(4 * count),
    };
    const contacts = [buffer(4 * CONTACT_WORDS * SLOTS * count), buffer(4 * CONTACT_WORDS * SLOTS * count)];
    const visible = 4;
    const layout = device.createBindGroupLayout({
      entries: Array.from({ length: 9 }, (_, binding) => ({
        binding,
        visibility: visible,
        buffer: {
          type:
            binding === 0
              ? ('uniform' as const)
              : [1, 8].includes(binding)
                ? ('read-only-storage' as const)
                : ('storage' as const),
        },
      })),
    });
    const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
    const pipelines = await Promise.all(
      ['sortIn', 'meet', 'solve', 'moveOn'].map((entryPoint) =>
        device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint } }),
      ),
    );
    const groups = [0, 1].map((turn) =>
      device.createBindGroup({
        layout,
        entries: [
          shared.world,
          shared.fixed,
          shared.states,
          contacts[turn],
          shared.counts,
          shared.sums,
          shared.heads,
          shared.nexts,
          contacts[1 - turn],
        ].map((one, binding) => ({ binding, resource: { buffer: one as GPUBuffer } })),
      }),
    );
    for (let s = 0; s < substeps; s++) {
      const encoder = device.createCommandEncoder();
      encoder.clearBuffer(shared.heads);
      for (const pipeline of pipelines) {
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groups[s % 2] as GPUBindGroup);
        pass.dispatchWorkgroups(Math.ceil(count / WORKGROUP));
        pass.end();
      }
      device.queue.submit([encoder.finish()]);
    }
    const bytes = await gpu.readBuffer(shared.states, states.byteLength);
    return new Int32Array(bytes.buffer, bytes.byteOffset, states.length);
  }

  const wall = (normal: [number, number, number], offset: number) => ({ normal, offset });
  const tilt = Math.SQRT1_2;
  function pile(count: number): WorldOfSpheres {
    let seed = 7;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
      return (seed >>> 8) / 2 ** 24;
    };
    return {
      spheres: Array.from({ length: count }, (_, i) => ({
        radius: 0.05 + 0.05 * random(),
        mass: 0.5 + 3 * random(),
        position: [
          ((i % 5) - 2) * 0.22 + 0.02 * random(),
          0.3 + 0.24 * Math.floor(i / 25),
          ((Math.floor(i / 5) % 5) - 2) * 0.22,
        ],
        velocity: [random() - 0.5, -2 * random(), random() - 0.5],
      })),
      planes: [
        wall([0, 1, 0], 0),
        wall([1, 0, 0], -0.6),
        wall([-1, 0, 0], -0.6),
        wall([0, tilt, tilt], -0.4),
        wall([0, 0, -1], -0.6),
      ],
      gravity: [0, -9.81, 0],
      friction: 0.5,
      restitution: 0.4,
      step: 1 / 240,
    };
  }

  it('a pile is the reference’s, word for word', async () => {
    const world = pile(150);
    const substeps = 240;
    const reference = createReference(world);
    for (let s = 0; s < substeps; s++) reference.substep();
    const got = await simulate(world, substeps);
    const { position, momentum, spin, contacts } = reference.bodies;
    const expected = world.spheres.map((_, i) => [
      ...position.subarray(3 * i, 3 * i + 3),
      contacts[i],
      ...momentum.subarray(3 * i, 3 * i + 3),
      0,
      ...spin.subarray(3 * i, 3 * i + 3),
      0,
    ]);
    expect(world.spheres.map((_, i) => [...got.subarray(12 * i, 12 * i + 12)])).toEqual(expected);
    // Not because nothing happened.
    expect(Math.max(...contacts)).toBeGreaterThan(3);
  });
});
