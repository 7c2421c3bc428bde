import type { Bytes } from '@tabgrid/protocol/bytes';
import { type Clock, createManualClock } from '@tabgrid/protocol/clock';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import { type Collection, type RecordStore, StoreUnavailableError } from '@tabgrid/store/ports';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RenderSpec } from './api.js';
import type { CoordinatorDeps } from './deps.js';
import { createTestGrid, preparedCornell, type TestGrid } from './test-kit.js';
import { type Behaviour, dim, lie, type Scripted } from './test-volunteer.js';

/** What a picture of SPEC has to hash to, whoever renders it and however often its page is gone. */
let expected: string;

beforeAll(async () => {
  await preparedCornell();
  const grid = createTestGrid();
  await grid.volunteer();
  await grid.launch();
  await grid.until(() => grid.state() === 'done');
  expected = await grid.sha();
});

/** A browser whose dashboard can be gone and come again. */
function createBrowser(change: Partial<CoordinatorDeps> = {}) {
  const records: RecordStore = change.records ?? createMemoryRecordStore();
  const blobs = createMemoryBlobStore();
  let visits = 0;
  const clock = createManualClock(1000);
  return {
    records,
    blobs,
    clock,
    open(more: Partial<CoordinatorDeps> = {}): TestGrid {
      return createTestGrid({ ...change, records, blobs, ...more }, { seed: 1 + 77 * visits++, clock });
    },
  };
}

const share = (grid: TestGrid) => grid.coordinator.view().job?.share ?? 0;

/** Takes the only unfinished job up. */
async function takeUp(grid: TestGrid): Promise<void> {
  await grid.until(() => grid.coordinator.view().unfinished.length > 0);
  const [cut] = grid.coordinator.view().unfinished;
  if (!cut) throw new Error('there is one');
  await grid.settle(grid.coordinator.takeUp(cut.id));
}

async function finish(grid: TestGrid): Promise<void> {
  await grid.until(() => grid.state() === 'done', 120_000);
  expect(await grid.sha()).toBe(expected);
}

/** Kills its page at the n-th write, which is then stored or not. */
function crashing(records: RecordStore, { at, stored, slowMs }: Crash, clock: Clock, crash: () => void): RecordStore {
  let writes = 0;
  return {
    ...records,
    async write(list) {
      if (slowMs > 0) await new Promise<void>((resolve) => clock.after(slowMs, resolve));
      if (++writes === at) {
        if (stored) await records.write(list);
        crash();
        return await new Promise<never>(() => {});
      }
      await records.write(list);
    },
  };
}

interface Crash {
  readonly at: number;
  readonly stored: boolean;
  /** How long each write takes. */
  readonly slowMs: number;
  /** How long volunteers take to come back. */
  readonly awayMs: number;
  /** How long the person takes to press the button. */
  readonly waitMs: number;
}

const crashes = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 40 }),
    stored: fc.boolean(),
    slowMs: fc.constantFrom(0, 12),
    awayMs: fc.constantFrom(0, 10, 400),
    waitMs: fc.constantFrom(0, 10, 400),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Renders the picture in a browser whose dashboard dies as told, and looks at what came of it. */
