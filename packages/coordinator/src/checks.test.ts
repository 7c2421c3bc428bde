import { JobReport } from '@tabgrid/protocol/records';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestGrid, preparedCornell, type TestGrid } from './test-kit.js';
import { type Behaviour, dim, lie, type Scripted } from './test-volunteer.js';

/** What the picture has to hash to, whoever lies. */
const LARGE = { width: 96, height: 64, tile: 8 };
let expected: { small: string; large: string };

beforeAll(async () => {
  await preparedCornell();
  const render = async (spec: Parameters<TestGrid['launch']>[0]) => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch(spec);
    await grid.until(() => grid.state() === 'done');
    return await grid.sha();
  };
  expected = { small: await render({}), large: await render(LARGE) };
});

const done = (grid: TestGrid, limitMs?: number) => grid.until(() => grid.state() === 'done', limitMs);
const jobOf = (grid: TestGrid) => {
  const { job } = grid.coordinator.view();
  if (!job) throw new Error('a job is shown');
  return job;
};

/** Everything that a volunteer sent was answered. */
const answered = (volunteers: readonly Scripted[]) => volunteers.every(({ kept }) => kept.size === 0);

describe('a job whose results are compared', () => {
  it('has every task done by two, and shows whom it believes', async () => {
    const grid = createTestGrid();
    const volunteers: Scripted[] = [];
    for (const ms of [30, 50, 80]) volunteers.push(await grid.volunteer({ behaviour: { kind: 'work', ms } }));
    await grid.launch({ verify: 'replicate', tile: 8 });
    expect(grid.coordinator.view().volunteers[0]).toMatchObject({ trust: { verified: 0, checkShare: 1 } });
    await grid.until(() => jobOf(grid).work.checking > 0);
    await done(grid);
    expect(await grid.sha()).toBe(expected.small);
    const { work, attempts } = jobOf(grid);
    expect(work).toMatchObject({ rejected: 0, retracted: 0, checking: 0 });
    expect(work.replicas).toBeGreaterThanOrEqual(20);
    expect(attempts).toBeGreaterThanOrEqual(48);
    const verified = grid.coordinator.view().volunteers.map(({ trust }) => trust?.verified ?? 0);
    expect(verified.filter((n) => n > 0).length).toBeGreaterThanOrEqual(2);
    await grid.pass(100);
    expect(answered(volunteers)).toBe(true);
    // One result a task is the picture's; its twin is told that it is not needed.
    expect(volunteers.flatMap(({ accepted }) => accepted)).toHaveLength(24);
    const report = v.parse(JobReport, await grid.coordinator.report());
    expect(report).toMatchObject({
      verify: 'replicate',
      replicas: work.replicas,
      rejected: 0,
      retracted: 0,
      tiles: 24,
    });
  });

  it('finds somebody who lies from the first task, and lets nothing of it in', async () => {
    const grid = createTestGrid();
    const liar = await grid.volunteer({ behaviour: lie(), session: 'liar' });
    for (const ms of [30, 50]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    await grid.launch({ verify: 'replicate' });
    await grid.until(() => grid.coordinator.view().volunteers[0]?.state === 'quarantined');
    const { quarantineMs, reason } = grid.coordinator.view().volunteers[0] ?? {};
    expect(quarantineMs).toBeGreaterThan(1_000);
    expect(reason).toContain('differs from what others computed');
    await done(grid);
    expect(await grid.sha()).toBe(expected.small);
    expect(liar.accepted).toEqual([]);
    expect(liar.of('rejected').length).toBeGreaterThan(0);
    expect(jobOf(grid).work.rejected).toBeGreaterThan(0);
    expect(grid.coordinator.view().volunteers[0]).toMatchObject({ tilesAccepted: 0, kernelMs: 0 });
  });

  it('takes out what somebody delivered who was trusted and then lied', async () => {
    const grid = createTestGrid();
    let honestTasks = 25;
    const sleeper: Behaviour = {
      kind: 'answer',
      ms: 20,
      make: (task, right) => (honestTasks-- > 0 ? right : lie().make(task, right)),
    };
    await grid.volunteer({ behaviour: sleeper, session: 'sleeper' });
    for (const ms of [20, 25]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    await grid.launch({ ...LARGE, verify: 'replicate' });
    let most = 0;
    await grid.until(() => {
      most = Math.max(most, grid.coordinator.view().volunteers[0]?.tilesAccepted ?? 0);
      return grid.coordinator.view().volunteers[0]?.state === 'quarantined';
    });
    await done(grid);
    expect(await grid.sha()).toBe(expected.large);
    const { work, tasks } = jobOf(grid);
    expect(work.retracted).toBeGreaterThan(0);
    expect(tasks).toMatchObject({ total: 96, accepted: 96 });
    const shown = grid.coordinator.view().volunteers;
    expect(shown[0]?.tilesAccepted).toBeLessThan(most);
    expect(shown.reduce((sum, { tilesAccepted }) => sum + tilesAccepted, 0)).toBe(96);
    expect(grid.coordinator.tiles().filter(({ state }) => state === 'accepted')).toHaveLength(96);
    // The store has the picture, too.
    await grid.pass(600);
    const [past] = await grid.coordinator.pastJobs();
    const later = createTestGrid(grid.deps);
    if (past) await later.coordinator.openPast(past.id);
    expect(await later.sha()).toBe(expected.large);
    const report = v.parse(JobReport, await grid.coordinator.report());
    expect(report).toMatchObject({ tiles: 96, retracted: work.retracted });
  });

  it('compares by tolerance only what different adapters computed', async () => {
    for (const [browser, rejected] of [
      ['test-1', true],
      ['test-2', false],
    ] as const) {
      const grid = createTestGrid();
      // One bit of one pixel, as another compiler could round it.
      const rounding: Behaviour = {
        kind: 'answer',
        make(_, right) {
          right[0] = (right[0] ?? 0) ^ 1;
          return right;
        },
      };
      const adapter = { vendor: 'test', architecture: 'soft', description: 'Test adapter', browser };
      const other = await grid.volunteer({ behaviour: rounding, capabilities: { adapter } });
      for (const ms of [30, 50]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
      await grid.launch({ verify: 'replicate' });
      await done(grid);
      expect(other.of('rejected').length > 0).toBe(rejected);
      if (rejected) expect(await grid.sha()).toBe(expected.small);
    }
  });
});

describe('a job of spot checks', () => {
  const spot = { ...LARGE, verify: 'spot' } as const;

  it('has parts of results computed by others, for a small share of the work', async () => {
    const grid = createTestGrid();
    const volunteers: Scripted[] = [];
    for (const ms of [30, 50, 80]) volunteers.push(await grid.volunteer({ behaviour: { kind: 'work', ms } }));
    await grid.launch({ ...spot, tile: 16 });
    await done(grid);
    const { work, tasks } = jobOf(grid);
    expect(work).toMatchObject({ replicas: 0, rejected: 0, retracted: 0, checking: 0, unseen: 0 });
    expect(work.probes).toBeGreaterThan(10);
    expect(tasks).toMatchObject({ total: 24, accepted: 24, running: 0 });
    await grid.pass(200);
    expect(answered(volunteers)).toBe(true);
    // A probe is a task of a pixel or a few, under the tile's name, and nobody is asked about its own tile.
    const parts = volunteers.flatMap((volunteer) =>
      volunteer.tasks.filter(({ task }) => task.outputBytes < 100).map(({ task }) => ({ volunteer, task })),
    );
    expect(parts).toHaveLength(work.probes);
    for (const { volunteer, task } of parts) {
      const whole = volunteer.tasks.find((other) => other.task.id === task.id && other.task.outputBytes > 100);
      expect(whole).toBeUndefined();
    }
    const report = v.parse(JobReport, await grid.coordinator.report());
    expect(report).toMatchObject({ verify: 'spot', probes: work.probes, unseen: 0, tiles: 24 });
  });

  it('makes the same picture although one of three lies, and says who', async () => {
    const grid = createTestGrid();
    const liar = await grid.volunteer({ behaviour: dim(), session: 'liar' });
    for (const ms of [30, 50]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    await grid.launch({ ...spot, tile: 16 });
    await grid.until(() => grid.coordinator.view().volunteers[0]?.state === 'quarantined');
    expect(grid.coordinator.view().volunteers[0]?.reason).toContain('differs from what others computed');
    await done(grid);
    expect(await grid.sha()).toBe(expected.large);
    expect(liar.accepted).toEqual([]);
    expect(jobOf(grid).work.rejected).toBeGreaterThan(0);
    for (const { state } of grid.coordinator.view().volunteers.slice(1)) expect(state).toBe('ready');
  });

  it('has the owner’s own machine look at strangers’ results and decide', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: dim(), session: 'liar' });
    const own = await grid.volunteer({ own: true, session: 'own', behaviour: { kind: 'work', ms: 40 } });
    await grid.launch(spot);
    await done(grid);
    expect(await grid.sha()).toBe(expected.large);
    expect(grid.coordinator.view().volunteers[0]?.state).toBe('quarantined');
    expect(own.tasks.some(({ task }) => task.outputBytes < 100)).toBe(true);
    expect(jobOf(grid).work.unseen).toBe(0);
  });

  it('takes out what somebody delivered while nobody was there to look', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: dim(), session: 'liar' });
    await grid.launch(spot);
    await grid.until(() => jobOf(grid).tasks.accepted > 20);
    expect(jobOf(grid).notice).toContain('not checked yet');
    for (const ms of [30, 50]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    await done(grid);
    expect(await grid.sha()).toBe(expected.large);
    const { work } = jobOf(grid);
    expect(work.retracted).toBeGreaterThan(20);
    expect(work.unseen).toBe(0);
  });

  it('ends with a single volunteer, and says that nobody looked', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch({ verify: 'spot' });
    await done(grid);
    expect(await grid.sha()).toBe(expected.small);
    const { work, tasks } = jobOf(grid);
    expect(work).toMatchObject({ probes: 0, unseen: tasks.total });
    expect(v.parse(JobReport, await grid.coordinator.report())).toMatchObject({ unseen: tasks.total });
  });

  it('is as tolerant of other adapters as whole results are', async () => {
    const grid = createTestGrid();
    const adapter = { vendor: 'other', architecture: '', description: '', browser: 'test-2' };
    // Rounding of the last bit of every sum.
    const rounding: Behaviour = {
      kind: 'answer',
      make(_, right) {
        for (let at = 0; at + 16 < right.byteLength; at += 4) right[at] = (right[at] ?? 0) ^ 1;
        return right;
      },
    };
    await grid.volunteer({ behaviour: rounding, capabilities: { adapter } });
    for (const ms of [30, 50]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    await grid.launch(spot);
    await done(grid);
    expect(jobOf(grid).work).toMatchObject({ rejected: 0, replicas: 0 });
    for (const { state } of grid.coordinator.view().volunteers) expect(state).toBe('ready');
  });
});

