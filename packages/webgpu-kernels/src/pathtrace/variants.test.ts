import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { GpuLostError, type GpuSession } from '../gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import type { VariantMemory, VariantOwner } from '../variant-memory.js';
import { box, lookAt, material, quad, sphere } from './fixtures.js';
import { createPathtraceKernel } from './kernel.js';
import { programFor } from './program.js';
import { instancedScene, rowsOf } from './test-instances.js';
import { type Prepared, prepare, quietControl, type Shot } from './test-render.js';
import { partOf, tune } from './tune.js';
import { BASE, fitsDevice, VARIANTS, type Variant } from './variants.js';

const available = (await nodeGpu()) !== null;

const materials = [
  material({ baseColor: [0.8, 0.8, 0.8, 1], roughness: 0.7 }),
  material({ metallic: 1, roughness: 0.25, baseColor: [0.9, 0.7, 0.4, 1] }),
  material({ baseColor: [0.2, 0.5, 0.8, 0.6], alphaMode: 'blend', doubleSided: true, roughness: 0.3 }),
  material({ baseColor: [0, 0, 0, 1], emissive: [6, 5, 4] }),
];
const floor = quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0);
const lamp = quad([-0.5, 2, -0.5], [1, 0, 0], [0, 0, 1], 3);
const ball = sphere([0, 0.7, 0], 0.6, 8, 1);
const crate = box([0.8, 0, -0.5], [1.3, 1, 0], 2);
const placed = [{ meshes: [ball, ...crate], places: [rowsOf([-0.8, 0, 0]), rowsOf([0.7, 0, -0.3], [0, 1, 0], 0.5)] }];

/** Sides that no square of 8 × 8 divides. */
const shot = (scene: Shot['scene'], more: Partial<Shot> = {}): Shot => ({
  scene,
  environment: { kind: 'constant', radiance: [0.2, 0.3, 0.4] },
  camera: lookAt([0.5, 1.4, 4], [0, 0.7, 0], 0.8),
  width: 27,
  height: 19,
  spp: 6,
  block: 4,
  bounces: 3,
  ...more,
});
const world = instancedScene([floor, lamp, ball, ...crate], [], materials);
/** Enough pixels for a trial. */
const LARGE = shot(world, { width: 64, height: 64, spp: 2, block: 2, bounces: 2 });
/** What has code of its own only in traversal is compiled for both kinds of trees. */
const scenes: Record<string, { scene: Shot; variants: readonly Variant[] }> = {
  'one tree': { scene: shot(world), variants: VARIANTS.slice(1) },
  'instances, indexed': {
    scene: shot(instancedScene([floor, lamp], placed, materials), { pack: { targetBytes: 1 } }),
    variants: VARIANTS.filter(({ name }) => ['single loop', 'shared stack', 'alpha at once'].includes(name)),
  },
};

function createMemory(): VariantMemory & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const nameOf = ({ kind, version, adapter }: VariantOwner) => `${kind} ${version} ${adapter.description}`;
  return {
    kept,
    recall: async (owner) => kept.get(nameOf(owner)) ?? null,
    async keep(owner, variant) {
      kept.set(nameOf(owner), variant);
    },
  };
}

/** The session on a clock that stands still, where every submission takes as long as its variant says; and which programs were asked for. */
function watched(gpu: OwnedGpuSession, onSubmit = (_count: number): void => {}) {
  const programs = new Set<string>();
  let submissions = 0;
  let running = '';
  const session: GpuSession = {
    ...gpu,
    pipeline(key, make) {
      running = VARIANTS.findLast(({ name }) => key.endsWith(` ${name}`))?.name ?? key;
      programs.add(running);
      return gpu.pipeline(key, make);
    },
    async submit(...args) {
      onSubmit(++submissions);
      const ms = running === 'squares' ? 7 : 10;
      const { done } = await gpu.submit(...args);
      return { done: done.then(() => ms) };
    },
    now: () => 0,
  };
  return { session, programs };
}

it('leaves out variants that a device does not take', () => {
  const limits = {
    maxComputeInvocationsPerWorkgroup: 128,
    maxComputeWorkgroupSizeX: 128,
    maxComputeWorkgroupStorageSize: 16_384,
  };
  const large: Variant = { ...BASE, name: 'x', workgroup: 256 };
  const shared: Variant = { ...BASE, name: 'y', stack: 'workgroup' };
  expect([BASE, large, shared].map((variant) => fitsDevice(variant, 62, limits))).toEqual([true, false, true]);
  expect(fitsDevice(shared, 63, limits)).toBe(false);
});

it('tries a part in the middle of a task, of about the size that is asked for', async () => {
  const { params } = await prepare({ ...shot(world), width: 64, height: 48, spp: 32, block: 16 });
  const few = partOf(params, 4096);
  expect(few).toMatchObject({
    tile: { x: 24, y: 16, width: 16, height: 16 },
    samples: { first: 0, count: 16, block: 16 },
  });
  expect(partOf(params, 1e9)).toEqual(params);
  expect(partOf(params, 64 * 48 * 16)).toMatchObject({ tile: params.tile, samples: { count: 16 } });
  expect(partOf(params, 1).tile).toMatchObject({ width: 1, height: 1 });
});