async function renderThrough(list: readonly Crash[], spec: Partial<RenderSpec>, behaviours: readonly Behaviour[]) {
  const browser = createBrowser();
  const volunteers: Scripted[] = [];
  const acknowledged = () => volunteers.flatMap(({ accepted }) => accepted);
  let launched = false;
  for (const crash of [...list, null]) {
    let dead = false;
    const die = () => {
      dead = true;
      grid.kill();
    };
    const { records, clock } = browser;
    const grid: TestGrid = browser.open(crash ? { records: crashing(records, crash, clock, die) } : {});
    await grid.pass(crash?.awayMs ?? 5);
    if (dead) continue;
    const safe = new Set((await browser.records.keys('results')).map((key) => key.split('/')[1]));
    // What was acknowledged is safe, unless it was found wrong since.
    if (spec.verify === undefined)
      for (const attempt of acknowledged()) expect(safe).toContain(attempt.replace(/\.\d+$/, ''));
    for (const [i, behaviour] of behaviours.entries()) {
      const known = volunteers[i];
      if (known) await grid.join(known);
      else volunteers.push(await grid.volunteer({ session: `volunteer-${i}`, behaviour }));
    }
    await grid.pass(crash?.waitMs ?? 5);
    if (dead) continue;
    const [cut] = grid.coordinator.view().unfinished;
    const done = launched && !cut && (await grid.coordinator.pastJobs()).some(({ state }) => state === 'done');
    if (done) {
      const [past] = await grid.coordinator.pastJobs();
      if (past) await grid.coordinator.openPast(past.id);
    } else if (cut) {
      void grid.coordinator.takeUp(cut.id);
    } else {
      // Nothing of the job was stored: then nobody was ever told of it.
      for (const volunteer of volunteers) expect(volunteer.tasks).toEqual([]);
      await grid.launch({ tile: 16, ...spec });
      launched = true;
    }
    await grid.until(() => dead || grid.state() === 'done', 600_000);
    if (dead) continue;
    expect(await grid.sha()).toBe(expected);
    expect(grid.coordinator.view().job?.tasks).toMatchObject({ total: 6, accepted: 6 });
    await grid.pass(1_000);
    if (dead) continue;
    expect(await browser.records.keys('results')).toHaveLength(6);
    // It may have come to its end before it could die.
    return { grid, volunteers, browser };
  }
  throw new Error('the last page does not die');
}

