import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { createReference } from './reference.js';
import {
  CONTACT_WORDS,
  MOVING_WORDS,
  PAIRS_A_BODY,
  PASSES,
  SUBSTEP,
  SUM_HEADER,
  SUM_WORDS,
  WORKGROUP,
  WORLD_BYTES,
  WORLD_WORDS,
} from './wgsl/substep.wgsl.js';
import {
  type Body,
  type BodyShape,
  STATE_WORDS,
  type Triple,
  type World,
  type WorldWords,
  worldWords,
} from './world.js';

const available = (await nodeGpu()) !== null;
const SLOTS = 64;
const HEADS = 1024;
const STEP = 1 / 480;

describe.runIf(available)('a substep in WGSL', { timeout: 120_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  async function simulate(words: WorldWords, boxes: boolean, substeps: number): Promise<Int32Array> {
    const { device } = gpu;
    const module = device.createShaderModule({ code: SUBSTEP(boxes) });
    const all = words.bodies + words.statics;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = (bytes: number) => device.createBuffer({ size: bytes, usage });
    const filled = (data: Int32Array<ArrayBuffer>) => {
      const made = buffer(data.byteLength);
      device.queue.writeBuffer(made, 0, data);
      return made;
    };
    const { scale } = words;
    const world = new Int32Array(WORLD_BYTES / 4);
    world.set([
      ...[words.bodies, all, words.planes, HEADS, SLOTS, scale.massShift, scale.spinShift, scale.leverShift],
      ...[words.cellShift, words.reach, words.near, words.slop, words.bounceFrom, PAIRS_A_BODY * all],
    ]);
    world.set(words.ground, WORLD_WORDS);
    const contacts = [0, 1].map(() => buffer(4 * all * (1 + CONTACT_WORDS * SLOTS)));
    const states = filled(words.states);
    const shared = {
      world: filled(world),
      fixed: filled(words.fixed),
      movings: buffer(4 * MOVING_WORDS * all),
      sums: buffer(4 * (SUM_HEADER + SUM_WORDS * all)),
      heads: buffer(4 * HEADS),
      nexts: buffer(4 * all),
    };
    const pairs = buffer(8 * PAIRS_A_BODY * all);
    const turns = [0, 1].map((turn) => [
      ...[shared.world, shared.fixed, states, shared.movings, contacts[turn], contacts[1 - turn]],
      ...[shared.sums, shared.heads, shared.nexts, pairs],
    ]);
    const passes = await Promise.all(
      PASSES.map(async ({ entryPoint, binds, threads }) => {
        const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } });
        const groups = turns.map((buffers) =>
          device.createBindGroup({
            layout: pipeline.getBindGroupLayout(0),
            entries: binds.map((binding) => ({ binding, resource: { buffer: buffers[binding] as GPUBuffer } })),
          }),
        );
        return { pipeline, groups, threads: threads(all) };
      }),
    );
    for (let s = 0; s < substeps; s++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const { pipeline, groups, threads } of passes) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groups[s % 2] as GPUBindGroup);
        pass.dispatchWorkgroups(Math.ceil(threads / WORKGROUP));
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    const bytes = await gpu.readBuffer(states, words.states.byteLength);
    return new Int32Array(bytes.buffer, bytes.byteOffset, words.states.length);
  }

  const surface = { friction: 0.5, restitution: 0.2 };
  const wall = (normal: Triple, offset: number) => ({ normal, offset, ...surface });
  const tilt = Math.SQRT1_2;
  const STILL = { velocity: [0, 0, 0], spin: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;

  /** Things that fall into a box with a slope, over a beam. */
  function heap(shapes: readonly BodyShape[]): World {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const bodies = shapes.map((shape, i): Body => {
      const q = [random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5] as const;
      const length = Math.hypot(...q);
      return {
        ...{ shape, mass: 0.5 + random(), ...surface },
        position: [-0.4 + 0.27 * (i % 4), 0.6 + 0.27 * Math.floor(i / 16), -0.4 + 0.27 * (Math.floor(i / 4) % 4)],
        rotation: [q[0] / length, q[1] / length, q[2] / length, q[3] / length],
        velocity: [random() - 0.5, -1, random() - 0.5],
        spin: [4 * random(), 4 * random() - 4, 0],
      };
    });
    return {
      bodies,
      planes: [
        wall([0, 1, 0], 0),
        wall([1, 0, 0], -0.6),
        wall([-1, 0, 0], -0.6),
        wall([0, tilt, tilt], -0.4),
        wall([0, 0, -1], -0.6),
      ],
      statics: shapes.some(({ kind }) => kind === 'box')
        ? [{ half: [0.6, 0.05, 0.05], position: [0, 0.3, 0.1], ...surface, rotation: STILL.rotation }]
        : [],
      gravity: [0, -9.81, 0],
    };
  }

  const SPHERE: BodyShape = { kind: 'sphere', radius: 0.08 };
  const BOX: BodyShape = { kind: 'box', half: [0.09, 0.06, 0.04] };

  it.each([
    ['spheres', Array.from({ length: 64 }, () => SPHERE), 240],
    ['boxes', Array.from({ length: 24 }, () => BOX), 240],
    ['both', Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? SPHERE : BOX)), 240],
  ] as const)('%s in a heap: the reference’s, word for word', async (_, shapes, substeps) => {
    const words = worldWords(heap(shapes), STEP);
    const reference = createReference(words);
    for (let s = 0; s < substeps; s++) reference.substep();
    const got = await simulate(
      words,
      shapes.some(({ kind }) => kind === 'box'),
      substeps,
    );
    expect([...got]).toEqual([...reference.states]);
    // Not because nothing happened.
    const contacts = shapes.map((__, i) => got[STATE_WORDS * i + 3] ?? 0);
    expect(Math.max(...contacts)).toBeGreaterThan(1);
  });
});
