import { JobId, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import { TaskSpec } from '@tabgrid/protocol/task';
import { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fakeBase, fakeScene } from '../render/fixture.js';
import {
  type Begun,
  beginView,
  type Camera,
  REST_MS,
  resumeView,
  type ViewEvent,
  type ViewState,
  type ViewStep,
} from './planner.js';
import type { Helper } from './round.js';

const base = fakeBase((await fakeScene()).manifest, { film: { width: 256, height: 256 }, bounces: 4 });

/** Units are five a sample here: so many samples a second. */
const helper = (id: string, samplesPerSecond: number, fixedMs = 10, byteMs = 0): Helper => ({
  volunteer: v.parse(VolunteerId, id),
  fixedMs,
  unitMs: 1000 / (5 * samplesPerSecond),
  byteMs,
});
const TWO = [helper('a', 75_000), helper('b', 75_000)];
const from = (x: number): Camera => ({ ...base.camera, position: [x, 0, 3] });

/** A view and what it does, on a clock of its own. */
function createView(helpers: readonly Helper[] = TWO, change: { spp?: number; film?: typeof base.film } = {}) {
  const job = { id: v.parse(JobId, 'view'), base: { ...base, film: change.film ?? base.film }, spp: change.spp ?? 8 };
  const steps: ViewStep[] = [];
  const view = {
    now: 1000,
    helpers,
    rowCosts: null as readonly number[] | null,
    state: beginView(job) as ViewState,
    steps,
    tell(event: ViewEvent): ViewStep {
      const grid = { now: view.now, helpers: view.helpers, rowCosts: view.rowCosts };
      const [next, step] = resumeView(view.state, event, grid);
      // Plain data, all of it.
      expect(JSON.parse(JSON.stringify(next))).toEqual(next);
      view.state = next;
      steps.push(step);
      return step;
    },
    move: (x: number) => view.tell({ type: 'moved', camera: from(x) }),
    /** Moves the camera as a hand does that goes on: again while the first rough picture is under way. @returns the second's */
    drag(x: number): ViewStep {
      view.move(x);
      view.now += 10;
      view.move(x);
      return view.finish(10);
    },
    /** Everything that is open of the round under way comes after so long. */
    finish(ms: number): ViewStep {
      view.now += ms;
      let last: ViewStep | null = null;
      for (const task of view.open()) last = view.tell({ type: 'accepted', task });
      if (!last) throw new Error('nothing is under way');
      return last;
    },
    open: (): readonly TaskId[] => (view.state.stage.kind === 'under way' ? view.state.stage.open : []),
  };
  return view;
}

const begun = (step: ViewStep): Begun => {
  if (!step.begin) throw new Error('nothing was begun');
  return step.begin;
};
const paramsOf = (spec: TaskSpec) => v.parse(PathtraceParams, spec.params);

describe('a round of a view', () => {
  it('is tasks that pass every schema and take each pixel once, one for each who takes part', () => {
    const view = createView();
    const { tasks, size, deadlineMs, kind } = begun(view.move(0));
    expect(kind).toBe('rough');
    expect(deadlineMs).toBe(100);
    expect(tasks).toHaveLength(2);
    const rows = new Set<number>();
    for (const spec of tasks) {
      expect(v.is(TaskSpec, JSON.parse(JSON.stringify(spec)))).toBe(true);
      const { tile, film, samples } = paramsOf(spec);
      expect(film).toEqual(size);
      expect(tile).toMatchObject({ x: 0, width: size.width });
      expect(samples).toEqual({ first: 0, count: 1, block: 1 });
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        expect(rows.has(y)).toBe(false);
        rows.add(y);
      }
      expect(spec.verify).toBe('none');
    }
    expect(rows.size).toBe(size.height);
  });

  it('gives more rows to the faster, and none to somebody too far away', () => {
    const view = createView([helper('fast', 300_000), helper('slow', 100_000), helper('far', 900_000, 400)]);
    const [upper, lower, ...others] = begun(view.move(0)).tasks.map((spec) => paramsOf(spec).tile.height);
    expect(others).toEqual([]);
    expect((upper ?? 0) / (lower ?? 1)).toBeCloseTo(3, 0);
  });

  it('cuts where the picture before says that rows cost more', () => {
    const view = createView();
    view.rowCosts = [1, 1, 1, 9];
    const [upper, lower] = begun(view.move(0)).tasks;
    if (!upper || !lower) throw new Error('two take part');
    expect(paramsOf(upper).tile.height).toBeGreaterThan(2 * paramsOf(lower).tile.height);
    expect(upper.workUnits / lower.workUnits).toBeCloseTo(1, 0);
  });

  it('is one task while nobody is there', () => {
    expect(begun(createView([]).move(0)).tasks).toHaveLength(1);
  });

  it('keeps every result within a message, however large the film and however few take part', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16_384 }),
        fc.integer({ min: 1, max: 4096 }),
        fc.integer({ min: 0, max: 5 }),
        (width, height, count) => {
          const film = { width, height };
          const helpers = Array.from({ length: count }, (_, i) => helper(`v${i}`, 1e9));
          const { tasks, size } = begun(createView(helpers, { film }).move(0));
          expect(Math.max(...tasks.map(({ outputBytes }) => outputBytes))).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
          expect(tasks.reduce((sum, spec) => sum + paramsOf(spec).tile.height, 0)).toBe(size.height);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a frame', () => {
  it('is rough at first, whole when the camera rests, and then gets finer until it has its samples', () => {
    const view = createView();
    const rough = begun(view.drag(0));
    expect(rough.size.width).toBeLessThan(256);
    const resting = view.finish(60);
    expect(resting).toMatchObject({ end: rough.job, begin: null, wakeAt: 1010 + REST_MS });
    view.now = 1010 + REST_MS;
    const fine = begun(view.tell({ type: 'woken' }));
    expect(fine).toMatchObject({ kind: 'finer', size: { width: 256, height: 256 }, samples: { first: 0, count: 1 } });
    const runs: unknown[] = [];
    let last = view.finish(500);
    expect(last.end).toBe(fine.job);
    while (last.begin) {
      expect(last.begin.deadlineMs).toBeNull();
      runs.push([last.begin.samples.first, last.begin.samples.count]);
      last = view.finish(500);
    }
    expect(runs).toEqual([
      [1, 1],
      [2, 2],
      [4, 2],
      [6, 2],
    ]);
    expect(view.state.stage.kind).toBe('done');
  });

  it('needs no rough picture where the whole one is here in time', () => {
    const view = createView([helper('fast', 1e9)], { spp: 2 });
    expect(begun(view.drag(0))).toMatchObject({ kind: 'rough', step: 1, size: { width: 256, height: 256 } });
    view.finish(20);
    view.now += REST_MS;
    expect(begun(view.tell({ type: 'woken' }))).toMatchObject({ kind: 'more', samples: { first: 1, count: 1 } });
  });

  it('is no finer at first than what the links carry in time, however fast the volunteers are', () => {
    const film = { width: 960, height: 540 };
    const fast = (byteMs: number) => begun(createView([helper('fast', 1e9, 10, byteMs)], { film }).move(0));
    expect(fast(1e-7).step).toBe(1);
    const { size, tasks } = fast(1e-4);
    expect(size.width).toBeLessThan(480);
    expect(tasks.reduce((sum, { outputBytes }) => sum + outputBytes, 0) * 1e-4).toBeLessThan(100);
  });

  it('passes sizes between where the whole picture takes long', () => {
    const view = createView(TWO, { film: { width: 1920, height: 1080 } });
    view.drag(0);
    view.finish(60);
    view.now += REST_MS;
    const steps: number[] = [];
    for (let last: ViewStep = view.tell({ type: 'woken' }); last.begin?.kind === 'finer'; last = view.finish(400)) {
      steps.push(last.begin.step);
    }
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toBe(1);
    expect([...steps].sort((a, b) => b - a)).toEqual(steps);
  });

  it('begins at once with what is finer after a single step: nothing says that another comes', () => {
    const view = createView();
    view.move(0);
    expect(begun(view.finish(20)).kind).toBe('finer');
    view.now += REST_MS + 1;
    view.move(1);
    expect(begun(view.finish(20)).kind).toBe('finer');
    view.now += REST_MS - 30;
    view.move(2);
    expect(view.finish(20).begin).toBeNull();
  });

  it('begins at once with what is finer when it rested already while it was rough', () => {
    const view = createView();
    view.drag(0);
    expect(begun(view.finish(REST_MS + 10)).kind).toBe('finer');
  });
});

