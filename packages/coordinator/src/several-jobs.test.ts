import { JobReport } from '@tabgrid/protocol/records';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestGrid, preparedCornell, SPEC, type TestGrid } from './test-kit.js';
import type { Scripted } from './test-volunteer.js';

let expected: string;

beforeAll(async () => {
  await preparedCornell();
  const grid = createTestGrid();
  await grid.volunteer();
  await grid.launch();
  await grid.until(() => grid.state() === 'done');
  expected = await grid.sha();
});

const LARGE = { width: 96, height: 96, tile: 8 };
const jobs = (grid: TestGrid) => grid.coordinator.view().jobs;
const share = (grid: TestGrid, id: string) => jobs(grid).find((job) => job.id === id)?.share ?? 1;

describe('two jobs at once', () => {
  it.each([
    [1, 1],
    [2, 1],
  ])('share the volunteers by their weights (%d to %d)', async (weightA, weightB) => {
    const grid = createTestGrid();
    for (const ms of [20, 20, 20]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    const a = await grid.launch({ ...LARGE }, { weight: weightA, priority: 0 });
    const b = await grid.launch({ ...LARGE, seed: 2 }, { weight: weightB, priority: 0 });
    await grid.until(() => share(grid, a) > 0.6);
    expect(share(grid, a) / share(grid, b)).toBeGreaterThan((weightA / weightB) * 0.85);
    expect(share(grid, a) / share(grid, b)).toBeLessThan((weightA / weightB) * 1.25);
    // Whoever is alone gets everything.
    await grid.until(() => jobs(grid).length === 0);
  });

  it('gives a job of large tasks its share beside one of small ones', async () => {
    const grid = createTestGrid();
    for (const ms of [20, 50]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    const a = await grid.launch(LARGE);
    const b = await grid.launch({ tile: 16 });
    await grid.until(() => share(grid, b) === 1);
    expect(share(grid, a)).toBeLessThan(0.5);
  });

  it('are each the picture that they would be alone, and are shown one at a time', async () => {
    const grid = createTestGrid();
    const volunteers: Scripted[] = [];
    for (const ms of [20, 50]) volunteers.push(await grid.volunteer({ behaviour: { kind: 'work', ms } }));
    const other = await grid.launch({ ...LARGE, seed: 2 });
    const small = await grid.launch({ tile: 8 });
    expect(grid.coordinator.view().job?.id).toBe(small);
    expect(jobs(grid).map(({ id }) => id)).toEqual([other, small]);
    expect(grid.coordinator.film()?.width).toBe(48);
    grid.coordinator.showJob(other);
    expect(grid.coordinator.view().job?.id).toBe(other);
    expect(grid.coordinator.film()?.width).toBe(96);
    await grid.until(() => jobs(grid).every(({ tasks }) => tasks.running > 0));
    const tiles = grid.coordinator.tiles().filter(({ state }) => state === 'running');
    expect(tiles.length).toBe(jobs(grid).find(({ id }) => id === other)?.tasks.running);
    grid.coordinator.showJob(small);
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).toBe(expected);
    expect(jobs(grid).map(({ id }) => id)).toEqual([other]);
    expect(() => grid.coordinator.showJob(small)).toThrow('does not run');
    grid.coordinator.showJob(other);
    await grid.until(() => grid.state() === 'done');
    const report = v.parse(JobReport, await grid.coordinator.report());
    expect(report).toMatchObject({ job: other, width: 96, tiles: 144 });
    const alone = createTestGrid();
    await alone.volunteer();
    await alone.launch({ ...LARGE, seed: 2 });
    await alone.until(() => alone.state() === 'done');
    expect(report.filmSha256).toBe(await alone.sha());
    // The small one's end was told while the other one ran.
    for (const volunteer of volunteers) {
      await grid.until(() => volunteer.of('jobOver').length === 2);
      expect(volunteer.of('jobOver').map(({ job }) => job)).toEqual([small, other]);
      expect(volunteer.kept.size).toBe(0);
    }
  });

  it('serves the inputs of both, and keeps pool volunteers coming while one has work', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ behaviour: { kind: 'silent' } });
    await grid.launch({ tile: 8 });
    const second = await grid.launch();
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: true });
    grid.coordinator.cancel(second);
    const { blobs } = await preparedCornell();
    for (const { ref } of blobs) await volunteer.say({ type: 'need', blob: ref.id, list: true, chunks: [0] });
    await grid.until(() => volunteer.bodies.size === 2 * blobs.length);
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: true });
    grid.coordinator.cancel(jobs(grid)[0]?.id);
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: false, wanted: 0 });
  });

  it('lets one of a higher priority go first', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 20 } });
    const later = await grid.launch({ ...LARGE, seed: 2 });
    await grid.pass(200);
    const first = await grid.launch({ tile: 8 }, { weight: 1, priority: 1 });
    const before = share(grid, later);
    await grid.until(() => grid.state() === 'done');
    expect(share(grid, later) - before).toBeLessThan(0.05);
    expect(share(grid, first)).toBe(1);
  });

  it('can be shared otherwise while they run', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 20 } });
    const a = await grid.launch(LARGE);
    const b = await grid.launch({ ...LARGE, seed: 2 });
    grid.coordinator.setSharing(b, { weight: 1, priority: 5 });
    expect(jobs(grid)[1]).toMatchObject({ sharing: { weight: 1, priority: 5 } });
    const before = share(grid, a);
    await grid.until(() => share(grid, b) > 0.5);
    expect(share(grid, a) - before).toBeLessThan(0.1);
    for (const sharing of [
      { weight: 0, priority: 0 },
      { weight: Number.NaN, priority: 0 },
      { weight: 1, priority: Number.POSITIVE_INFINITY },
    ]) {
      expect(() => grid.coordinator.setSharing(a, sharing)).toThrow(/weight|priority/);
      await expect(grid.coordinator.launch(SPEC, sharing)).rejects.toThrow(/weight|priority/);
    }
  });

  it('are at most eight', async () => {
    const grid = createTestGrid();
    for (let seed = 0; seed < 8; seed++) await grid.launch({ seed });
    await expect(grid.coordinator.launch(SPEC)).rejects.toThrow('8 jobs run already');
    grid.coordinator.cancel();
    await grid.coordinator.launch(SPEC);
    expect(jobs(grid)).toHaveLength(8);
  });
});

