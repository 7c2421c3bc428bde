import { createManualClock } from '@tabgrid/protocol/clock';
import type { TaskId } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import { readSimulationFrameRecord, readSimulationRecord } from '@tabgrid/protocol/records-migration';
import type { SimulationRecord } from '@tabgrid/protocol/records-simulation';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import type { RecordStore, Write } from '@tabgrid/store/ports';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJournal, type OpenableJournal } from '../journal.js';
import { createFrames } from './frames.js';
import { createKeeper } from './keeper.js';
import { createKept, frameKey, HEAD, STATE } from './kept.js';
import type { Run, Waypoint } from './run.js';
import { begin, SUBSTEPS, type TestRun, toTheEnd, world } from './test-run.js';

const FRAMES = 8;

let alone: string;
beforeAll(async () => {
  alone = await (await toTheEnd(await begin(1, FRAMES))).stateSha256();
});

function journalOn(records: RecordStore, clock = createManualClock(0)): OpenableJournal {
  const never = () => {
    throw new Error('no job runs here');
  };
  const journal = createJournal({
    ...{ records, clock, wallClock: () => 0, problem: null, base: never, beside: () => [], weight: () => 0 },
    changed: () => {},
  });
  journal.open({ keeps: true, upTo: 0, at: 0, keys: [] });
  return journal;
}

const recordOf = (run: Run, { frame, finer, figures }: Waypoint): SimulationRecord => ({
  ...{ version: RECORDS_VERSION, id: run.state.job.id, title: 'Balls', state: 'running', life: 0 },
  input: { kind: 'builtin', name: 'pile' },
  spec: { seconds: 0.1, substeps: 4, regions: 3, margin: 0, merge: 'owner', realTime: false, verify: 'none' },
  ...{ world: run.state.job.world, kernelVersion: 'x', bodies: 16, frames: FRAMES, framesDone: frame },
  ...{ every: run.frames.every, finer, drift: run.drift, figures, cut: { regions: 3, margin: 0, window: 4 } },
  ...{ startedAt: 0, wallMs: 0, notice: null, tally: [] },
});

/** A run of three regions that is kept. */
async function keeping(
  change: Partial<RecordStore> = {},
  isChecking: (task: TaskId) => boolean = () => false,
  clock = createManualClock(0),
  file: File | null = null,
) {
  const inner = createMemoryRecordStore();
  const writes: (readonly Write[])[] = [];
  const records: RecordStore = {
    ...inner,
    async write(list) {
      writes.push(list);
      await inner.write(list);
    },
    ...change,
  };
  const it = await begin(3, FRAMES);
  const { run } = it;
  const { id } = run.state.job;
  const keeper = createKeeper({
    ...{ journal: journalOn(records, clock), clock, id, run, before: null, file },
    ...{ record: (at) => recordOf(run, at), isChecking, others: async () => [] },
  });
  await clock.advance(0);
  const head = async () => {
    const read = readSimulationRecord(await records.get('simulations', HEAD + id));
    if (read.kind !== 'record') throw new Error(`the head is ${read.kind}`);
    return read.record;
  };
  const frames = async () => (await records.keys('simulations', 'frame/')).map((key) => Number(key.split('/').at(-1)));
  return { it, run, id, clock, records, writes, keeper, head, frames };
}

async function until({ run, step }: TestRun, frame: number): Promise<void> {
  while (run.state.gone < frame * SUBSTEPS) await step();
}

/** A run that goes on where the store says. */
async function onward(records: RecordStore, head: SimulationRecord): Promise<TestRun> {
  const { places, energies, frames } = await createKept(records).read(head);
  const { finer, figures, drift, framesDone } = head;
  const at = { gone: framesDone * SUBSTEPS, finer, figures, made: 1000 };
  return begin(2, FRAMES, {}, world(), { places, before: { at, energies, drift, frames } });
}

