import { type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GridState, PlannerEvent, Step } from '../planner.js';
import { type CostSample, costOfResult } from './cost-sample.js';
import { fakeResult } from './fake-kernel.js';
import { createFilm, filmSha256 } from './film.js';
import { fakeBase, fakeJob, fakeScene } from './fixture.js';
import {
  cellsOf,
  isDone,
  type MoreSamples,
  type RenderJob,
  type RenderState,
  recoveredState,
  renderPlanner,
  restingState,
} from './planner.js';
import { guideOf } from './specs.js';

const FILM = { width: 96, height: 64 };
const ADA = v.parse(VolunteerId, 'ada');

let job: RenderJob;
let expected: string;
beforeAll(async () => {
  const { manifest } = await fakeScene();
  job = fakeJob(manifest, { base: fakeBase(manifest, { film: FILM }), spp: 32 });
  const plain = play(job, { even: 16 });
  plain.run(() => 0);
  expected = await plain.sha();
});

/** Tasks under way, and what a scheduler and volunteers would make of them. */
function play(of: RenderJob, { even, grid: at }: { even?: number; grid?: GridState } = {}) {
  const theJob = { ...of, tile: even ?? of.tile };
  // Slow enough for a look in advance to be worth it.
  let grid: GridState = at ?? { volunteers: 3, unitsPerSecond: 5_000 };
  let film = createFilm(FILM.width, FILM.height);
  const open = new Map<TaskId, TaskSpec>();
  const begun = new Set<TaskId>();
  const names = new Set<TaskId>();
  const withdrawn: TaskId[] = [];
  let done: Step['done'];
  let [state, first] = renderPlanner.begin(theJob, grid);

  const follow = (step: Step): void => {
    done = step.done ?? (isDone(state) ? done : undefined);
    for (const spec of step.add) {
      expect(names.has(spec.id)).toBe(false);
      names.add(spec.id);
      open.set(spec.id, spec);
    }
    for (const task of step.withdraw) {
      const late = begun.has(task) || !open.has(task);
      if (!late) {
        open.delete(task);
        withdrawn.push(task);
      }
      tell({ type: late ? 'tooLate' : 'withdrawn', task });
    }
  };
  const tell = (event: PlannerEvent<MoreSamples, CostSample>): void => {
    const [next, step] = renderPlanner.resume(state, event, grid);
    state = next;
    follow(step);
  };
  follow(first);

  const game = {
    open,
    begun,
    withdrawn,
    get state() {
      return state;
    },
    set state(next: RenderState) {
      state = next;
    },
    get done() {
      return done;
    },
    set grid(next: GridState) {
      grid = next;
    },
    tell,
    parts: () => [...open.values()].filter(({ id }) => guideOf(id) === null),
    guides: () => [...open.values()].filter(({ id }) => guideOf(id) !== null),
    begin: (task: TaskId) => void begun.add(task),
    /** @param factor of what the fake kernel says that a part costs */
    accept(task: TaskId, factor: (params: PathtraceParams) => number = () => 1): void {
      const spec = open.get(task);
      if (!spec) throw new Error(`${task} is not open`);
      open.delete(task);
      begun.delete(task);
      if (guideOf(task) === 'seen') {
        tell({ type: 'accepted', task, measured: seenEverywhere(theJob) });
        return;
      }
      const params = v.parse(PathtraceParams, spec.params);
      const result = fakeResult(params);
      const pilot = guideOf(task) === 'pilot';
      const told = costOfResult(cellsOf(theJob), params, result, pilot ? null : { ms: 1, volunteer: ADA });
      const cells = told.cells.map(([cell, n, cost]) => [cell, n, cost * factor(params)] as const);
      if (!pilot) film = renderPlanner.merge(film, { key: task, tile: params.tile, samples: params.samples, result });
      tell({ type: 'accepted', task, measured: { ...told, cells } });
    },
    /** Takes parts until none is left. */
    run(pick: () => number, factor?: (params: PathtraceParams) => number): void {
      for (let i = 0; open.size > 0 && i < 5000; i++) {
        const tasks = [...open.keys()];
        const task = tasks[Math.floor(pick() * tasks.length) % tasks.length];
        if (task) game.accept(task, factor);
      }
    },
    sha: async () => await filmSha256(film),
    covered: () => film.counts.every((n) => n === film.counts[0]) && film.pending.size === 0,
  };
  return game;
}

const seenEverywhere = (of: RenderJob): CostSample => {
  const { columns, rows } = cellsOf(of);
  const cell = (i: number) => ({ hit: 1, steps: 10 + i, material: 1, lights: 1, bounces: 3 });
  return { kind: 'seen', cells: Array.from({ length: columns * rows }, (_, i) => cell(i)) };
};

