import 'fake-indexeddb/auto';
import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import { writeWorld } from '@tabgrid/assets/worlds/world-file';
import { type Bytes, concatBytes, wordsOf } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import type { AttemptId, TaskId } from '@tabgrid/protocol/ids';
import { applyPatch } from '@tabgrid/protocol/patch';
import { SimulationReport } from '@tabgrid/protocol/records';
import { openIndexedDbStores } from '@tabgrid/store/indexeddb';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import { type RecordStore, StoreUnavailableError } from '@tabgrid/store/ports';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import { encodeWorld } from '@tabgrid/webgpu-kernels/physics/state';
import { PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CoordinatorDeps } from '../deps.js';
import { createTestGrid, type TestGrid, until } from '../test-kit.js';
import { KERNELS } from '../test-results.js';
import type { Scripted } from '../test-volunteer.js';
import type { SimulationSpec, WorldInput } from './api.js';
import { HEAD, STATE } from './kept.js';

const PHYSICS = { kind: physicsTask.kind, version: physicsTask.version };
const STACK = { kind: 'builtin', name: 'stack', bodies: 6 } as const;
const SPEC: SimulationSpec = {
  ...{ seconds: 0.5, substeps: 4, regions: 2, margin: 0, merge: 'owner', realTime: false, verify: 'none' },
};
const FRAMES = 30;

/** A browser whose dashboard can be gone and come again. */
function createBrowser(records: RecordStore = createMemoryRecordStore()) {
  const clock = createManualClock(1000);
  const blobs = createMemoryBlobStore();
  let visits = 0;
  return {
    records,
    clock,
    open: (change: Partial<CoordinatorDeps> = {}): TestGrid =>
      createTestGrid({ records, blobs, ...change }, { seed: 1 + 77 * visits++, clock }),
  };
}

const header = encodeWorld(worldWords(builtinWorld(STACK.name, STACK).world, 1 / (60 * SPEC.substeps)));

interface Worker {
  readonly volunteer: Scripted;
  /** Names of all tasks that it answered. */
  readonly tasks: TaskId[];
  /** Answers what it was sent and not answered yet. @param most so many at most @returns whether there was something */
  work(most?: number): Promise<boolean>;
}

async function workerOn(grid: TestGrid, session = 'worker'): Promise<Worker> {
  const kernels = [...KERNELS, PHYSICS];
  const volunteer = await grid.volunteer({ session, behaviour: { kind: 'silent' }, capabilities: { kernels } });
  const answered = new Set<AttemptId>();
  const tasks: TaskId[] = [];
  const parts = new Map<string, Bytes>();

  /** null while it has not all of it: then it has asked. */
  const partOf = async ({ attempt, task, enclosed = [] }: Scripted['tasks'][number]): Promise<Bytes | null> => {
    const [given] = enclosed;
    const patch = volunteer.bodies.get(`task ${attempt}`);
    const part = task.inputs[1];
    if (!given || !patch || !part) throw new Error('no part came along');
    const bases = given.bases.flatMap(({ id }) => parts.get(id) ?? []);
    const whole = volunteer.bodies.get(`${part.id} 0`);
    const known = bases.length === given.bases.length;
    const bytes = known ? await applyPatch(patch, bases.map(wordsOf), part.bytes) : whole;
    if (bytes) parts.set(part.id, bytes);
    else await volunteer.say({ type: 'need', blob: part.id, list: false, chunks: [0] });
    return bytes ?? null;
  };

  return {
    volunteer,
    tasks,
    async work(most = Number.POSITIVE_INFINITY) {
      const before = tasks.length;
      for (const sent of volunteer.tasks) {
        const { attempt, task } = sent;
        if (answered.has(attempt) || tasks.length - before >= most) continue;
        const physics = task.kernel.kind === PHYSICS.kind;
        const bytes = physics ? await partOf(sent) : null;
        if (physics && !bytes) continue;
        answered.add(attempt);
        tasks.push(task.id);
        if (!bytes) {
          await volunteer.result(sent);
          continue;
        }
        const params = v.parse(PhysicsParams, task.params);
        const names = physicsTask.outputs(params);
        const outputs = simulateInPlain([header, bytes], params).slice(0, names.length);
        await volunteer.say(
          {
            ...{ type: 'result', ref: { attempt, task: task.id, job: task.job } },
            outputs: outputs.map(({ byteLength }, i) => ({ name: names[i]?.name ?? '', bytes: byteLength })),
            stats: { kernelMs: 1, wallMs: 1, submissions: 1 },
          },
          concatBytes(outputs),
        );
      }
      return tasks.length > before;
    },
  };
}