describe('a job that is paused', () => {
  it('finishes what runs, hands out nothing new, and goes on when it is resumed', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ behaviour: { kind: 'work', ms: 50 } });
    const id = await grid.launch({ tile: 8 });
    await grid.until(() => volunteer.accepted.length > 3);
    grid.coordinator.pause();
    expect(grid.coordinator.view().job).toMatchObject({ state: 'paused', etaMs: null });
    expect(grid.coordinator.view().job?.notice).toContain('resume');
    const handedOut = volunteer.tasks.length;
    await grid.until(() => volunteer.accepted.length === handedOut);
    const { wallMs } = grid.coordinator.view().job ?? {};
    await grid.pass(5_000);
    expect(volunteer.tasks).toHaveLength(handedOut);
    expect(grid.coordinator.view().job?.wallMs).toBe(wallMs);
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: false });
    // Another job gets the volunteer in the meantime.
    await grid.launch({ seed: 3 });
    await grid.until(() => grid.state() === 'done');
    grid.coordinator.showJob(id);
    grid.coordinator.resume();
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).toBe(expected);
  });

  it('can be cancelled', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    const id = await grid.launch({ tile: 8 });
    grid.coordinator.pause(id);
    grid.coordinator.cancel(id);
    expect(grid.coordinator.view().job).toMatchObject({ state: 'cancelled' });
    expect(() => grid.coordinator.pause()).toThrow('does not run');
    expect(() => grid.coordinator.resume(id)).toThrow('does not run');
    grid.coordinator.cancel(id);
    expect(jobs(grid)).toEqual([]);
  });
});

describe('a hold', () => {
  it('is reached by the work of all jobs together', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 20 } });
    const reached = grid.coordinator.hold.at(0.5);
    await grid.launch({ tile: 8 });
    await grid.launch({ tile: 8, seed: 2 });
    await grid.settle(reached);
    await grid.pass(1_000);
    const shares = jobs(grid).map((job) => job.share);
    expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeGreaterThanOrEqual(1);
    expect(jobs(grid)).toMatchObject([
      { held: true, state: 'running' },
      { held: true, state: 'running' },
    ]);
    grid.coordinator.hold.release();
    await grid.until(() => jobs(grid).length === 0);
  });
});