describe('whose word counts', () => {
  const A = 'a'.repeat(16);
  const B = 'b'.repeat(16);

  it('waits for another network in the pool, and says so', async () => {
    const grid = createTestGrid();
    for (let i = 0; i < 2; i++) await grid.volunteer({ pool: true, networkTag: A });
    await grid.launch({ verify: 'replicate' });
    await grid.until(() => jobOf(grid).notice !== null);
    expect(jobOf(grid).notice).toContain('another network');
    await grid.pass(5_000);
    expect(jobOf(grid).tasks.accepted).toBe(0);
    expect(grid.coordinator.view().notices).toEqual([]);
    await grid.volunteer({ pool: true, networkTag: B });
    await done(grid, 120_000);
    expect(await grid.sha()).toBe(expected.small);
  });

  it('takes two of one network where they were invited, and says that this is weaker', async () => {
    const grid = createTestGrid();
    for (let i = 0; i < 2; i++) await grid.volunteer({ networkTag: A });
    await grid.launch({ verify: 'replicate' });
    expect(grid.coordinator.view().notices.join()).toContain('checking is weaker');
    await grid.volunteer({ networkTag: B });
    expect(grid.coordinator.view().notices).toEqual([]);
    await done(grid);
    expect(await grid.sha()).toBe(expected.small);
  });

  it('says nothing of it where nothing is checked', async () => {
    const grid = createTestGrid();
    for (let i = 0; i < 2; i++) await grid.volunteer({ networkTag: A });
    await grid.launch();
    expect(grid.coordinator.view().notices).toEqual([]);
  });

  it('takes nobody for invited once the room was open: strangers know its link', async () => {
    const grid = createTestGrid();
    const early = await grid.volunteer({ networkTag: A, behaviour: { kind: 'silent' } });
    grid.coordinator.setOpen(true);
    grid.coordinator.setOpen(false);
    for (let i = 0; i < 2; i++) await grid.volunteer({ networkTag: B });
    await grid.launch({ verify: 'replicate' });
    await grid.pass(3_000);
    expect(jobOf(grid).tasks.accepted).toBe(0);
    // Who came before is somebody whom the owner asked, and of another network.
    early.behaviour = { kind: 'work', ms: 20 };
    await grid.join(early, { networkTag: A });
    await done(grid, 120_000);
  });

  it('believes the owner’s own machine, and lets it decide', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ own: true });
    await grid.launch({ verify: 'replicate' });
    expect(grid.coordinator.view().volunteers[0]).toMatchObject({ trust: null });
    await done(grid);
    expect(await grid.sha()).toBe(expected.small);
    expect(jobOf(grid).work.replicas).toBe(0);
  });

  it('does not believe somebody who only says to be the owner’s own machine', async () => {
    const grid = createTestGrid();
    const own = await grid.volunteer({ own: true, session: 'own', behaviour: { kind: 'silent' } });
    await grid.volunteer({ session: 'own', behaviour: lie() });
    await own.link.closed;
    await grid.launch({ verify: 'replicate' });
    await grid.pass(5_000);
    expect(grid.coordinator.view().volunteers[0]?.trust).toMatchObject({ verified: 0 });
    expect(jobOf(grid).tasks.accepted).toBe(0);
  });
});