const framesDone = (grid: TestGrid) => grid.coordinator.simulations.view()?.framesDone ?? 0;

/** A database has a clock of its own. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Lets its volunteer work until something holds. Hashes take their own time, in which next to none passes here.
 * @param stepMs after each answer
 */
async function through(grid: TestGrid, worker: Worker, holds: () => boolean, stepMs = 10): Promise<void> {
  for (let left = 20_000; !holds(); left--) {
    if (left === 0) throw new Error(`it does not hold: ${JSON.stringify(grid.coordinator.view().simulation)}`);
    await grid.pass((await worker.work()) ? stepMs : 1);
    await turns();
  }
}

async function finish(grid: TestGrid, worker: Worker): Promise<SimulationReport> {
  await through(grid, worker, () => grid.coordinator.simulations.view()?.state === 'done');
  return v.parse(SimulationReport, await grid.coordinator.simulations.report());
}

/** Long enough for what is there to be kept, by a database with a clock of its own, too. */
async function rest(grid: TestGrid): Promise<void> {
  for (let k = 0; k < 20; k++) {
    await grid.pass(100);
    await turns();
  }
}

/** A dashboard that is gone in the middle of a window. */
async function cutOff(browser = createBrowser(), input: WorldInput = STACK) {
  const grid = browser.open();
  const worker = await workerOn(grid);
  await grid.coordinator.simulations.launch(input, SPEC);
  await through(grid, worker, () => framesDone(grid) >= 6);
  await until(grid, () => worker.volunteer.tasks.length > worker.tasks.length);
  await rest(grid);
  await worker.work(1);
  await rest(grid);
  const { id = '', framesDone: done = 0 } = grid.coordinator.simulations.view() ?? {};
  const frame = grid.coordinator.simulations.frame(4);
  grid.kill();
  await browser.clock.advance(100);
  return { browser, worker, frame, id, done };
}

async function cameBack(browser: ReturnType<typeof createBrowser>): Promise<TestGrid> {
  const grid = browser.open();
  await until(grid, () => grid.coordinator.view().keptSimulation !== null);
  return grid;
}

const settle = async <T>(grid: TestGrid, promise: Promise<T>): Promise<T> => {
  let settled = false;
  const over = () => {
    settled = true;
  };
  promise.then(over, over);
  await until(grid, () => settled);
  return await promise;
};

let undisturbed: SimulationReport;
beforeAll(async () => {
  const grid = createTestGrid();
  const worker = await workerOn(grid);
  await grid.coordinator.simulations.launch(STACK, { ...SPEC, regions: 1 });
  undisturbed = await finish(grid, worker);
  expect(undisturbed).toMatchObject({ state: 'done', frames: FRAMES });
});

