import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import type { RecordStore } from '@tabgrid/store/ports';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RenderSpec } from './api.js';
import { createTestGrid, preparedCornell } from './test-kit.js';
import type { Scripted } from './test-volunteer.js';

/** Work enough for a look in advance to be worth it. */
const LARGE: Partial<RenderSpec> = { width: 96, height: 64, spp: 128, bounces: 64, tile: null };

let expected: string;
beforeAll(async () => {
  await preparedCornell();
  const grid = createTestGrid();
  await grid.volunteer({ behaviour: { kind: 'work', ms: 20 } });
  await grid.launch({ ...LARGE, tile: 32 });
  await grid.until(() => grid.state() === 'done');
  expected = await grid.sha();
});

/** Kernels other than the path tracer that a volunteer was asked for. */
const others = ({ tasks }: Pick<Scripted, 'tasks'>) =>
  tasks.map(({ task }) => task.kernel.kind).filter((kind) => kind !== pathtraceTask.kind);

describe('a picture whose tiles nobody has chosen', () => {
  it('is looked at, cut anew, and the same as one of even tiles', async () => {
    const grid = createTestGrid();
    const ada = await grid.volunteer({ behaviour: { kind: 'work', ms: 30 } });
    const grace = await grid.volunteer({ behaviour: { kind: 'work', ms: 60 } });
    await grid.launch(LARGE);
    const before = grid.coordinator.view().job?.tasks.total;
    await grid.until(() => (grid.coordinator.view().job?.tasks.accepted ?? 0) > 4);
    const job = grid.coordinator.view().job;
    expect(job?.tasks.total).not.toBe(before);
    expect(job?.share).toBeLessThan(0.5);
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).toBe(expected);
    expect([...others(ada), ...others(grace)]).toEqual(['gbuffer']);
    // What looked in advance is answered like all else, and counts as no tile.
    expect(ada.kept.size + grace.kept.size).toBe(0);
    const report = await grid.coordinator.report();
    const tiles = grid.coordinator.tiles();
    expect(report).toMatchObject({ tiles: tiles.length, state: 'done' });
    const area = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0);
    expect(area % (96 * 64)).toBe(0);
    expect(grid.coordinator.view().job).toMatchObject({
      share: 1,
      tasks: { total: tiles.length, accepted: tiles.length },
    });
  });

  it('is shown as it is cut and as it costs, while it runs and afterwards', async () => {
    const grid = createTestGrid();
    expect(grid.coordinator.cuts()).toBeNull();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 30 } });
    await grid.launch(LARGE);
    // Nobody knows anything yet.
    expect(grid.coordinator.cuts()?.costs).toBeNull();
    expect(grid.coordinator.cuts()?.tiles.every(({ done }) => !done)).toBe(true);
    const areaOf = (done: boolean) =>
      (grid.coordinator.cuts()?.tiles ?? [])
        .filter((tile) => tile.done === done)
        .reduce((sum, { width, height }) => sum + width * height, 0);
    await grid.until(() => areaOf(true) > 0);
    expect(areaOf(true) + areaOf(false)).toBe(96 * 64);
    const { costs } = grid.coordinator.cuts() ?? {};
    expect(costs?.cells).toHaveLength((costs?.columns ?? 0) * (costs?.rows ?? 0));
    expect((costs?.cells.reduce((sum, x) => sum + x, 0) ?? 0) / (costs?.cells.length ?? 1)).toBeCloseTo(1);
    await grid.until(() => grid.state() === 'done');
    expect(areaOf(true)).toBe(96 * 64);
    // Every sample of the fake kernel costs the same.
    const cells = grid.coordinator.cuts()?.costs?.cells ?? [];
    expect(Math.max(...cells) / Math.min(...cells)).toBeLessThan(1.01);
  });

  it('is done though nobody can look at it in advance', async () => {
    const grid = createTestGrid();
    const kernels = [{ kind: pathtraceTask.kind, version: pathtraceTask.version }];
    await grid.volunteer({ behaviour: { kind: 'work', ms: 20 }, capabilities: { kernels } });
    await grid.launch(LARGE);
    await grid.pass(200);
    expect(grid.coordinator.view().job?.notice).toBeNull();
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).toBe(expected);
  });

  it('is done though every look at it is nonsense, and whoever sends it is told so', async () => {
    const grid = createTestGrid();
    await grid.volunteer({
      behaviour: {
        kind: 'answer',
        ms: 20,
        make: (task, right) => (task.kernel.kind === 'gbuffer' ? new Uint8Array(right.byteLength) : right),
      },
    });
    await grid.volunteer({ behaviour: { kind: 'work', ms: 45 } });
    await grid.launch(LARGE);
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).toBe(expected);
    expect(grid.coordinator.view().job?.work.rejected).toBeGreaterThan(0);
  });

  it('goes on with more samples by what it has cost, without another look', async () => {
    const grid = createTestGrid();
    const ada = await grid.volunteer({ behaviour: { kind: 'work', ms: 20 } });
    await grid.launch({ ...LARGE, spp: 64 });
    await grid.until(() => grid.state() === 'done');
    const looked = others(ada).length;
    const tasks = ada.tasks.length;
    await grid.coordinator.addSamples(64);
    await grid.until(() => grid.state() === 'done');
    expect(others(ada)).toHaveLength(looked);
    expect(ada.tasks.length).toBeGreaterThan(tasks);
    expect(await grid.sha()).toBe(expected);
  });

  for (const [when, accepted] of [
    ['before the look is back', 0],
    ['as soon as it is cut anew', 1],
    ['when it was cut anew', 6],
  ] as const) {
    it(`survives its page, ${when}`, async () => {
      const browser = { records: createMemoryRecordStore(), blobs: createMemoryBlobStore() };
      const first = createTestGrid(browser);
      const ada = await first.volunteer({ behaviour: { kind: 'work', ms: 40 } });
      await first.launch(LARGE);
      if (accepted === 0) await first.pass(20);
      else await first.until(() => (first.coordinator.view().job?.tasks.accepted ?? 0) >= accepted);
      const asked = ada.tasks.length;
      await first.pass(700);
      first.kill();
      const second = createTestGrid(browser, { clock: first.clock, seed: 78 });
      await second.until(() => second.coordinator.view().unfinished.length > 0);
      const [left] = second.coordinator.view().unfinished;
      if (!left) throw new Error('there is a job to take up');
      await second.join(ada);
      await second.settle(second.coordinator.takeUp(left.id));
      await second.until(() => second.state() === 'done');
      expect(await second.sha()).toBe(expected);
      expect(ada.tasks.length).toBeGreaterThan(asked);
      expect(ada.kept.size).toBe(0);
      expect(second.coordinator.view().job?.work.rejected).toBe(0);
    });
  }

  it('survives a page that is gone at any of its writes', { timeout: 120_000 }, async () => {
    for (let at = 3; at <= 18; at += 5) {
      const records = createMemoryRecordStore();
      const blobs = createMemoryBlobStore();
      let writes = 0;
      let crash = () => {};
      const counted: RecordStore = {
        ...records,
        async write(list) {
          await records.write(list);
          if (++writes !== at) return;
          crash();
          await new Promise<never>(() => {});
        },
      };
      const first = createTestGrid({ records: counted, blobs });
      let dead = false;
      crash = () => {
        dead = true;
        first.kill();
      };
      const ada = await first.volunteer({ behaviour: { kind: 'work', ms: 25 } });
      await first.launch(LARGE);
      await first.until(() => dead || first.state() === 'done');
      expect(dead).toBe(true);
      const second = createTestGrid({ records, blobs }, { clock: first.clock, seed: 100 + at });
      await second.until(() => second.coordinator.view().unfinished.length > 0);
      const [left] = second.coordinator.view().unfinished;
      if (!left) throw new Error('there is a job to take up');
      await second.join(ada);
      await second.settle(second.coordinator.takeUp(left.id));
      await second.until(() => second.state() === 'done');
      expect(await second.sha(), `killed at write ${at}`).toBe(expected);
    }
  });
});