/** The right half costs ten times as much. */
const lopsided = ({ tile }: PathtraceParams): number => (tile.x + tile.width / 2 > FILM.width / 2 ? 10 : 1);

describe('a picture that is looked at in advance', () => {
  it('begins with even tiles all the same, and the looks before them', () => {
    const game = play(job);
    expect(game.guides().map(({ kernel }) => kernel.kind)).toEqual([gbufferTask.kind, 'pathtrace']);
    expect([...game.open.keys()].slice(0, 2).map(guideOf)).toEqual(['seen', 'pilot']);
    const sides = new Set(game.parts().map(({ params }) => v.parse(PathtraceParams, params).tile.width));
    expect(sides).toEqual(new Set([16]));
    // Whoever looks needs not be checked.
    expect(game.guides().every(({ verify }) => verify === 'none')).toBe(true);
  });

  it('is cut anew when both looks are back, but for what somebody has begun', async () => {
    const game = play(job);
    const [one, other] = game.parts();
    const [seen, pilot] = game.guides();
    if (!one || !other || !seen || !pilot) throw new Error('there are tasks');
    game.begin(one.id);
    game.begin(other.id);
    const before = game.parts().length;
    game.accept(seen.id);
    expect(game.withdrawn).toEqual([]);
    game.accept(pilot.id);
    expect(game.withdrawn).toHaveLength(before - 2);
    expect(game.open.has(one.id)).toBe(true);
    const units = game.parts().map(({ workUnits }) => workUnits);
    expect(units.reduce((a, b) => a + b) / (FILM.width * FILM.height * 32 * 5)).toBeCloseTo(1, 1);
    game.run(() => 0);
    expect(game.done).toEqual({ failed: 0 });
    expect(await game.sha()).toBe(expected);
  });

  it('is cut into longer tasks where what was begun turns out to have been dear: the grid is faster than it seemed', () => {
    /** @param side of the picture on which somebody has begun everything in sight, of which the right one is dear */
    const tasksAfter = (side: 'left' | 'right') => {
      const large = { ...job, base: { ...job.base, film: { width: 4 * FILM.width, height: 4 * FILM.height } } };
      const game = play(large, { grid: { volunteers: 3, unitsPerSecond: 150_000 } });
      const cells = cellsOf(large);
      const isRight = ({ params }: TaskSpec) => v.parse(PathtraceParams, params).tile.x >= 2 * FILM.width;
      const begun = game.parts().filter((part) => isRight(part) === (side === 'right'));
      for (const { id } of begun.slice(0, 6)) game.begin(id);
      const [seen, pilot] = game.guides();
      if (!seen || !pilot) throw new Error('it is looked at');
      game.accept(seen.id);
      const costs = Array.from({ length: cells.columns * cells.rows }, (_, i) =>
        2 * (i % cells.columns) < cells.columns ? 10 : 100,
      );
      game.open.delete(pilot.id);
      game.tell({
        type: 'accepted',
        task: pilot.id,
        measured: { kind: 'measured', cells: costs.map((cost, i) => [i, 16, 16 * cost]), run: null },
      });
      return game.parts().filter(({ id }) => !game.begun.has(id)).length;
    };
    expect(tasksAfter('right')).toBeLessThan(tasksAfter('left') / 2);
  });

  it('goes on with even tiles when the looks fail, and asks them back when all else is done', async () => {
    const failing = play(job);
    for (const { id } of failing.guides()) {
      failing.open.delete(id);
      failing.tell({ type: 'failed', task: id });
    }
    expect(failing.withdrawn).toEqual([]);
    failing.run(() => 0);
    expect(failing.done).toEqual({ failed: 0 });
    expect(await failing.sha()).toBe(expected);

    const silent = play({ ...job, id: job.id });
    for (let [part] = silent.parts(); part; [part] = silent.parts()) silent.accept(part.id);
    expect(silent.done).toEqual({ failed: 0 });
    // Nobody had begun them.
    expect(silent.guides()).toEqual([]);
    expect(silent.state.guides).toEqual([]);
    expect(await silent.sha()).toBe(expected);
  });

  it('is not looked at where the owner chose the tiles, or where it is done before anybody has looked', () => {
    expect(play(job, { even: 16 }).guides()).toEqual([]);
    expect(play(job, { even: 16 }).state.plan).toBeNull();
    expect(play(job, { grid: { volunteers: 3, unitsPerSecond: 1e6 } }).guides()).toEqual([]);
    expect(play({ ...job, spp: 1 }).guides()).toEqual([]);
  });
});