describe('a simulation whose page was reloaded in the middle of a window', () => {
  it.each<[string, () => Promise<RecordStore>]>([
    ['memory', async () => createMemoryRecordStore()],
    ['IndexedDB', async () => (await openIndexedDbStores('simulation', () => 0)).records],
  ])('goes on from %s and ends in the same bits, with all frames', async (_, records) => {
    const { browser, worker, frame, done } = await cutOff(createBrowser(await records()));
    const grid = await cameBack(browser);
    const { simulations } = grid.coordinator;
    expect(simulations.kept()).toMatchObject({ state: 'running', bodies: 6, frames: FRAMES, framesDone: done });
    expect(simulations.view()).toBeNull();
    const next = await workerOn(grid);
    await settle(grid, simulations.takeUp());
    expect(simulations.kept()).toBeNull();
    expect(simulations.view()).toMatchObject({ state: 'running', framesDone: done, title: undisturbed.title });
    expect(simulations.frame(4)).toEqual(frame);
    const report = await finish(grid, next);
    expect(report).toMatchObject({ stateSha256: undisturbed.stateSha256, frames: FRAMES, job: simulations.view()?.id });
    expect(report.energyDrift).toBe(undisturbed.energyDrift);
    // Both pages' work, of one volunteer.
    expect(report.volunteers).toHaveLength(1);
    expect(report.volunteers[0]?.results).toBeGreaterThan(next.tasks.length);
    expect(new Set([...worker.tasks, ...next.tasks]).size).toBe(worker.tasks.length + next.tasks.length);
    expect(grid.coordinator.view().notices).toEqual([]);
  });

  it('is there when it is over, too, to be looked at and exported', async () => {
    const { browser } = await cutOff();
    const second = await cameBack(browser);
    await settle(second, second.coordinator.simulations.takeUp());
    const report = await finish(second, await workerOn(second));
    const trajectory = await second.coordinator.simulations.export('json');
    await second.pass(3_000);
    second.kill();
    const third = await cameBack(browser);
    const { simulations } = third.coordinator;
    expect(simulations.kept()).toMatchObject({ state: 'done', framesDone: FRAMES });
    await settle(third, simulations.takeUp());
    expect(simulations.view()).toMatchObject({ state: 'done', framesDone: FRAMES, regions: report.regions });
    expect(simulations.ownership()).toBeNull();
    expect(await simulations.export('json')).toEqual(trajectory);
    const again = v.parse(SimulationReport, await simulations.report());
    expect(again).toMatchObject({
      stateSha256: report.stateSha256,
      volunteers: report.volunteers,
      wallMs: report.wallMs,
    });
    // Nobody is asked for anything.
    const volunteer = await workerOn(third);
    await third.pass(1_000);
    expect(volunteer.volunteer.tasks).toEqual([]);
  });

  it('is forgotten when it is discarded, and when another one is launched', async () => {
    const { browser } = await cutOff();
    const grid = await cameBack(browser);
    await settle(grid, grid.coordinator.simulations.discard());
    expect(grid.coordinator.view().keptSimulation).toBeNull();
    expect(await browser.records.keys('simulations')).toEqual([]);
    await expect(grid.coordinator.simulations.takeUp()).rejects.toThrow('No simulation is kept any more');
    grid.kill();

    const { id: first } = await cutOff(browser);
    const next = await cameBack(browser);
    const second = await settle(next, next.coordinator.simulations.launch(STACK, SPEC));
    await next.pass(2_000);
    expect(next.coordinator.view().keptSimulation).toBeNull();
    const keys = await browser.records.keys('simulations');
    expect(keys.filter((key) => key.includes(first))).toEqual([]);
    expect(keys).toContain(HEAD + second);
  });

  it('is read from its file again', async () => {
    const { world } = builtinWorld(STACK.name, STACK);
    const file = new File([writeWorld(world)], 'six.json');
    const { browser } = await cutOff(createBrowser(), { kind: 'file', file });
    const grid = await cameBack(browser);
    expect(grid.coordinator.simulations.kept()?.title).toBe('six');
    await settle(grid, grid.coordinator.simulations.takeUp());
    expect((await finish(grid, await workerOn(grid))).stateSha256).toBe(undisturbed.stateSha256);
  });

  it('goes on beside a picture that was cut off with it', async () => {
    const browser = createBrowser();
    const grid = browser.open();
    const worker = await workerOn(grid);
    await grid.coordinator.simulations.launch(STACK, SPEC);
    await through(grid, worker, () => framesDone(grid) >= 6);
    await grid.launch({ tile: 8 });
    await rest(grid);
    grid.kill();
    const next = await cameBack(browser);
    // The journal gives the scheduler back, which knows of the tasks before: nothing of them is mistaken for new ones.
    await next.join(worker.volunteer);
    const [cut] = next.coordinator.view().unfinished;
    if (!cut) throw new Error('there is a picture');
    await settle(next, next.coordinator.simulations.takeUp());
    await settle(next, next.coordinator.takeUp(cut.id));
    expect((await finish(next, worker)).stateSha256).toBe(undisturbed.stateSha256);
    await through(next, worker, () => next.state() === 'done');
    expect(next.coordinator.view().volunteers.map(({ id, state }) => `${id} ${state}`)).toEqual(['v1 ready']);
    // A picture's task may be done again, if its result was not kept in time; a world's never has the name of another.
    const parts = worker.tasks.filter((task) => task.startsWith(`${next.coordinator.simulations.view()?.id}:`));
    expect(parts.length).toBeGreaterThan(0);
    expect(new Set(parts).size).toBe(parts.length);
  });

  it('is left alone by another tab', async () => {
    const { browser } = await cutOff();
    const keys = await browser.records.keys('simulations');
    const grid = browser.open({ claim: async () => false });
    await grid.pass(100);
    expect(grid.coordinator.view().keptSimulation).toBeNull();
    await settle(grid, grid.coordinator.simulations.launch(STACK, SPEC));
    await grid.pass(3_000);
    expect(await browser.records.keys('simulations')).toEqual(keys);
  });
});

