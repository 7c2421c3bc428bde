import { createManualClock } from '@tabgrid/protocol/clock';
import { JobReport } from '@tabgrid/protocol/records';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestGrid, preparedCornell, type TestGrid, until } from './test-kit.js';

/** The fake kernel's light is even from 0 to 1 in every sample: noise is about 0.4 ÷ √N. */

beforeAll(async () => {
  await preparedCornell();
});

const NOISY = { spp: 4096, noise: 0.03 } as const;

const job = (grid: TestGrid) => grid.coordinator.view().job;
const report = async (grid: TestGrid) => v.parse(JobReport, await grid.coordinator.report());

describe('a picture with a noise target', () => {
  it('gets rounds of samples until the target is met, and says how noisy it is', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer();
    await grid.launch(NOISY);
    expect(job(grid)?.noise).toEqual({ target: 0.03, level: null, met: null });
    // How much it will take nobody knows yet.
    expect(job(grid)?.etaMs).toBeNull();
    const shares = new Set<number>();
    let eta = false;
    await until(grid, () => {
      shares.add(job(grid)?.share ?? 0);
      eta ||= job(grid)?.state === 'running' && job(grid)?.etaMs !== null;
      return grid.state() === 'done';
    });
    expect(eta).toBe(true);
    expect(shares.size).toBeGreaterThan(4);
    const samples = new Set(
      volunteer.tasks
        .filter(({ task }) => task.kernel.kind === pathtraceTask.kind)
        .map(({ task }) => JSON.stringify(task.params['samples'])),
    );
    expect(samples.size).toBeGreaterThan(1);
    const { noise, spp } = job(grid) ?? {};
    expect(noise?.met).toBe(1);
    expect(noise?.level).toBeLessThan(0.03);
    expect(spp).toBeGreaterThan(90);
    expect(spp).toBeLessThan(400);
    expect(job(grid)?.notice).toBeNull();
    expect((await report(grid)).noise).toEqual(noise);
    // Rounds of a part of the picture count by their share of it.
    expect((await grid.coordinator.pastJobs())[0]?.spp).toBe(spp);
    const film = grid.coordinator.film('rendered');
    expect(film?.rgb.every((x) => Math.abs(x - 0.5) < 0.25)).toBe(true);
  });

  it('is the same picture whoever renders it, in whatever tiles', async () => {
    const shas: string[] = [];
    for (const change of [{}, { tile: 16 }, { tile: 24 }]) {
      const grid = createTestGrid();
      for (const ms of shas.length === 0 ? [20] : [20, 90]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
      await grid.launch({ ...NOISY, ...change });
      await until(grid, () => grid.state() === 'done');
      shas.push((await report(grid)).filmSha256);
    }
    expect(new Set(shas).size).toBe(1);
  });

  it('goes on with its rounds after its page was closed, to the same bits', async () => {
    const whole = createTestGrid();
    await whole.volunteer();
    await whole.launch({ ...NOISY, tile: 24 });
    await until(whole, () => whole.state() === 'done');
    const clock = createManualClock(1000);
    const stores = { records: createMemoryRecordStore(), blobs: createMemoryBlobStore() };
    const first = createTestGrid(stores, { clock });
    const volunteer = await first.volunteer();
    await first.launch({ ...NOISY, tile: 24 });
    await until(first, () => job(first)?.noise?.level != null && volunteer.tasks.length > 12);
    await first.clock.advance(50);
    first.kill();
    const second = createTestGrid(stores, { clock, seed: 99 });
    await until(second, () => second.coordinator.view().unfinished.length > 0);
    const [cut] = second.coordinator.view().unfinished;
    if (!cut) throw new Error('there is one');
    await second.join(volunteer);
    void second.coordinator.takeUp(cut.id);
    await until(second, () => second.state() === 'done');
    expect((await report(second)).filmSha256).toBe((await report(whole)).filmSha256);
  });

  it('ends with all the samples that it may have, and says that it is noisier than asked for', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch({ spp: 64, noise: 0.01 });
    await until(grid, () => grid.state() === 'done');
    expect(job(grid)?.spp).toBe(64);
    expect(job(grid)?.notice).toMatch(/0 % of the picture is as good as asked for; .* 64 samples/);
    // More can be asked for, of every pixel.
    let asked = false;
    void grid.coordinator.addSamples(32).then(() => {
      asked = true;
    });
    await until(grid, () => asked);
    await until(grid, () => grid.state() === 'done');
    expect(job(grid)?.spp).toBe(96);
  });

  it('is denoised after its last round', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch({ ...NOISY, denoise: true });
    await until(grid, () => grid.state() === 'done');
    expect(job(grid)?.noise?.met).toBe(1);
    expect(grid.coordinator.film()?.form).toBe('denoised');
  });

  it('can be cancelled in between, and gone on with', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer();
    await grid.launch(NOISY);
    await until(grid, () => volunteer.tasks.length > 7);
    grid.coordinator.cancel();
    expect(grid.state()).toBe('cancelled');
    let asked = false;
    void grid.coordinator.addSamples(16).then(() => {
      asked = true;
    });
    await until(grid, () => asked);
    await until(grid, () => grid.state() === 'done');
    expect(job(grid)?.noise?.met).toBe(1);
  });

  it('is refused where it makes no sense', async () => {
    const grid = createTestGrid();
    for (const [change, words] of [
      [{ noise: 0.02, spp: 16 }, /32 samples at least/],
      [{ noise: 0 }, /noise target is 0: give a number from 0.002 to 1/],
      [{ noise: Number.NaN }, /noise target/],
      [{ clamp: -1 }, /firefly clamp is -1/],
    ] as const) {
      await expect(grid.launch(change)).rejects.toThrow(words);
    }
  });
});
