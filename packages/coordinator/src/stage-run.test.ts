import { type BlobRef, blobIdOf } from '@tabgrid/protocol/blob';
import { sha256 } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { JobReport } from '@tabgrid/protocol/records';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import { DenoiseParams, denoiseTask, inputBytes } from '@tabgrid/webgpu-kernels/denoise/task';
import { gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestGrid, preparedCornell, type TestGrid, until } from './test-kit.js';
import type { Scripted } from './test-volunteer.js';

beforeAll(async () => {
  await preparedCornell();
});

/** A long side of more than a halo, so that not every tile waits for all of the picture. */
const WIDE = { width: 96, height: 16, tile: 16, denoise: true } as const;

const kernelOf = ({ task }: Scripted['tasks'][number]) => task.kernel.kind;
const tasksOf = (volunteers: readonly Scripted[], kind: string) =>
  volunteers.flatMap(({ tasks }) => tasks).filter((one) => kernelOf(one) === kind);
const denoise = (grid: TestGrid) => grid.coordinator.view().job?.denoise;
const report = async (grid: TestGrid) => v.parse(JobReport, await grid.coordinator.report());

describe('a picture that is to be denoised', () => {
  it('goes through its stage when it is whole, and is then shown and exported without its noise', async () => {
    const grid = createTestGrid({
      encode: { encode: async ({ rgb }) => new Uint8Array(rgb.slice(0, 3).buffer) },
    });
    const volunteer = await grid.volunteer();
    await grid.launch({ denoise: true });
    expect(denoise(grid)).toEqual({ state: 'waiting', share: 0 });
    await until(grid, () => grid.state() === 'done');
    expect(denoise(grid)).toEqual({ state: 'done', share: 1 });
    expect(volunteer.tasks.map(kernelOf)).toEqual([
      ...Array(6).fill(pathtraceTask.kind),
      ...Array(6).fill(gbufferTask.kind),
      ...Array(6).fill(denoiseTask.kind),
    ]);
    expect(volunteer.accepted).toHaveLength(18);
    const film = grid.coordinator.film();
    expect(film?.form).toBe('denoised');
    // As the volunteers say where each pixel is.
    for (let i = 0; i < 48 * 32; i++) {
      expect([...(film?.rgb.subarray(3 * i, 3 * i + 3) ?? [])]).toEqual([i % 48, Math.floor(i / 48), 0.25]);
    }
    const rendered = grid.coordinator.film('rendered');
    expect(rendered?.form).toBe('rendered');
    expect(rendered?.rgb).not.toEqual(film?.rgb);
    expect(new Float32Array((await grid.coordinator.export('exr')).buffer)).toEqual(film?.rgb.slice(0, 3));
    expect(new Float32Array((await grid.coordinator.export('exr', {}, 'rendered')).buffer)).toEqual(
      rendered?.rgb.slice(0, 3),
    );
  });

  it('has the film of one that is not, and is done once however it was cut', async () => {
    const shas: (string | undefined)[][] = [];
    for (const change of [{}, { denoise: true }, { denoise: true, tile: 24 }]) {
      const grid = createTestGrid();
      for (const ms of [20, 90]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
      await grid.launch(change);
      await until(grid, () => grid.state() === 'done');
      const { filmSha256, denoisedSha256 } = await report(grid);
      shas.push([filmSha256, denoisedSha256]);
    }
    const [plain, denoised, other] = shas;
    expect(plain?.[1]).toBeUndefined();
    expect(denoised?.[0]).toBe(plain?.[0]);
    expect(denoised?.[1]).toMatch(/^[0-9a-f]{64}$/);
    expect(other).toEqual(denoised);
  });

  it('hands each denoised tile out with the picture and the guides that its halo reaches', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer();
    await grid.launch(WIDE);
    await until(grid, () => tasksOf([volunteer], denoiseTask.kind).length > 0);
    volunteer.behaviour = { kind: 'silent' };
    const [first] = tasksOf([volunteer], denoiseTask.kind);
    if (!first) throw new Error('there is one');
    const params = v.parse(DenoiseParams, first.task.params);
    expect(first.task.inputs.map(({ bytes }) => bytes)).toEqual(inputBytes(params));
    expect(params.window.width).toBeLessThan(96);
    const [radiance, guides] = await Promise.all(first.task.inputs.map((ref) => fetched(grid, volunteer, ref)));
    const film = grid.coordinator.film('rendered')?.rgb ?? new Float32Array();
    const { window } = params;
    for (let i = 0; i < window.width * window.height; i++) {
      const [x, y] = [window.x + (i % window.width), window.y + Math.floor(i / window.width)];
      const at = 3 * (y * 96 + x);
      expect(radiance?.subarray(3 * i, 3 * i + 3)).toEqual(film.subarray(at, at + 3));
      // As the volunteer's guides say where each pixel is.
      expect([...(guides?.subarray(8 * i, 8 * i + 2) ?? [])]).toEqual([x, y]);
    }
  });

  it('is shown as rendered, with a word why, when the stage fails', async () => {
    const grid = createTestGrid();
    const volunteers = await Promise.all(Array.from({ length: 4 }, () => grid.volunteer()));
    await grid.launch({ denoise: true });
    await until(grid, () => tasksOf(volunteers, gbufferTask.kind).length > 0);
    // All fail at the same part: one who fails often is not asked any more.
    const answered = new Set<string>();
    for (const volunteer of volunteers) volunteer.behaviour = { kind: 'silent' };
    await until(grid, () => {
      for (const volunteer of volunteers) {
        for (const sent of volunteer.tasks.filter((one) => kernelOf(one) !== pathtraceTask.kind)) {
          const { attempt, task } = sent;
          if (answered.has(attempt)) continue;
          answered.add(attempt);
          if (!task.id.endsWith('-g0')) {
            void volunteer.result(sent);
            continue;
          }
          const failure = { code: 'kernelError', message: 'its shader does not compile' } as const;
          void volunteer.say({ type: 'failed', ref: { attempt, task: task.id, job: task.job }, failure });
        }
      }
      return grid.state() !== 'running';
    });
    expect(grid.state()).toBe('done');
    expect(denoise(grid)?.state).toBe('failed');
    expect(grid.coordinator.view().job?.notice).toMatch(
      /could not be denoised \(.*does not compile.*\): it is shown as rendered/,
    );
    expect(grid.coordinator.film()?.form).toBe('rendered');
    expect((await report(grid)).denoisedSha256).toBeUndefined();
  });

  it('is denoised anew with more samples', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer();
    await grid.launch({ denoise: true });
    await until(grid, () => grid.state() === 'done');
    let asked = false;
    void grid.coordinator.addSamples(16).then(() => {
      asked = true;
    });
    await until(grid, () => asked);
    expect(grid.coordinator.film()?.form).toBe('rendered');
    await until(grid, () => grid.state() === 'done');
    expect(tasksOf([volunteer], denoiseTask.kind)).toHaveLength(12);
    expect(grid.coordinator.film()?.form).toBe('denoised');
  });

  it('keeps what is rendered when it is cancelled in its stage', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer();
    await grid.launch({ denoise: true });
    await until(grid, () => tasksOf([volunteer], gbufferTask.kind).length > 0);
    grid.coordinator.cancel();
    expect(grid.state()).toBe('done');
    expect(grid.coordinator.view().job?.notice).toMatch(/not denoised to the end/);
    expect(denoise(grid)?.state).toBe('failed');
    expect(grid.coordinator.film()?.form).toBe('rendered');
  });

  it.each(['replicate', 'spot'] as const)(
    'checks the stage’s results as it does the picture’s (%s)',
    async (verify) => {
      const grid = createTestGrid();
      const liar = await grid.volunteer({
        networkTag: '1'.repeat(16),
        behaviour: {
          kind: 'answer',
          ms: 20,
          make({ kernel }, right) {
            if (kernel.kind === denoiseTask.kind)
              for (let at = 0; at < right.byteLength - 4; at += 4) new DataView(right.buffer).setFloat32(at, 99, true);
            return right;
          },
        },
      });
      for (const tag of ['2', '3']) await grid.volunteer({ networkTag: tag.repeat(16) });
      await grid.launch({ denoise: true, verify });
      await until(grid, () => grid.state() === 'done');
      expect(tasksOf([liar], denoiseTask.kind).length).toBeGreaterThan(0);
      const film = grid.coordinator.film();
      expect(film?.form).toBe('denoised');
      expect(film?.rgb.includes(99)).toBe(false);
    },
  );
});