describe('a picture whose costs turn out otherwise', () => {
  it('is cut anew by what its results have cost', async () => {
    const game = play(job);
    for (const { id } of game.guides()) game.accept(id);
    const first = new Set(game.parts().map(({ id }) => id));
    const asked = game.withdrawn.length;
    // The looks had it that all costs the same.
    for (const { id } of game.parts()) {
      if (!game.open.has(id)) continue;
      game.accept(id, lopsided);
      if (game.withdrawn.length > asked) break;
    }
    expect(game.withdrawn.length).toBeGreaterThan(asked);
    const fresh = game.parts().filter(({ id }) => !first.has(id));
    const perPixel = (right: boolean) => {
      const side = fresh.filter(({ params }) => lopsided(v.parse(PathtraceParams, params)) > 1 === right);
      const pixels = side.reduce((sum, { params }) => {
        const { tile, samples } = v.parse(PathtraceParams, params);
        return sum + tile.width * tile.height * samples.count;
      }, 0);
      return side.reduce((sum, { workUnits }) => sum + workUnits, 0) / pixels;
    };
    expect(perPixel(true) / perPixel(false)).toBeGreaterThan(3);
    game.run(() => 0, lopsided);
    expect(game.done).toEqual({ failed: 0 });
    expect(await game.sha()).toBe(expected);
  });

  it('is cut for the grid that there is when more volunteers come, and left alone by results that say what was expected', () => {
    const game = play(job);
    for (const { id } of game.guides()) game.accept(id);
    const cuts = game.state.plan?.cuts ?? 0;
    const tasks = game.parts().map(({ id }) => id);
    for (const id of tasks.slice(0, Math.floor(tasks.length / 2))) game.accept(id);
    expect(game.state.plan?.cuts).toBe(cuts);
    game.grid = { volunteers: 9, unitsPerSecond: 5_000 };
    const [next] = game.parts();
    if (next) game.accept(next.id);
    expect(game.state.plan?.cuts).toBe(cuts + 1);
    expect(game.state.plan?.volunteers).toBe(9);
  });

  it('is the same picture, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 12 }), async (seed, volunteers) => {
        let random = seed >>> 0;
        const next = () => {
          random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
          return random / 2 ** 32;
        };
        const game = play(job, { grid: { volunteers, unitsPerSecond: 3000 } });
        for (let i = 0; game.open.size > 0 && i < 3000; i++) {
          const tasks = [...game.open.keys()];
          const task = tasks[Math.floor(next() * tasks.length)];
          if (!task) break;
          const what = next();
          if (what < 0.3) game.begin(task);
          else if (what < 0.33) game.grid = { volunteers: 1 + Math.floor(20 * next()), unitsPerSecond: 3000 };
          else if (what < 0.36 && guideOf(task) !== null) {
            game.open.delete(task);
            game.tell({ type: 'failed', task });
          } else game.accept(task, () => 0.1 + 10 * next());
          // Another page would go on from plain data.
          if (what > 0.97) game.state = JSON.parse(JSON.stringify(game.state));
        }
        expect(game.done).toEqual({ failed: 0 });
        expect(game.covered()).toBe(true);
        expect(await game.sha()).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a picture that is taken up in mid-round', () => {
  it('goes on from its tasks, and may be cut anew', async () => {
    const game = play(job);
    for (const { id } of game.guides()) game.accept(id);
    const { runs, generation, open, failed, guides, plan } = game.state;
    const stored = JSON.parse(JSON.stringify({ open, failed, guides, tasks: plan?.tasks ?? [] }));
    game.state = recoveredState(restingState(job, runs, generation), stored);
    // What the page before heard is heard again where nobody is there: nothing is cut.
    const [first] = game.parts();
    if (!first) throw new Error('there are tasks');
    game.grid = { volunteers: 0, unitsPerSecond: null };
    game.accept(first.id);
    expect(game.withdrawn.length).toBeGreaterThan(0);
    const before = game.withdrawn.length;
    game.grid = { volunteers: 3, unitsPerSecond: 5_000 };
    game.run(() => 0, lopsided);
    expect(game.withdrawn.length).toBeGreaterThan(before);
    expect(game.done).toEqual({ failed: 0 });
    expect(await game.sha()).toBe(expected);
  });

  it('ignores answers that nobody waits for', () => {
    const game = play(job);
    const before = game.state;
    const [part] = game.parts();
    if (!part) throw new Error('there are tasks');
    game.tell({ type: 'tooLate', task: part.id });
    game.tell({ type: 'withdrawn', task: v.parse(v.pipe(v.string(), v.brand('TaskId')), 'nothing') });
    expect(game.state).toEqual(before);
    expect(game.open.size).toBeGreaterThan(0);
  });
});
