import { JobId } from '@tabgrid/protocol/ids';
import { fakeBase, fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { type RenderState, restingState } from '@tabgrid/splitters/render/planner';
import { type PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLedger, type Ledger } from './ledger.js';

const GRID = { volunteers: 1, unitsPerSecond: null };
let planner: RenderState;
beforeAll(async () => {
  const { manifest } = await fakeScene();
  const base = fakeBase(manifest, { film: { width: 40, height: 16 } });
  planner = restingState(fakeJob(manifest, { id: v.parse(JobId, 'j'), base, tile: 8 }), [], 0);
});

/** What a ledger says, counted from what happened to it. */
function expected(params: readonly PathtraceParams[], accepted: ReadonlySet<number>) {
  const units = params.map((p) => pathtraceTask.workUnits(p));
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  return {
    tasks: params.length,
    accepted: accepted.size,
    units: sum(units),
    unitsDone: sum([...accepted].map((i) => units[i] ?? 0)),
  };
}

const paramsOf = (ledger: Ledger, tasks: readonly { readonly id: Parameters<Ledger['paramsOf']>[0] }[]) =>
  tasks.map(({ id }) => {
    const params = ledger.paramsOf(id);
    if (!params) throw new Error('it knows its tasks');
    return params;
  });

describe('a ledger', () => {
  it('counts what is accepted once, however often it is told and taken back, and knows when it is done', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 9 }), fc.boolean()), { maxLength: 80 }), (steps) => {
        const ledger = createLedger(planner);
        const tasks = ledger.begin(GRID);
        const params = paramsOf(ledger, tasks);
        const accepted = new Set<number>();
        for (const [i, add] of steps) {
          const task = tasks[i]?.id;
          if (!task) continue;
          if (add) {
            expect(ledger.accepted(task)).toBe(!accepted.has(i));
            accepted.add(i);
          } else {
            expect(ledger.retracted(task)).toBe(accepted.delete(i));
          }
          expect(ledger.progress).toEqual(expected(params, accepted));
          expect(ledger.done).toEqual(accepted.size === tasks.length ? { failed: 0 } : null);
          expect(ledger.isAccepted(task)).toBe(accepted.has(i));
        }
      }),
    );
  });

  it('goes on in the middle of a round as the one before would have', () => {
    const before = createLedger(planner);
    const tasks = before.begin(GRID);
    for (const { id } of tasks.slice(0, 4)) before.accepted(id);
    const { state, progress } = before;
    const after = createLedger(structuredClone(state), {
      progress,
      ...structuredClone(before.round()),
      accepted: tasks.slice(0, 4).map(({ id }) => id),
    });
    expect(paramsOf(after, tasks)).toEqual(paramsOf(before, tasks));
    for (const ledger of [before, after]) {
      expect(ledger.accepted(tasks[0]?.id ?? v.parse(v.never(), 0))).toBe(false);
      for (const { id } of tasks.slice(4, -1)) ledger.accepted(id);
      expect(ledger.done).toBeNull();
      for (const { id } of tasks.slice(-1)) ledger.failed(id);
      expect(ledger.done).toEqual({ failed: 1 });
    }
    expect(after.progress).toEqual(before.progress);
    expect(after.state).toEqual(before.state);
  });

  it('makes what an earlier round left undone a part of the next one', () => {
    const ledger = createLedger(planner);
    const tasks = ledger.begin(GRID);
    const kept = tasks.slice(0, 3);
    for (const { id } of kept) ledger.accepted(id);
    const have = kept.map(({ id }) => {
      const { tile, samples } = ledger.paramsOf(id) ?? v.parse(v.never(), 0);
      return { tile, samples };
    });
    const more = ledger.extend({ spp: 0, have }, GRID);
    expect(more).toHaveLength(tasks.length - 3);
    expect(ledger.progress).toMatchObject({ tasks: tasks.length, accepted: 3 });
    expect(kept.some(({ id }) => ledger.has(id))).toBe(false);
  });

  it('counts results of earlier visits', () => {
    const source = createLedger(planner);
    const tasks = source.begin(GRID);
    const ledger = createLedger(restingState(planner.job, source.state.runs, 7));
    expect(ledger.done).toEqual({ failed: 0 });
    for (const params of paramsOf(source, tasks)) ledger.counted(params);
    expect(ledger.progress).toMatchObject({ tasks: tasks.length, accepted: tasks.length });
    expect(ledger.progress.unitsDone).toBe(ledger.progress.units);
    const [first] = paramsOf(source, tasks);
    if (first) ledger.uncounted(first);
    expect(ledger.progress.accepted).toBe(tasks.length - 1);
  });
});