describe('a world that is kept', () => {
  it('is there from its beginning on, and moves on once a second at most, by what is new', async () => {
    const { it: world, clock, writes, keeper, head, frames } = await keeping();
    expect((await head()).framesDone).toBe(0);
    expect(await frames()).toEqual([0]);
    await until(world, 2);
    keeper.moved();
    await clock.advance(999);
    expect((await head()).framesDone).toBe(0);
    await until(world, 3);
    keeper.moved();
    await clock.advance(1);
    expect((await head()).framesDone).toBe(3);
    expect(await frames()).toEqual([0, 1, 2, 3]);
    const { id } = world.run.state.job;
    expect(
      writes
        .at(-1)
        ?.map(({ key }) => key)
        .sort(),
    ).toEqual([HEAD + id, STATE + id, ...[1, 2, 3].map((frame) => frameKey(id, frame))].sort());
    expect(writes).toHaveLength(2);
  });

  it('is written a tenth of the time where the store is slow', async () => {
    const clock = createManualClock(0);
    const inner = createMemoryRecordStore();
    let times = 0;
    const write: RecordStore['write'] = async (list) => {
      times++;
      await new Promise<void>((resolve) => clock.after(500, resolve));
      await inner.write(list);
    };
    const { it: world, keeper, head } = await keeping({ ...inner, write }, undefined, clock);
    await clock.advance(500);
    await until(world, 1);
    keeper.moved();
    await clock.advance(4_999);
    expect(times).toBe(1);
    await clock.advance(1);
    expect(times).toBe(2);
    await clock.advance(500);
    expect((await head()).framesDone).toBe(1);
  });

  it('ends in the same bits when another run goes on with it, with all frames', async () => {
    const { it: first, records, keeper, head } = await keeping();
    await until(first, 5);
    await first.step();
    await keeper.now();
    await Promise.resolve();
    const next = await onward(records, await head());
    expect(next.run.frames.count).toBe(6);
    expect(next.run.frames.get(2)).toEqual(first.run.frames.get(2));
    expect(next.run.energies).toEqual(first.run.energies);
    const names = next.todo.map(({ id }) => id);
    expect(names.filter((name) => first.done.includes(name))).toEqual([]);
    const run = await toTheEnd(next);
    expect(await run.stateSha256()).toBe(alone);
    expect(run.frames.count).toBe(FRAMES + 1);
    expect(run.energies).toEqual((await toTheEnd(first)).energies);
    expect(run.state.figures.rounds).toBe(FRAMES);
  });

  it('that another run goes on with is taken back as far as to where it went on', async () => {
    const { it: first, records, keeper, head } = await keeping();
    await until(first, 3);
    await keeper.now();
    await Promise.resolve();
    const next = await onward(records, await head());
    await until(next, 5);
    const [task] = next.done;
    if (!task) throw new Error('no task');
    next.run.retract(task);
    expect(next.run.state.gone).toBe(3 * SUBSTEPS);
    expect(next.run.frames.count).toBe(4);
    expect(next.run.energies).toHaveLength(4);
    expect(await (await toTheEnd(next)).stateSha256()).toBe(alone);
    expect(new Set([...first.done, ...next.done]).size).toBe(first.done.length + next.done.length);
  });

  it('is taken back in the store, too, when a result that it rests on was wrong', async () => {
    const { it: first, run, records, keeper, head, frames } = await keeping();
    await until(first, 5);
    await keeper.now();
    await Promise.resolve();
    expect((await head()).framesDone).toBe(5);
    // Of the third window.
    const task = first.done[7];
    if (!task) throw new Error('no task');
    run.retract(task);
    keeper.takenBack();
    await Promise.resolve();
    await Promise.resolve();
    expect((await head()).framesDone).toBe(2);
    expect(await frames()).toEqual([0, 1, 2]);
    const next = await onward(records, await head());
    expect(await (await toTheEnd(next)).stateSha256()).toBe(alone);
    // Nothing of it was kept: then nothing changes.
    await until(first, 3);
    const late = first.done.at(-1);
    if (!late) throw new Error('no task');
    run.retract(late);
    keeper.takenBack();
    await Promise.resolve();
    expect((await head()).framesDone).toBe(2);
  });

  it('is the last frame of which nothing is being checked', async () => {
    const doubted = new Set<TaskId>();
    const { it: first, clock, keeper, head } = await keeping({}, (task) => doubted.has(task));
    await until(first, 4);
    for (const task of first.done.slice(6, 7)) doubted.add(task);
    keeper.moved();
    await clock.advance(1_000);
    expect((await head()).framesDone).toBe(2);
    doubted.clear();
    keeper.moved();
    await clock.advance(1_000);
    expect((await head()).framesDone).toBe(4);
  });

  it('is not kept where its file is gone', async () => {
    const file = Object.assign(new File([], 'gone.json'), { arrayBuffer: () => Promise.reject(new Error('gone')) });
    const { it: first, records, clock, keeper } = await keeping({}, undefined, undefined, file);
    await until(first, 2);
    keeper.moved();
    keeper.takenBack();
    await keeper.now();
    await clock.advance(2_000);
    expect(await records.keys('simulations')).toEqual([]);
  });

  it('has fewer frames where memory has', async () => {
    const poses = (frame: number) => Int32Array.from({ length: 20 }, () => frame);
    const frames = createFrames(1, undefined, 28 * 4);
    const it = await begin(1, FRAMES);
    const energies = Array.from({ length: 9 }, (_, frame) => ({ kinetic: frame, potential: 0 }));
    let frame = 0;
    const { standing } = it.run;
    const run: Run = {
      ...it.run,
      ...{ state: it.run.state, frames, energies, standing, drift: 0, done: false, failed: null },
      waypoint: () => ({ ...{ frame, gone: frame, finer: null, standing }, figures: it.run.state.figures }),
    };
    const records = createMemoryRecordStore();
    const clock = createManualClock(0);
    const { id } = it.run.state.job;
    for (let k = 0; k <= 3; k++) frames.addPlaces(k, poses(k));
    frame = 3;
    const keeper = createKeeper({
      ...{ journal: journalOn(records, clock), clock, id, run, before: null, file: null },
      ...{ record: (at) => recordOf(run, at), isChecking: () => false, others: async () => [] },
    });
    await clock.advance(0);
    const kept = async () =>
      (await records.range('simulations', 'frame/')).map(({ value }) => {
        const read = readSimulationFrameRecord(value);
        return read.kind === 'record' && read.record.poses !== null;
      });
    expect(await kept()).toEqual([true, true, true, true]);
    for (let k = 4; k <= 7; k++) frames.addPlaces(k, poses(k));
    frame = 7;
    expect(frames.every).toBe(2);
    await keeper.now();
    await Promise.resolve();
    expect(await kept()).toEqual([true, false, true, false, true, false, true, false]);
    const read = readSimulationRecord(await records.get('simulations', HEAD + id));
    if (read.kind !== 'record') throw new Error('no head');
    const back = await createKept(records)
      .read({ ...read.record, bodies: 16 })
      .catch((error: unknown) => error);
    // Poses of one body are none of sixteen.
    expect(back).toMatchObject({ message: expect.stringContaining('damaged') });
  });
});
