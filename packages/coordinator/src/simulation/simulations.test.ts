import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import { encodeWorld } from '@tabgrid/webgpu-kernels/physics/state';
import { physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import { describe, expect, it } from 'vitest';
import { createTestGrid, until } from '../test-kit.js';
import { KERNELS } from '../test-results.js';
import type { SimulationSpec } from './api.js';
import { simulating } from './test-simulating.js';

const SPEC: SimulationSpec = {
  seconds: 0.5,
  substeps: 8,
  regions: null,
  margin: 2,
  merge: 'owner',
  realTime: false,
  verify: 'none',
};
const PHYSICS = { kind: physicsTask.kind, version: physicsTask.version };
const STACK = { kind: 'builtin', name: 'stack', bodies: 10 } as const;

describe('simulations', () => {
  it('wait for volunteers, and say so; pool volunteers hear of the work', async () => {
    const grid = createTestGrid();
    const { simulations } = grid.coordinator;
    expect(simulations.view()).toBeNull();
    await simulations.launch(STACK, SPEC);
    expect(simulations.view()).toMatchObject({ state: 'running', bodies: 10, frames: 30, framesDone: 0, regions: 1 });
    expect(simulations.view()?.notice).toMatch(/^No volunteer is here/);
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: true });
    expect(simulations.frame(0)?.positions).toHaveLength(30);
    expect(simulations.frame(1)).toBeNull();
    expect([...(simulations.ownership()?.owners ?? [])]).toEqual(new Array(10).fill(0));
    simulations.cancel();
    expect(simulations.view()?.state).toBe('cancelled');
    await grid.pass(1000);
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: false });
  });

  it('give one frame as a model that does not move, and none that is not there', async () => {
    const { simulations } = createTestGrid().coordinator;
    await expect(simulations.export('glb', 0)).rejects.toThrow('No world has been simulated yet');
    await simulations.launch(STACK, SPEC);
    const text = new TextDecoder().decode(await simulations.export('glb', 0));
    expect(text).toMatch(/^glTF/);
    expect(text).toContain('"nodes"');
    expect(text).not.toContain('"animations"');
    await expect(simulations.export('glb', 1)).rejects.toThrow('Frame 1 is not there.');
  });

  it('hand a part out to whoever is there, and nothing while they are paused', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({
      behaviour: { kind: 'silent' },
      capabilities: { kernels: [...KERNELS, PHYSICS] },
    });
    const { simulations } = grid.coordinator;
    await simulations.launch(STACK, SPEC);
    await until(grid, () => volunteer.tasks.length > 0);
    expect(volunteer.tasks[0]).toMatchObject({ info: { kind: 'physics' }, task: { kernel: { kind: 'physics' } } });
    expect(volunteer.tasks[0]?.task.inputs).toHaveLength(2);
    expect(volunteer.tasks[0]?.enclosed).toMatchObject([{ blob: volunteer.tasks[0]?.task.inputs[1]?.id, bases: [] }]);
    simulations.pause();
    expect(simulations.view()).toMatchObject({ state: 'paused', notice: expect.stringMatching(/^Paused/) });
    simulations.resume();
    expect(simulations.view()?.state).toBe('running');
    simulations.cancel();
    await until(grid, () => volunteer.heads.some(({ type }) => type === 'jobOver'));
  });

  it('tell parts by what their volunteers have, and take results that come as patches of them', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({
      behaviour: { kind: 'silent' },
      capabilities: { kernels: [...KERNELS, PHYSICS] },
    });
    const { simulations } = grid.coordinator;
    await simulations.launch(STACK, { ...SPEC, seconds: 0.4 });
    const { world } = builtinWorld(STACK.name, { bodies: STACK.bodies });
    const by = simulating(encodeWorld(worldWords(world, 1 / (60 * SPEC.substeps))));
    const patches: number[] = [];
    for (let k = 0; k < 2; k++) {
      await until(grid, () => volunteer.tasks.length > k);
      const given = volunteer.tasks[k];
      const patch = volunteer.bodies.get(`task ${given?.attempt}`);
      if (!given || !patch) throw new Error('no part came along');
      patches.push(patch.byteLength);
      expect(await by.take(given, patch)).toBeNull();
      const { body, ...made } = await by.make(given.task);
      expect(made).toMatchObject({ packed: [given.task.inputs[1]], kept: expect.anything() });
      await volunteer.say(
        {
          ...{ type: 'result', ref: { attempt: given.attempt, task: given.task.id, job: given.task.job } },
          ...{ stats: { kernelMs: 1, wallMs: 1, submissions: 1 }, ...made },
        },
        body,
      );
      await until(grid, () => volunteer.accepted.includes(given.attempt));
    }
    expect(simulations.view()?.framesDone).toBeGreaterThan(0);
    // All of it was with its volunteer already.
    expect(volunteer.tasks[1]?.enclosed?.[0]?.bases).toHaveLength(2);
    expect(patches[1]).toBeLessThan(60);
    expect(volunteer.heads.some(({ type }) => type === 'chunk')).toBe(false);
  });

  it('in real time want volunteers that can keep up, and say so where there are none', async () => {
    const grid = createTestGrid();
    const kernels = [...KERNELS, PHYSICS];
    const slow = await grid.volunteer({ behaviour: { kind: 'silent' }, capabilities: { kernels, cpuCores: 1 } });
    const { simulations } = grid.coordinator;
    await simulations.launch(STACK, { ...SPEC, realTime: true });
    await grid.pass(100);
    expect(slow.tasks).toEqual([]);
    expect(simulations.view()?.notice).toMatch(/^Nobody here can run 1 of the tasks: they need 2/);
    const able = await grid.volunteer({ behaviour: { kind: 'silent' }, capabilities: { kernels, cpuCores: 2 } });
    await until(grid, () => able.tasks.length > 0);
  });

  it('are of the bits of those who are here, and never of two kinds of bits', async () => {
    const able = (version: string) => ({
      behaviour: { kind: 'silent' } as const,
      capabilities: { kernels: [...KERNELS, { ...PHYSICS, version }] },
    });
    const grid = createTestGrid();
    const strange = await grid.volunteer(able(`${PHYSICS.version}+abc`));
    const { simulations } = grid.coordinator;
    await simulations.launch(STACK, SPEC);
    await until(grid, () => strange.tasks.length > 0);
    expect(strange.tasks[0]?.task.kernel.version).toBe(`${PHYSICS.version}+abc`);
    expect(simulations.view()?.notice).toBeNull();
    simulations.cancel();
    await grid.volunteer(able(PHYSICS.version));
    const before = strange.tasks.length;
    await simulations.launch(STACK, { ...SPEC, regions: 2 });
    await grid.pass(2000);
    expect(strange.tasks).toHaveLength(before);
    expect(simulations.view()?.notice).toMatch(/^One computer here has a GPU whose driver computes other bits/);
  });

  it.each<[Partial<SimulationSpec>, RegExp]>([
    [{ seconds: 0 }, /^The time must be from 0.017 to 3600 s, not 0\.$/],
    [{ seconds: Number.NaN }, /not NaN/],
    [{ substeps: 2.5 }, /^Substeps must be a whole number, not 2.5\.$/],
    [{ substeps: 65 }, /from 1 to 64, not 65/],
    [{ regions: 0 }, /^Regions must be from 1 to 64, not 0\.$/],
    [{ margin: -1 }, /^The margin must be from 0 to 1000 m, not -1\.$/],
  ])('refuse %j', async (change, message) => {
    const { simulations } = createTestGrid().coordinator;
    await expect(simulations.launch(STACK, { ...SPEC, ...change })).rejects.toThrow(message);
    expect(simulations.view()).toBeNull();
  });

  it('refuse a world that is none, and a second one beside the first', async () => {
    const grid = createTestGrid();
    const { simulations } = grid.coordinator;
    const strange = Object.assign({}, SPEC, { merge: 'both' });
    await expect(simulations.launch(STACK, strange)).rejects.toThrow('by owner or average, not by both');
    await expect(simulations.launch({ kind: 'builtin', name: 'heap' }, SPEC)).rejects.toThrow(
      'There is no built-in world heap',
    );
    await expect(simulations.launch({ ...STACK, bodies: 10_000_000 }, SPEC)).rejects.toThrow('1 to 100,000 bodies');
    const file = new File(['{"version":1,"bodies":[]}'], 'empty.json');
    await expect(simulations.launch({ kind: 'file', file }, SPEC)).rejects.toThrow(/bod/);
    await simulations.launch(STACK, SPEC);
    await expect(simulations.launch(STACK, SPEC)).rejects.toThrow('wait until it is done, or cancel it first');
    await expect(createTestGrid().coordinator.simulations.report()).rejects.toThrow('No world has been simulated yet');
  });
});