describe('a dashboard that dies at any moment', () => {
  const honest: readonly Behaviour[] = [
    { kind: 'work', ms: 30 },
    { kind: 'work', ms: 70 },
  ];

  it('renders the same picture, loses nothing that it acknowledged, and makes nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(crashes, async (list) => {
        const { grid, volunteers } = await renderThrough(list, {}, honest);
        expect(grid.coordinator.view().volunteers.filter(({ state }) => state === 'quarantined')).toEqual([]);
        for (const { accepted, link } of volunteers) {
          expect(new Set(accepted).size).toBe(accepted.length);
          expect(link.state).toBe('open');
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('a dashboard that dies while it checks', () => {
  it('renders the same picture, though a volunteer lies', async () => {
    await fc.assert(
      fc.asyncProperty(crashes, async (list) => {
        const behaviours: readonly Behaviour[] = [lie(25), { kind: 'work', ms: 30 }, { kind: 'work', ms: 70 }];
        const { grid, volunteers } = await renderThrough(list, { verify: 'replicate' }, behaviours);
        expect(volunteers[0]?.accepted).toEqual([]);
        await grid.pass(2_000);
        for (const { kept, link } of volunteers) {
          expect(kept.size).toBe(0);
          expect(link.state).toBe('open');
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('a dashboard that dies while it looks at parts of results', () => {
  it('renders the same picture, though a volunteer lies', async () => {
    await fc.assert(
      fc.asyncProperty(crashes, async (list) => {
        const behaviours: readonly Behaviour[] = [dim(25), { kind: 'work', ms: 30 }, { kind: 'work', ms: 70 }];
        const { grid, volunteers } = await renderThrough(list, { verify: 'spot' }, behaviours);
        await grid.pass(2_000);
        for (const { kept, link } of volunteers) {
          expect(kept.size).toBe(0);
          expect(link.state).toBe('open');
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('a dashboard that is reloaded', () => {
  it.each([0.05, 0.3, 0.9])('goes on where it was cut off (at %d)', async (at) => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteers: Scripted[] = [];
    for (const ms of [50, 80]) volunteers.push(await before.volunteer({ behaviour: { kind: 'work', ms } }));
    await before.launch({ tile: 8 });
    await before.until(() => share(before) >= at);
    before.kill();

    const after = browser.open();
    await after.until(() => after.coordinator.view().unfinished.length === 1);
    expect(after.coordinator.view()).toMatchObject({ job: null, jobs: [], notices: [] });
    const [cut] = after.coordinator.view().unfinished;
    expect(cut).toMatchObject({ title: 'cornell', state: 'running', width: 48, spp: 16 });
    expect(cut?.share).toBeGreaterThanOrEqual(at - 0.1);
    expect(cut?.share).toBeLessThan(1);
    await after.pass(500);
    for (const volunteer of volunteers) await after.join(volunteer);
    await takeUp(after);
    expect(after.coordinator.view().unfinished).toEqual([]);
    expect(share(after)).toBeGreaterThanOrEqual(cut?.share ?? 1);
    await finish(after);
    // What was acknowledged before was not made again.
    const { job, volunteers: shown } = after.coordinator.view();
    expect(job?.tasks).toMatchObject({ total: 24, accepted: 24 });
    expect(shown.map(({ id }) => id)).toEqual(['v1', 'v2']);
    expect(shown.reduce((sum, v) => sum + v.tilesAccepted, 0)).toBe(24);
    for (const volunteer of volunteers) expect(new Set(volunteer.accepted).size).toBe(volunteer.accepted.length);
    expect(await after.coordinator.pastJobs()).toMatchObject([{ state: 'done' }]);
    expect(await browser.records.keys('journal')).toEqual([]);
  });

  it('takes what volunteers finished while it was away, before anybody presses a button', async () => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteer = await before.volunteer({ behaviour: { kind: 'work', ms: 100 } });
    await before.launch({ tile: 8 });
    await before.until(() => volunteer.accepted.length === 3);
    const sentBefore = volunteer.tasks.length;
    before.kill();
    await before.pass(3_000);
    expect(volunteer.kept.size).toBe(sentBefore - 3);

    const after = browser.open();
    await after.join(volunteer);
    await after.until(() => volunteer.kept.size === 0);
    expect(volunteer.accepted).toHaveLength(sentBefore);
    // Nothing new is handed out until the owner wants it.
    await after.pass(2_000);
    expect(volunteer.tasks).toHaveLength(sentBefore);
    expect(after.coordinator.view().unfinished[0]?.share).toBeCloseTo(sentBefore / 24);
    await takeUp(after);
    await finish(after);
    expect(after.coordinator.view().job?.attempts).toBe(24);
    expect(after.coordinator.view().volunteers).toMatchObject([{ tilesAccepted: 24 }]);
  });

  it('says goodbye when it is closed on purpose, and leaves the job to be taken up', async () => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteer = await before.volunteer({ behaviour: { kind: 'work', ms: 100 } });
    await before.launch({ tile: 8 });
    await before.until(() => volunteer.accepted.length === 3);
    await before.settle(before.coordinator.close());
    expect(volunteer.of('goodbye')).toHaveLength(1);
    expect(volunteer.of('jobOver')).toEqual([]);
    const after = browser.open();
    await after.join(volunteer);
    await takeUp(after);
    await finish(after);
  });

  it('keeps the running time, the work done and the sharing of a job', async () => {
    const browser = createBrowser();
    const before = browser.open();
    await before.volunteer({ behaviour: { kind: 'work', ms: 200 } });
    await before.launch({ tile: 8 }, { weight: 3, priority: 2 });
    await before.until(() => share(before) > 0.5);
    const { wallMs = 0, attempts = 0 } = before.coordinator.view().job ?? {};
    before.kill();
    const after = browser.open();
    await after.pass(60_000);
    await takeUp(after);
    const { job } = after.coordinator.view();
    expect(job?.sharing).toEqual({ weight: 3, priority: 2 });
    expect(job?.attempts).toBe(attempts);
    expect(job?.wallMs).toBeGreaterThan(wallMs - 700);
    expect(job?.wallMs).toBeLessThan(wallMs + 700);
    await after.volunteer();
    await finish(after);
  });

  it('offers each of several jobs, to be taken up or given up', async () => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteer = await before.volunteer({ behaviour: { kind: 'work', ms: 100 } });
    await before.launch({ tile: 8, seed: 5 });
    const wanted = await before.launch({ tile: 8 });
    before.coordinator.pause(wanted);
    await before.until(() => volunteer.accepted.length > 4);
    before.kill();
    const after = browser.open();
    await after.until(() => after.coordinator.view().unfinished.length === 2);
    const [newest, oldest] = after.coordinator.view().unfinished;
    expect(newest).toMatchObject({ id: wanted, state: 'paused' });
    expect(oldest?.state).toBe('running');
    if (!oldest) throw new Error('there are two');
    await expect(after.coordinator.openPast(oldest.id)).rejects.toThrow('take it up');
    await after.coordinator.giveUp(oldest.id);
    expect(await after.coordinator.pastJobs()).toMatchObject([{ id: oldest.id, state: 'cancelled' }]);
    await expect(after.coordinator.giveUp(oldest.id)).rejects.toThrow('no such');
    await expect(after.coordinator.takeUp(oldest.id)).rejects.toThrow('no such');
    const twice = after.coordinator.takeUp(wanted);
    await expect(after.coordinator.takeUp(wanted)).rejects.toThrow('already');
    await after.settle(twice);
    expect(after.state()).toBe('running');
    await after.join(volunteer);
    await finish(after);
    expect(volunteer.tasks.filter(({ task }) => task.job === oldest.id).length).toBeGreaterThan(0);
    // The stopped one is a picture like others: more samples finish it.
    await after.coordinator.openPast(oldest.id);
    expect(after.state()).toBe('cancelled');
  });

  it('goes on with other jobs beside one that nobody took up', async () => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteer = await before.volunteer();
    await before.launch({ tile: 8, seed: 5 });
    await before.until(() => volunteer.accepted.length > 4);
    before.kill();
    const between = browser.open();
    await between.join(volunteer);
    await between.launch({ tile: 8 });
    await finish(between);
    between.kill();
    const after = browser.open();
    await after.join(volunteer);
    await takeUp(after);
    await after.until(() => after.state() === 'done');
    expect(await after.coordinator.pastJobs()).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  });

  it('goes on from a later base, after many events', async () => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteers: Scripted[] = [];
    for (const ms of [20, 30, 40]) volunteers.push(await before.volunteer({ behaviour: { kind: 'work', ms } }));
    await before.launch({ width: 128, height: 128, tile: 8, verify: 'replicate' });
    await before.until(() => share(before) > 0.9, 120_000);
    const { upTo } = v.parse(v.looseObject({ upTo: v.number() }), await browser.records.get('journal', 'base'));
    expect(upTo).toBeGreaterThan(500);
    before.kill();
    const after = browser.open();
    for (const volunteer of volunteers) await after.join(volunteer);
    await takeUp(after);
    expect(after.coordinator.view().job?.work.replicas).toBeGreaterThan(50);
    await after.until(() => after.state() === 'done', 120_000);
    expect(after.coordinator.view().job?.tasks).toMatchObject({ total: 256, accepted: 256 });
    const other = createTestGrid();
    await other.volunteer();
    await other.launch({ width: 128, height: 128, tile: 8 });
    await other.until(() => other.state() === 'done');
    expect(await after.sha()).toBe(await other.sha());
  });

  it('goes on with a second round of a picture', async () => {
    const browser = createBrowser();
    const before = browser.open();
    const volunteer = await before.volunteer();
    await before.launch();
    await before.until(() => before.state() === 'done');
    await before.coordinator.addSamples(16);
    await before.until(() => share(before) > 0.7);
    before.kill();
    const after = browser.open();
    await after.join(volunteer);
    await takeUp(after);
    await after.until(() => after.state() === 'done');
    const other = createTestGrid();
    await other.volunteer();
    await other.launch({ spp: 32 });
    await other.until(() => other.state() === 'done');
    expect(await after.sha()).toBe(await other.sha());
  });
});

/** A browser in which a job was cut off half-way, and the volunteer that worked for it. */
async function cutOff(change: Partial<CoordinatorDeps> = {}) {
  const browser = createBrowser(change);
  const before = browser.open();
  const volunteer = await before.volunteer({ behaviour: { kind: 'work', ms: 100 } });
  await before.launch({ tile: 8 });
  await before.until(() => share(before) > 0.5);
  before.kill();
  await before.pass(1_000);
  return { browser, volunteer };
}

async function changed(records: RecordStore, collection: Collection, key: string, fields: object): Promise<void> {
  const record = v.parse(v.looseObject({}), await records.get(collection, key));
  await records.put(collection, key, { ...record, ...fields });
}

describe('a journal that cannot be replayed', () => {
  const breaks: [string, (records: RecordStore) => Promise<void>][] = [
    ['is gone', async (records) => records.delete('journal', 'base')],
    [
      'has a hole',
      async (records) => {
        await records.delete('journal', (await records.keys('journal', 'events/'))[1] ?? 'none');
      },
    ],
    [
      'has a damaged event',
      async (records) => {
        const [key = ''] = await records.keys('journal', 'events/');
        await changed(records, 'journal', key, { events: [{ at: 1, event: { type: 'nonsense' } }] });
      },
    ],
    [
      'has an event that does not fit',
      async (records) => {
        const [key = ''] = await records.keys('journal', 'events/');
        const { events } = v.parse(v.looseObject({ events: v.array(v.unknown()) }), await records.get('journal', key));
        const stray = { at: 1, event: { type: 'heard', volunteer: 'v99' } };
        await changed(records, 'journal', key, { events: [...events.slice(1), stray] });
      },
    ],
    [
      'was written by a scheduler that decides otherwise',
      async (records) => {
        const [key = ''] = await records.keys('journal', 'events/');
        await changed(records, 'journal', key, { digest: 1 });
      },
    ],
    [
      'has another kind of snapshot',
      async (records) => {
        await changed(records, 'journal', 'base', { snapshot: { version: 99 } });
      },
    ],
    [
      'lost what its tasks were',
      async (records) => {
        for (const key of await records.keys('journal', 'round/')) await records.delete('journal', key);
      },
    ],
  ];

  it.each(breaks)('%s: the job goes on from its results, and only what is missing is made again', async (_, harm) => {
    const { browser, volunteer } = await cutOff();
    await harm(browser.records);
    const there = (await browser.records.keys('results')).length;
    const after = browser.open();
    await after.join(volunteer);
    await after.until(() => after.coordinator.view().unfinished.length === 1);
    expect(after.coordinator.view().unfinished[0]?.share).toBeCloseTo(there / 24);
    await takeUp(after);
    expect(after.coordinator.view().job?.tasks).toMatchObject({ total: 24, accepted: there });
    await finish(after);
    expect(await browser.records.keys('results')).toHaveLength(24);
    expect(volunteer.link.state).toBe('open');
  });

  it('lost results that were accepted: they are made again', async () => {
    const { browser, volunteer } = await cutOff();
    const [first = '', second = ''] = await browser.records.keys('results');
    await browser.records.delete('results', first);
    await changed(browser.records, 'results', second, { tile: 'none' });
    const after = browser.open();
    await after.join(volunteer);
    await takeUp(after);
    await finish(after);
  });

  it('is whole but for a last result: the job is done at once', async () => {
    const { browser, volunteer } = await cutOff();
    const between = browser.open();
    await between.join(volunteer);
    await takeUp(between);
    await between.until(() => share(between) === 1);
    // The results came in, the page died before it heard that this was all.
    const records = browser.records;
    const [id = ''] = await records.keys('jobs');
    await changed(records, 'jobs', id, { state: 'running' });
    await records.delete('journal', 'base');
    between.kill();
    const after = browser.open();
    await takeUp(after);
    expect(after.state()).toBe('done');
    await finish(after);
  });
});

describe('what cannot be taken up', () => {
  it('is a job of another kernel, in words; it can be given up', async () => {
    const { browser, volunteer } = await cutOff();
    const [id = ''] = await browser.records.keys('jobs');
    await changed(browser.records, 'jobs', id, { kernelVersion: 'older' });
    const after = browser.open();
    await after.join(volunteer);
    await after.until(() => after.coordinator.view().unfinished.length === 1);
    const [cut] = after.coordinator.view().unfinished;
    if (!cut) throw new Error('there is one');
    await expect(after.coordinator.takeUp(cut.id)).rejects.toThrow('another version of this page');
    expect(after.coordinator.view().unfinished).toHaveLength(1);
    await after.coordinator.giveUp(cut.id);
    expect(after.coordinator.view().unfinished).toEqual([]);
    expect(await after.coordinator.pastJobs()).toMatchObject([{ state: 'cancelled' }]);
    // Nobody is asked for it any more.
    await after.launch();
    await finish(after);
  });

  it('is a job whose scene is gone, until it is loaded again', async () => {
    const { browser, volunteer } = await cutOff();
    const after = browser.open({ blobs: createMemoryBlobStore() });
    await after.until(() => after.coordinator.view().unfinished.length === 1);
    const [cut] = after.coordinator.view().unfinished;
    if (!cut) throw new Error('there is one');
    await expect(after.coordinator.takeUp(cut.id)).rejects.toThrow('load it and try again');
    expect(after.coordinator.view().unfinished).toHaveLength(1);
    await after.coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
    await after.join(volunteer);
    await takeUp(after);
    await finish(after);
  });

  it('is what a newer version left behind: it is neither used nor overwritten', async () => {
    const { browser, volunteer } = await cutOff();
    await changed(browser.records, 'journal', 'base', { version: 99 });
    const [id = ''] = await browser.records.keys('jobs');
    await changed(browser.records, 'jobs', id, { version: 99 });
    const keys = await browser.records.keys('journal');
    const after = browser.open();
    await after.join(volunteer);
    await after.until(() => after.coordinator.view().notices.length > 0);
    expect(after.coordinator.view().notices.join()).toContain('another version');
    expect(after.coordinator.view().unfinished).toEqual([]);
    await after.launch();
    await finish(after);
    expect(await browser.records.keys('journal')).toEqual(keys);
  });

  it('is a job that ran without a journal: it is a stopped picture', async () => {
    const browser = createBrowser();
    const before = browser.open({ claim: async () => false });
    const volunteer = await before.volunteer({ behaviour: { kind: 'work', ms: 100 } });
    await before.launch({ tile: 8 });
    await before.until(() => share(before) > 0.5);
    expect(before.coordinator.view().notices.join()).toContain('another tab');
    expect(await browser.records.keys('journal')).toEqual([]);
    // The tab that has the journal sees it in the list, and leaves it alone.
    const other = browser.open();
    await other.pass(100);
    expect(other.coordinator.view().unfinished).toEqual([]);
    expect(await other.coordinator.pastJobs()).toMatchObject([{ state: 'cancelled' }]);
    await before.until(() => before.state() === 'done');
    expect(await other.coordinator.pastJobs()).toMatchObject([{ state: 'done' }]);
    expect(volunteer.accepted).toHaveLength(24);
  });
});

describe('a disk that becomes full', () => {
  it('is said; the job goes on, results are acknowledged, and a later page has what was kept', async () => {
    const browser = createBrowser();
    let full = false;
    const records: RecordStore = {
      ...browser.records,
      write: async (list) => {
        if (full) throw new StoreUnavailableError('the browser has no more room for this site');
        await browser.records.write(list);
      },
    };
    const grid = browser.open({ records });
    const volunteer = await grid.volunteer();
    await grid.launch({ tile: 8 });
    await grid.until(() => share(grid) > 0.4);
    full = true;
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).toBe(expected);
    await grid.until(() => volunteer.accepted.length === 24);
    expect(grid.coordinator.view().notices.join()).toContain('no more room');
    // Nothing but memory has the picture: it stays in the list while the page lives, whatever else is shown.
    const [past] = await grid.coordinator.pastJobs();
    expect(past).toMatchObject({ state: 'done' });
    await grid.launch({ seed: 9 });
    await grid.until(() => grid.state() === 'done');
    if (past) await grid.coordinator.openPast(past.id);
    expect(await grid.sha()).toBe(expected);
    const kept = (await browser.records.keys('results')).length;
    expect(kept).toBeLessThan(24);
    grid.kill();

    full = false;
    const after = browser.open();
    await after.join(volunteer);
    expect(after.coordinator.view().unfinished[0]?.share).toBeCloseTo(kept / 24);
    await takeUp(after);
    await finish(after);
  });

  it('does not keep a liar’s results in', async () => {
    const failing = async () => Promise.reject(new StoreUnavailableError('storage is blocked'));
    const grid = createTestGrid({ records: { ...createMemoryRecordStore(), write: failing } });
    let honestTasks = 13;
    const make = (task: TaskSpec, right: Bytes) => (honestTasks-- > 0 ? right : lie().make(task, right));
    await grid.volunteer({ behaviour: { kind: 'answer', ms: 20, make } });
    for (const ms of [20, 25]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
    await grid.launch({ tile: 8, verify: 'replicate' });
    await grid.until(() => grid.state() === 'done', 120_000);
    expect(await grid.sha()).toBe(expected);
  });
});