describe('a new camera', () => {
  it('lets a rough picture in time be finished, and is the next one; those between are not rendered', () => {
    const view = createView();
    const first = begun(view.move(0));
    view.now += 16;
    expect(view.move(1)).toMatchObject({ end: null, begin: null });
    view.now += 16;
    expect(view.move(2)).toMatchObject({ end: null, begin: null });
    const step = view.finish(30);
    expect(step.end).toBe(first.job);
    expect(begun(step)).toMatchObject({ kind: 'rough', camera: from(2) });
  });

  it('does not wait for a rough picture that is late', () => {
    const view = createView();
    const first = begun(view.move(0));
    view.now += 50;
    const { wakeAt } = view.move(1);
    expect(wakeAt).toBe(1200);
    view.now = 1200;
    const step = view.tell({ type: 'woken' });
    expect(step.end).toBe(first.job);
    expect(begun(step).camera).toEqual(from(1));
    view.now += 300;
    expect(begun(view.move(2)).camera).toEqual(from(2));
  });

  it('ends what is finer at once, and what comes of it later changes nothing', () => {
    const view = createView();
    view.drag(0);
    view.finish(50);
    view.now += REST_MS;
    const fine = begun(view.tell({ type: 'woken' }));
    const [late] = view.open();
    view.now += 20;
    const step = view.move(1);
    expect(step.end).toBe(fine.job);
    expect(begun(step).kind).toBe('rough');
    const before = view.state;
    if (late) expect(view.tell({ type: 'accepted', task: late })).toEqual({ end: null, begin: null, wakeAt: null });
    expect(view.state).toEqual(before);
  });

  it('ends further samples at once, and begins again after it was done', () => {
    const view = createView(TWO, { spp: 4 });
    view.drag(0);
    view.finish(50);
    view.now += REST_MS;
    view.tell({ type: 'woken' });
    const more = begun(view.finish(500));
    expect(more.kind).toBe('more');
    expect(view.move(1).end).toBe(more.job);
    for (let last = view.finish(50); view.state.stage.kind !== 'done'; last = view.finish(500)) {
      view.now += REST_MS;
      if (last.wakeAt !== null) view.tell({ type: 'woken' });
    }
    expect(begun(view.move(2)).kind).toBe('rough');
  });

  it('is what is shown after a part could not be rendered', () => {
    const view = createView();
    const { job } = begun(view.move(0));
    const [task] = view.open();
    if (!task) throw new Error('it has tasks');
    expect(view.tell({ type: 'failed', task })).toEqual({ end: job, begin: null, wakeAt: null });
    expect(view.state.stage.kind).toBe('idle');
    expect(begun(view.move(1)).kind).toBe('rough');
  });
});

