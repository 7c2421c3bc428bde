import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import { RenderRun } from '@tabgrid/protocol/records';
import { TaskSpec } from '@tabgrid/protocol/task';
import { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GridState } from '../planner.js';
import { fakeResult } from './fake-kernel.js';
import { createFilm, type Film, type FilmResult, filmSha256 } from './film.js';
import { fakeBase, fakeJob, fakeScene } from './fixture.js';
import { type RenderJob, renderPlanner, restingState } from './planner.js';
import { sampleCount } from './samples.js';
import { guideOf } from './specs.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

const GRID: GridState = { volunteers: 2, unitsPerSecond: 50_000 };
const paramsOf = (spec: TaskSpec) => v.parse(PathtraceParams, spec.params);
const partOf = (spec: TaskSpec) => {
  const { tile, samples } = paramsOf(spec);
  return { tile, samples };
};
const resultOf = (spec: TaskSpec): FilmResult => {
  const params = paramsOf(spec);
  return { key: spec.id, tile: params.tile, samples: params.samples, result: fakeResult(params) };
};
/** What looks at a picture in advance is no part of it. */
const render = (specs: readonly TaskSpec[], film: Film) =>
  specs.filter(({ id }) => guideOf(id) === null).reduce((so, spec) => renderPlanner.merge(so, resultOf(spec)), film);

describe('the render planner', () => {
  it('emits tasks that pass every schema, and covers each sample of each pixel once', () => {
    const job = fakeJob(manifest, { spp: 40 });
    const [, step] = renderPlanner.begin(job, GRID);
    const counted = new Map<string, number>();
    for (const spec of step.add) {
      expect(v.parse(TaskSpec, JSON.parse(JSON.stringify(spec)))).toEqual(JSON.parse(JSON.stringify(spec)));
      expect(spec.outputBytes).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
      const { tile, samples } = paramsOf(spec);
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        for (let x = tile.x; x < tile.x + tile.width; x++) {
          for (let s = samples.first; s < samples.first + samples.count; s++) {
            const key = `${x},${y},${s}`;
            counted.set(key, (counted.get(key) ?? 0) + 1);
          }
        }
      }
    }
    expect(counted.size).toBe(40 * 30 * 40);
    expect(Math.max(...counted.values())).toBe(1);
    expect(new Set(step.add.map((t) => t.id)).size).toBe(step.add.length);
  });

  it('is done when every task is accepted or failed, and says how many failed', () => {
    let [state, step] = renderPlanner.begin(fakeJob(manifest), GRID);
    const ids = step.add.map((t) => t.id);
    expect(ids.length).toBeGreaterThanOrEqual(2);
    for (const [i, task] of ids.entries()) {
      expect(step.done).toBeUndefined();
      [state, step] = renderPlanner.resume(state, { type: i === 0 ? 'failed' : 'accepted', task }, GRID);
    }
    expect(step.done).toEqual({ failed: 1 });
    expect(state.failed).toEqual([ids[0]]);
  });

  it('waits again for a task whose result was retracted, also after it was done', () => {
    let [state, step] = renderPlanner.begin(fakeJob(manifest), GRID);
    const ids = step.add.map((t) => t.id);
    const [first, ...rest] = ids;
    if (!first) throw new Error('there are tasks');
    const tell = (type: 'accepted' | 'failed' | 'retracted', task: (typeof ids)[number]) => {
      [state, step] = renderPlanner.resume(state, { type, task }, GRID);
      return step.done;
    };
    expect(tell('accepted', first)).toBeUndefined();
    expect(tell('retracted', first)).toBeUndefined();
    for (const task of rest) expect(tell('accepted', task)).toBeUndefined();
    expect(tell('accepted', first)).toEqual({ failed: 0 });
    expect(tell('retracted', first)).toBeUndefined();
    expect(state.open).toBe(1);
    expect(tell('failed', first)).toEqual({ failed: 1 });
  });

  it('makes only what is missing when no further samples are asked for', () => {
    const job = fakeJob(manifest);
    const [begun, first] = renderPlanner.begin(job, GRID);
    const resting = restingState(job, begun.runs, begun.generation);
    const have = first.add.map(partOf);
    const more = { spp: 0, have: have.slice(1) };
    const [state, step] = renderPlanner.resume(resting, { type: 'extended', more }, GRID);
    expect(step.add.map(partOf)).toEqual([have[0]]);
    expect(step.done).toBeUndefined();
    expect(state.runs).toEqual(begun.runs);
    const [, nothing] = renderPlanner.resume(resting, { type: 'extended', more: { spp: 0, have } }, GRID);
    expect(nothing).toEqual({ add: [], withdraw: [], done: { failed: 0 } });
  });

  it('goes on with further blocks, also from a state that was stored', async () => {
    const job = fakeJob(manifest);
    const [begun, first] = renderPlanner.begin(job, GRID);
    const restored = restingState(
      job,
      v.parse(v.array(RenderRun), JSON.parse(JSON.stringify(begun.runs))),
      begun.generation,
    );
    const [extended, second] = renderPlanner.resume(restored, { type: 'extended', more: { spp: 16 } }, GRID);
    expect(sampleCount(extended.runs, job.base.film)).toBe(32);
    const film = render([...first.add, ...second.add], createFilm(40, 30));
    const [, atOnce] = renderPlanner.begin({ ...job, spp: 32 }, GRID);
    expect(await filmSha256(film)).toBe(await filmSha256(render(atOnce.add, createFilm(40, 30))));
    expect(film.counts.every((n) => n === 32)).toBe(true);
  });

  it('makes what is missing of a stopped picture again, under new names, before the new samples', async () => {
    const job = fakeJob(manifest);
    const [begun, first] = renderPlanner.begin(job, GRID);
    const there = first.add.slice(0, 2);
    const have = there.map(partOf);
    const stopped = restingState(job, begun.runs, begun.generation);
    const [, more] = renderPlanner.resume(stopped, { type: 'extended', more: { spp: 16, have } }, GRID);
    // The tasks that were open when it was stopped are not waited for.
    const [state] = renderPlanner.resume(begun, { type: 'extended', more: { spp: 16, have } }, GRID);
    expect(state.open).toBe(more.add.length);
    const film = render([...there, ...more.add], createFilm(40, 30));
    const [, atOnce] = renderPlanner.begin({ ...job, spp: 32 }, GRID);
    expect(await filmSha256(film)).toBe(await filmSha256(render(atOnce.add, createFilm(40, 30))));
    const names = [...first.add, ...more.add].map((spec) => spec.id);
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives the same film for any tiling, grid and order of results, with repeats', async () => {
    const film = { width: 23, height: 17 };
    const base = fakeBase(manifest, { film });
    const job: RenderJob = { ...fakeJob(manifest), base, spp: 50 };
    const [, plain] = renderPlanner.begin(job, GRID);
    const expected = await filmSha256(render(plain.add, createFilm(23, 17)));
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.integer({ min: 3, max: 40 }), { nil: null }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.infiniteStream(fc.nat()),
        async (tile, volunteers, unitsPerSecond, random) => {
          const [, step] = renderPlanner.begin({ ...job, tile }, { volunteers, unitsPerSecond });
          const shuffled = [...step.add, ...step.add.slice(0, 3)]
            .map((spec) => ({ spec, at: random.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ spec }) => spec);
          const got = render(shuffled, createFilm(23, 17));
          expect(got.pending.size).toBe(0);
          expect(await filmSha256(got)).toBe(expected);
        },
      ),
      { numRuns: 25 },
    );
  });
});