it('a page that dies at any write costs the bits of a simulation nothing', async () => {
  const deaths = fc.array(fc.record({ at: fc.integer({ min: 1, max: 6 }), stored: fc.boolean() }), {
    ...{ minLength: 1, maxLength: 3 },
  });
  await fc.assert(
    fc.asyncProperty(deaths, async (list) => {
      const browser = createBrowser();
      for (const death of [...list, null]) {
        let dead = false;
        let writes = 0;
        const grid: TestGrid = browser.open({
          records: {
            ...browser.records,
            async write(some) {
              if (++writes === death?.at) {
                if (death.stored) await browser.records.write(some);
                dead = true;
                grid.kill();
                return await new Promise<never>(() => {});
              }
              await browser.records.write(some);
            },
          },
        });
        await grid.pass(20);
        const worker = await workerOn(grid);
        const { simulations } = grid.coordinator;
        const begun = simulations.kept() ? simulations.takeUp() : simulations.launch(STACK, SPEC);
        void begun.catch(() => {});
        await through(grid, worker, () => dead || simulations.view()?.state === 'done', 400);
        if (dead) continue;
        const { stateSha256, frames } = v.parse(SimulationReport, await simulations.report());
        expect({ stateSha256, frames }).toEqual({ stateSha256: undisturbed.stateSha256, frames: FRAMES });
        expect(grid.coordinator.view().notices).toEqual([]);
        return;
      }
      throw new Error('the last page does not die');
    }),
    { numRuns: 6 },
  );
}, 60_000);

