import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RenderSpec, Viewpoint } from '../api.js';
import { createTestGrid, preparedCornell, SPEC, type TestGrid } from '../test-kit.js';
import type { Scripted } from '../test-volunteer.js';

beforeAll(async () => {
  await preparedCornell();
});

const TELEMETRY = { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 } as const;
const FROM: Viewpoint = { position: [0, 1, 4], right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1], yfov: 0.7 };
const from = (x: number): Viewpoint => ({ ...FROM, position: [x, 1, 4] });
/** So large that the whole picture is not here in time. */
const VIEWED: RenderSpec = { ...SPEC, width: 256, height: 256 };

/** A grid whose viewport is open, with so many volunteers who take so long for a task. */
async function opened(ms: readonly number[], spec: RenderSpec = VIEWED) {
  // Each scene that is read is another one.
  const grid = createTestGrid({ prepare: { prepare: async () => ({ ...(await preparedCornell()) }) } });
  const volunteers: Scripted[] = [];
  for (const each of ms) volunteers.push(await grid.volunteer({ behaviour: { kind: 'work', ms: each } }));
  await grid.coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
  const { viewport } = grid.coordinator;
  const where = await grid.settle(viewport.open(spec));
  return { grid, viewport, volunteers, where };
}

const paramsOf = (task: Scripted['tasks'][number]) => v.parse(PathtraceParams, task.task.params);
const complete = ({ coordinator }: TestGrid) => coordinator.viewport.picture()?.complete === true;