describe.runIf(available)('variants', { timeout: 300_000 }, () => {
  let gpu: OwnedGpuSession;
  const fresh = async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    return session;
  };
  beforeAll(async () => {
    gpu = await fresh();
  });
  afterAll(() => gpu?.close());

  const run = async (session: GpuSession, kernel: ReturnType<typeof createPathtraceKernel>, task: Prepared) =>
    (await kernel.run(session, task.params, task.inputs, quietControl())).outputs[0];
  const trial = (task: Prepared, more: Partial<Parameters<typeof tune>[0]> = {}) =>
    tune({ gpu, ...task, strategy: 'mis', candidates: VARIANTS, units: 40_000, ...more });

  describe.each(Object.entries(scenes))('%s', (_, { scene, variants }) => {
    let rendered: Promise<{ task: Prepared; expected: Uint8Array | undefined }>;
    beforeAll(() => {
      rendered = prepare(scene).then(async (task) => ({
        task,
        expected: await run(gpu, createPathtraceKernel(), task),
      }));
    });
    it.each(variants.map((variant) => [variant.name, variant] as const))('%s: the base’s bits', async (__, first) => {
      const { task, expected } = await rendered;
      expect(await run(gpu, createPathtraceKernel({ first }), task)).toEqual(expected);
    });
  });

  it('refuses a variant whose costs, or whose light, are a little off, and one that writes nothing', async () => {
    const off: Record<string, [from: string, to: string]> = {
      costs: ['const TURN_STEPS = 24u;', 'const TURN_STEPS = 25u;'],
      light: ['radiance += shadowLight;', 'radiance += shadowLight * 1.0000002;'],
      nothing: ['film[place] = bitcast<vec4u>(sum);', ''],
    };
    const task = await prepare(shot(world));
    const { chosen, refused, times } = await trial(task, {
      candidates: [...Object.keys(off).map((name) => ({ ...BASE, name })), { ...BASE, name: 'the same' }],
      program(params, strategy, variant) {
        const made = programFor(params, strategy, variant);
        const [from = '', to = ''] = off[variant.name] ?? [];
        expect(made.wgsl.includes(from)).toBe(true);
        return { ...made, wgsl: made.wgsl.replace(from, to) };
      },
    });
    expect(refused).toEqual(['costs', 'light', 'nothing']);
    expect([...times.keys()]).toEqual(['base', 'the same']);
    expect(['base', 'the same']).toContain(chosen.name);
  });

  it('is tried once a program, remembered, and then only compared; another version does not count', async () => {
    const task = await prepare(LARGE);
    const memory = createMemory();
    const kernel = createPathtraceKernel();
    const before = watched(gpu);
    const expected = await run(before.session, kernel, task);
    expect([...before.programs]).toEqual(['base']);
    await kernel.tune?.(before.session, task.params, task.inputs, memory);
    expect(before.programs.size).toBe(VARIANTS.length);
    const [[owner, name] = []] = memory.kept;
    expect(owner).toContain(`pathtrace ${kernel.task.version} `);
    expect(name).toBe('squares');
    const again = watched(gpu);
    await kernel.tune?.(again.session, task.params, task.inputs, memory);
    expect([...again.programs]).toEqual([]);
    expect(await run(again.session, kernel, task)).toEqual(expected);
    expect([...again.programs]).toEqual([name]);

    // The next visit: whatever was faster there is compared, and taken.
    const visit = async (remembered: string | null) => {
      const next = createPathtraceKernel();
      const { session, programs } = watched(gpu);
      await next.tune?.(session, task.params, task.inputs, { ...memory, recall: async () => remembered });
      const tried = [...programs];
      programs.clear();
      expect(await run(session, next, task)).toEqual(expected);
      return { tried, used: [...programs] };
    };
    expect(await visit('squares')).toEqual({ tried: ['base', 'squares'], used: ['squares'] });
    expect(await visit('base')).toEqual({ tried: [], used: ['base'] });
    expect((await visit('a variant of another version')).tried).toHaveLength(VARIANTS.length);
  });

  it('is not tried on a task that would not fill a GPU: a later one of the same program may', async () => {
    const kernel = createPathtraceKernel();
    const { params, inputs } = await prepare(LARGE);
    const small = { ...params, tile: { ...params.tile, width: 16 } };
    const { session, programs } = watched(gpu);
    const memory = { ...createMemory(), recall: async () => 'squares' };
    await kernel.tune?.(session, small, inputs, memory);
    expect([...programs]).toEqual([]);
    await kernel.tune?.(session, params, inputs, memory);
    expect([...programs]).toEqual(['base', 'squares']);
  });

  it('does no harm when the device is lost over it', async () => {
    const lost = await fresh();
    const task = await prepare(LARGE);
    const memory = createMemory();
    const kernel = createPathtraceKernel();
    const expected = await run(lost, kernel, task);
    const { session } = watched(lost, (count) => {
      if (count === 4) lost.device.destroy();
    });
    await expect(kernel.tune?.(session, task.params, task.inputs, memory)).rejects.toBeInstanceOf(GpuLostError);
    const next = watched(gpu);
    expect(await run(next.session, kernel, task)).toEqual(expected);
    // Whatever lost it is not tried again.
    expect([...memory.kept.values()]).toEqual(['base']);
    await kernel.tune?.(next.session, task.params, task.inputs, memory);
    expect([...next.programs]).toEqual(['base']);
  });
});