describe('what was expected', () => {
  it('is left as it is by a picture that something was ended for', () => {
    const view = createView();
    view.drag(0);
    view.finish(60);
    view.now += REST_MS;
    view.tell({ type: 'woken' });
    const { slip } = view.state;
    view.move(1);
    view.finish(900);
    expect(view.state.slip).toEqual(slip);
  });

  it('is corrected by what pictures took: two volunteers of one machine are not twice as fast', () => {
    const view = createView();
    const first = begun(view.move(0));
    for (let i = 1; i < 8; i++) {
      view.finish(2 * (first.expectedMs ?? 0));
      view.now += 10;
      view.move(i);
    }
    const { size } = begun(view.steps.at(-1) ?? { end: null, begin: null, wakeAt: null });
    expect(size.width * size.height).toBeLessThan(first.size.width * first.size.height);
  });
});

it('ends each round once, has one at most, and never uses a name twice, whatever happens', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('move' as const), ms: fc.nat(300) }),
    fc.record({ kind: fc.constant('finish' as const), ms: fc.nat(800) }),
    fc.record({ kind: fc.constant('fail' as const), ms: fc.nat(50) }),
    fc.record({ kind: fc.constant('wake' as const), ms: fc.nat(300) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.nat(2), (events, count) => {
      const view = createView(TWO.slice(0, count));
      for (const [i, { kind, ms }] of events.entries()) {
        view.now += ms;
        const [task] = view.open();
        if (kind === 'move') view.move(i);
        else if (kind === 'wake') view.tell({ type: 'woken' });
        else if (task) view.tell({ type: kind === 'fail' ? 'failed' : 'accepted', task });
      }
      let open: string | null = null;
      const names = new Set<string>();
      for (const { begin, end } of view.steps) {
        if (end !== null) {
          expect(end).toBe(open);
          open = null;
        }
        if (!begin) continue;
        expect(open).toBeNull();
        open = begin.job;
        for (const { id, job } of begin.tasks) {
          expect(job).toBe(begin.job);
          expect(names.has(id)).toBe(false);
          names.add(id);
        }
      }
    }),
  );
});