describe('the viewport', () => {
  it('tells where a launch would look from, and where the scene lies', async () => {
    const { viewport, where } = await opened([], { ...VIEWED, viewpoint: FROM });
    expect(where.camera).toEqual(FROM);
    expect(where.bounds.low[0]).toBeLessThan(where.bounds.high[0]);
    expect(viewport.picture()).toBeNull();
  });

  it('shows a rough picture, then the whole one when the camera rests, then more samples', async () => {
    const { grid, viewport } = await opened([20, 20]);
    viewport.move(from(0));
    await grid.until(() => viewport.picture() !== null);
    const rough = viewport.picture();
    expect(rough?.complete).toBe(false);
    expect(rough?.under.width).toBeLessThan(256);
    expect(grid.coordinator.view().viewport).toMatchObject({ state: 'refining', helpers: 2, notice: null });
    await grid.until(() => complete(grid));
    expect(viewport.picture()).toMatchObject({ frame: 1, samples: 1, under: { width: 256, height: 256 } });
    await grid.until(() => grid.coordinator.view().viewport?.state === 'done');
    expect(grid.coordinator.view().viewport).toMatchObject({
      ...{ width: 256, height: 256, spp: 64, helpers: 2 },
      shown: { width: 256, height: 256, samples: 64 },
    });
  });

  it('is after one sample bit for bit a picture launched from there', async () => {
    const { grid, viewport } = await opened([20, 20]);
    viewport.move(from(0.1));
    let seen: number[] = [];
    viewport.subscribe(() => {
      const picture = viewport.picture();
      if (picture?.complete && picture.samples === 1 && seen.length === 0) seen = [...picture.under.rgb];
    });
    await grid.until(() => seen.length > 0);
    viewport.close();
    await grid.launch({ width: 256, height: 256, spp: 1, viewpoint: from(0.1), tile: null });
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    expect(seen).toEqual([...(grid.coordinator.film()?.rgb ?? [])]);
  });

  it('gives everybody one part of a rough picture, as urgent and unchecked work', async () => {
    const { grid, viewport, volunteers } = await opened([20, 20, 20]);
    viewport.move(from(0));
    await grid.until(() => viewport.picture() !== null);
    for (const { tasks } of volunteers) {
      const [task, ...others] = tasks.filter((one) => paramsOf(one).film.width < 256);
      if (!task) throw new Error('everybody takes part');
      expect(others).toEqual([]);
      expect(task).toMatchObject({ info: { kind: 'view', title: 'cornell' }, task: { verify: 'none' } });
      expect(paramsOf(task).camera.position).toEqual([0, 1, 4]);
    }
    expect(grid.coordinator.view().jobs).toEqual([]);
    expect(await grid.coordinator.pastJobs()).toEqual([]);
  });

  it('stops what is finer when the camera moves, and takes nothing of it any more', async () => {
    const { grid, viewport, volunteers } = await opened([500, 500]);
    for (const volunteer of volunteers) volunteer.behaviour = { kind: 'work', ms: 20 };
    // As a hand does that goes on: what is finer waits until it rests.
    viewport.move(from(0));
    await grid.pass(5);
    viewport.move(from(0));
    await grid.until(() => viewport.picture() !== null);
    for (const volunteer of volunteers) volunteer.behaviour = { kind: 'work', ms: 400 };
    await grid.until(() => grid.coordinator.view().viewport?.state === 'refining');
    await grid.pass(20);
    const fine = volunteers.flatMap(({ tasks }) => tasks).filter((task) => paramsOf(task).film.width === 256);
    expect(fine.length).toBeGreaterThanOrEqual(2);
    viewport.move(from(1));
    await grid.pass(5);
    const cancelled = volunteers.flatMap((volunteer) => volunteer.of('cancel').map(({ attempt }) => attempt));
    for (const { attempt } of fine) expect(cancelled).toContain(attempt);
    // One that was under way answers all the same.
    const [late] = fine;
    const [first] = volunteers;
    if (!late || !first) throw new Error('somebody had a part');
    await first.result(late);
    for (const volunteer of volunteers) volunteer.behaviour = { kind: 'work', ms: 20 };
    await grid.until(() => viewport.picture()?.frame === 3);
    expect(viewport.picture()?.camera.position).toEqual([1, 1, 4]);
    expect(first.accepted).not.toContain(late.attempt);
    expect(first.kept.has(late.attempt)).toBe(false);
  });

  it('renders the newest camera after a rough picture, and none of those between', async () => {
    const { grid, viewport, volunteers } = await opened([40]);
    for (let x = 0; x < 10; x++) {
      viewport.move(from(x));
      await grid.pass(5);
    }
    await grid.until(() => viewport.picture()?.camera.position[0] === 9);
    const seen = new Set(volunteers.flatMap(({ tasks }) => tasks.map((task) => paramsOf(task).camera.position[0])));
    expect([...seen][0]).toBe(0);
    expect([...seen].at(-1)).toBe(9);
    expect(seen.size).toBeLessThan(6);
  });

  it('gives no part to whoever is too far away', async () => {
    const { grid, viewport, volunteers } = await opened([20, 20]);
    const far = await grid.volunteer({ wayMs: 800, behaviour: { kind: 'work', ms: 20 } });
    await grid.pass(20_000);
    // What its link measured is heard with what it tells.
    void far.say({ type: 'telemetry', telemetry: TELEMETRY });
    await grid.pass(2000);
    viewport.move(from(0));
    await grid.until(() => viewport.picture() !== null);
    for (const { tasks } of volunteers) expect(tasks.length).toBeGreaterThan(0);
    expect(far.tasks).toEqual([]);
    expect(grid.coordinator.view().viewport?.helpers).toBe(2);
  });

  it('has another finish what somebody leaves behind', async () => {
    const { grid, viewport, volunteers } = await opened([20, 20]);
    const [, leaver] = volunteers;
    if (!leaver) throw new Error('two are there');
    leaver.behaviour = { kind: 'silent' };
    viewport.move(from(0));
    await grid.pass(40);
    expect(viewport.picture()).toBeNull();
    await leaver.link.close('its page closed');
    await grid.until(() => viewport.picture() !== null);
    expect(grid.coordinator.view().viewport?.helpers).toBe(1);
  });

  it('waits for somebody, and says so', async () => {
    const { grid, viewport } = await opened([]);
    viewport.move(from(0));
    expect(grid.coordinator.view().viewport).toMatchObject({ shown: null, helpers: 0 });
    expect(grid.coordinator.view().viewport?.notice).toMatch(/No volunteer is here/);
    await grid.volunteer();
    await grid.until(() => viewport.picture() !== null);
    expect(grid.coordinator.view().viewport?.notice).toBeNull();
  });

  it('goes before a job’s waiting tasks, and the job goes on', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 60 } });
    await grid.launch({ width: 256, height: 256, tile: 16 });
    await grid.pass(300);
    const { viewport } = grid.coordinator;
    await grid.settle(viewport.open(VIEWED));
    viewport.move(from(0));
    await grid.until(() => viewport.picture() !== null);
    const { tasks } = grid.coordinator.view().job ?? { tasks: { accepted: 0, total: 0 } };
    expect(tasks.accepted).toBeLessThan(tasks.total / 2);
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    await grid.until(() => complete(grid));
  });

  it('is work for volunteers of an open room', async () => {
    const { grid, viewport } = await opened([]);
    grid.coordinator.setOpen(true);
    await grid.pass(300);
    expect(grid.announced.at(-1)).toEqual({ open: true, hasWork: true, wanted: 8 });
    await grid.volunteer();
    await grid.pass(300);
    expect(grid.announced.at(-1)).toEqual({ open: true, hasWork: true, wanted: 7 });
    viewport.close();
    await grid.pass(300);
    expect(grid.announced.at(-1)).toEqual({ open: true, hasWork: false, wanted: 0 });
  });

  it('traces what became of each camera', async () => {
    const { grid, viewport } = await opened([20, 20]);
    viewport.move(from(0));
    await grid.until(() => complete(grid));
    const [trace, ...others] = viewport.traces();
    expect(others).toEqual([]);
    expect(trace).toMatchObject({ frame: 1, askedMs: 0 });
    expect(trace?.rounds.map(({ width }) => width)).toEqual([expect.any(Number), 256]);
    expect(trace?.completeMs).toBeGreaterThan(trace?.firstMs ?? Number.POSITIVE_INFINITY);
    for (const { parts, ms } of trace?.rounds ?? []) {
      expect(parts.length).toBeGreaterThanOrEqual(2);
      for (const part of parts) {
        expect(part).toMatchObject({ kernelMs: 40, wallMs: 45 });
        expect(part.returnedMs).toBeLessThanOrEqual(ms);
        expect(part.startedMs).toBeLessThanOrEqual(part.returnedMs);
      }
    }
    expect(grid.coordinator.view().viewport?.firstMs).toBe(trace?.firstMs);
  });

  it('closes with its scene, and leaves nothing to do behind', async () => {
    const { grid, viewport, volunteers } = await opened([400]);
    viewport.move(from(0));
    await grid.pass(10);
    await grid.coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
    expect(grid.coordinator.view().viewport).toBeNull();
    expect(viewport.picture()).toBeNull();
    await grid.pass(5);
    expect(volunteers[0]?.of('cancel')).toHaveLength(1);
    viewport.move(from(1));
    await grid.pass(500);
    expect(viewport.picture()).toBeNull();
  });

  it('refuses what a launch would refuse', async () => {
    const grid = createTestGrid();
    const { viewport } = grid.coordinator;
    await expect(viewport.open(VIEWED)).rejects.toThrow('There is no scene yet');
    await grid.coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
    await expect(viewport.open({ ...VIEWED, width: 0 })).rejects.toThrow('The width');
    await expect(viewport.open({ ...VIEWED, viewpoint: { ...FROM, forward: [0, 0, -2] } })).rejects.toThrow(
      'viewpoint',
    );
  });
});