describe('what is kept of a simulation', () => {
  const breaks: [string, (records: RecordStore, id: string) => Promise<void>][] = [
    ['its state is gone', (records, id) => records.delete('simulations', STATE + id)],
    [
      'its state is another world’s',
      async (records, id) => {
        const state = v.parse(v.looseObject({}), await records.get('simulations', STATE + id));
        await records.put('simulations', STATE + id, { ...state, places: new Int32Array(20) });
      },
    ],
    [
      'a frame is gone',
      async (records) => {
        await records.delete('simulations', (await records.keys('simulations', 'frame/'))[3] ?? 'none');
      },
    ],
    [
      'a frame is no frame',
      async (records) => {
        await records.put('simulations', (await records.keys('simulations', 'frame/'))[3] ?? 'none', { version: 3 });
      },
    ],
  ];

  it.each(breaks)('is said to be damaged where %s, and can be discarded', async (_, damage) => {
    const { browser, id } = await cutOff();
    await damage(browser.records, id);
    const grid = await cameBack(browser);
    const { simulations } = grid.coordinator;
    await expect(settle(grid, simulations.takeUp())).rejects.toThrow(/damaged: it cannot be gone on with/);
    expect(simulations.view()).toBeNull();
    expect(simulations.kept()).not.toBeNull();
    await settle(grid, simulations.discard());
    await settle(grid, simulations.launch(STACK, SPEC));
    expect((await finish(grid, await workerOn(grid))).stateSha256).toBe(undisturbed.stateSha256);
  });

  const heads: [string, object, RegExp | null][] = [
    ['damaged', { frames: 'many' }, /is damaged and cannot be shown/],
    ['of a newer version', { version: 99 }, /^A newer version of this page keeps a simulation here/],
  ];
  it.each(heads)('is not offered where it is %s, which is said, and nothing else is lost', async (_, change, said) => {
    const { browser, id } = await cutOff();
    const head = v.parse(v.looseObject({}), await browser.records.get('simulations', HEAD + id));
    await browser.records.put('simulations', HEAD + id, { ...head, ...change });
    const grid = browser.open();
    await grid.pass(100);
    expect(grid.coordinator.view().keptSimulation).toBeNull();
    expect(grid.coordinator.view().notices).toEqual([expect.stringMatching(said ?? '')]);
    await settle(grid, grid.coordinator.simulations.launch(STACK, SPEC));
    expect((await finish(grid, await workerOn(grid))).stateSha256).toBe(undisturbed.stateSha256);
    await grid.pass(2_000);
    // Only that version knows what of it is of use.
    const left = (await browser.records.keys('simulations')).some((key) => key.includes(id));
    expect(left).toBe('version' in change);
  });

  it('goes on with no other kernel, nor as another world', async () => {
    for (const change of [{ kernelVersion: 'other' }, { input: { kind: 'builtin', name: 'stack', bodies: 7 } }]) {
      const { browser, id } = await cutOff();
      const head = v.parse(v.looseObject({}), await browser.records.get('simulations', HEAD + id));
      await browser.records.put('simulations', HEAD + id, { ...head, ...change });
      const grid = await cameBack(browser);
      await expect(settle(grid, grid.coordinator.simulations.takeUp())).rejects.toThrow('another version of this page');
    }
  });

  it('stays what it was when the disk becomes full: the simulation goes on, and that is said', async () => {
    const browser = createBrowser();
    let full = false;
    const grid = browser.open({
      records: {
        ...browser.records,
        async write(list) {
          if (full) throw new StoreUnavailableError('the browser has no more room for this site');
          await browser.records.write(list);
        },
      },
    });
    const worker = await workerOn(grid);
    await grid.coordinator.simulations.launch(STACK, SPEC);
    await through(grid, worker, () => framesDone(grid) >= 4);
    await rest(grid);
    const done = framesDone(grid);
    full = true;
    expect((await finish(grid, worker)).stateSha256).toBe(undisturbed.stateSha256);
    expect(grid.coordinator.view().notices.join()).toContain('no more room');
    grid.kill();
    full = false;
    const next = await cameBack(browser);
    expect(next.coordinator.simulations.kept()).toMatchObject({ state: 'running', framesDone: done });
    await settle(next, next.coordinator.simulations.takeUp());
    expect((await finish(next, await workerOn(next))).stateSha256).toBe(undisturbed.stateSha256);
  });

  it('is all that there is when its page closes', async () => {
    const browser = createBrowser();
    const grid = browser.open();
    const worker = await workerOn(grid);
    await grid.coordinator.simulations.launch(STACK, SPEC);
    await through(grid, worker, () => framesDone(grid) >= 5, 5);
    const done = framesDone(grid);
    await settle(grid, grid.coordinator.close());
    const next = await cameBack(browser);
    expect(next.coordinator.simulations.kept()?.framesDone).toBe(done);
  });
});