describe('a stage that was cut off', () => {
  for (const kind of [gbufferTask.kind, denoiseTask.kind]) {
    it(`is run anew when the job is taken up (cut off at ${kind})`, async () => {
      const clock = createManualClock(1000);
      const stores = { records: createMemoryRecordStore(), blobs: createMemoryBlobStore() };
      const first = createTestGrid(stores, { clock });
      const volunteer = await first.volunteer();
      await first.launch({ denoise: true });
      await until(first, () => tasksOf([volunteer], kind).length > 2);
      await first.clock.advance(50);
      first.kill();
      const second = createTestGrid(stores, { clock, seed: 99 });
      await until(second, () => second.coordinator.view().unfinished.length > 0);
      const [cut] = second.coordinator.view().unfinished;
      if (!cut) throw new Error('there is one');
      await second.join(volunteer);
      const before = volunteer.tasks.length;
      void second.coordinator.takeUp(cut.id);
      await until(second, () => second.state() === 'done');
      const again = volunteer.tasks.slice(before).map(kernelOf);
      expect(again).toEqual([...Array(6).fill(gbufferTask.kind), ...Array(6).fill(denoiseTask.kind)]);
      expect(denoise(second)).toEqual({ state: 'done', share: 1 });
      // It is nobody's fault.
      expect(second.coordinator.view().volunteers).toMatchObject([{ state: 'ready' }]);
      expect(second.coordinator.film()?.rgb[2]).toBe(0.25);
    });
  }

  it('is not there when the picture is opened again, and says so', async () => {
    const stores = { records: createMemoryRecordStore(), blobs: createMemoryBlobStore() };
    const first = createTestGrid(stores);
    await first.volunteer();
    const id = await first.launch({ denoise: true });
    await until(first, () => first.state() === 'done');
    await first.coordinator.close();
    const second = createTestGrid(stores, { seed: 99 });
    await second.coordinator.openPast(id);
    expect(denoise(second)).toEqual({ state: 'gone', share: 0 });
    expect(second.coordinator.film()?.form).toBe('rendered');
  });
});

/** A blob's floats, as a volunteer fetches them. */
async function fetched(grid: TestGrid, volunteer: Scripted, { id }: BlobRef): Promise<Float32Array> {
  await volunteer.say({ type: 'need', blob: id, list: true, chunks: [0] });
  await until(grid, () => volunteer.bodies.has(`list ${id}`) && volunteer.bodies.has(`${id} 0`));
  const list = volunteer.bodies.get(`list ${id}`) ?? new Uint8Array();
  const chunk = volunteer.bodies.get(`${id} 0`) ?? new Uint8Array();
  expect(await blobIdOf(list)).toBe(id);
  expect(await sha256(chunk)).toEqual(list);
  return new Float32Array(chunk.slice().buffer);
}

it('is not wanted unless it is asked for', async () => {
  const grid = createTestGrid();
  const volunteer = await grid.volunteer();
  await grid.launch();
  await until(grid, () => grid.state() === 'done');
  expect(denoise(grid)).toBeNull();
  expect(volunteer.tasks).toHaveLength(6);
});