describe('a page after this one', () => {
  it('goes on with the job, and ends what was left of the view', async () => {
    const stores = { records: createMemoryRecordStore(), blobs: createMemoryBlobStore() };
    const before = createTestGrid(stores);
    const volunteer = await before.volunteer({ behaviour: { kind: 'work', ms: 100 } });
    const id = await before.launch({ width: 64, height: 64, tile: 8 });
    await before.pass(200);
    await before.settle(before.coordinator.viewport.open(VIEWED));
    before.coordinator.viewport.move(from(0));
    // Its events are in the journal with the job's.
    await before.pass(700);
    expect(volunteer.tasks.some(({ info }) => info.kind === 'view')).toBe(true);
    before.kill();
    const after = createTestGrid(stores, { clock: before.clock, seed: 2 });
    await after.pass(50);
    expect(after.coordinator.view().unfinished).toMatchObject([{ id }]);
    await after.join(volunteer);
    await after.settle(after.coordinator.takeUp(id));
    volunteer.behaviour = { kind: 'work', ms: 5 };
    const asked = volunteer.tasks.length;
    await after.until(() => after.coordinator.view().job?.state === 'done');
    expect(volunteer.tasks.slice(asked).every(({ info }) => info.kind === 'render')).toBe(true);
    expect(after.coordinator.view().viewport).toBeNull();
  });
});
