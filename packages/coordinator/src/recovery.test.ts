import { DEFAULT_CONFIG, restoreScheduler, type Scheduler } from '@tabgrid/scheduler/scheduler';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import type { RecordStore } from '@tabgrid/store/ports';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJobStore } from './job-store.js';
import { BASE_KEY, BaseRecord, digestOf, EMPTY_DIGEST, EventsRecord } from './journal-records.js';
import { type Leftover, readLeftover } from './recovery.js';
import { createTestGrid, preparedCornell } from './test-kit.js';
import { lie } from './test-volunteer.js';

beforeAll(async () => {
  await preparedCornell();
});

/** What a page left that was killed in the middle of a checked job, and what its scheduler knew then. */
async function leave(): Promise<RecordStore> {
  const records = createMemoryRecordStore();
  const grid = createTestGrid({ records });
  for (const behaviour of [lie(25), { kind: 'work', ms: 30 }, { kind: 'work', ms: 70 }] as const) {
    await grid.volunteer({ behaviour });
  }
  await grid.launch({ tile: 8, verify: 'replicate' });
  await grid.until(() => (grid.coordinator.view().job?.tasks.accepted ?? 0) >= 7);
  grid.kill();
  return records;
}

function read(records: RecordStore, restore = (x: unknown): Scheduler => restoreScheduler(DEFAULT_CONFIG, x)) {
  const store = createJobStore({ records, blobs: createTestGrid().deps.blobs, changed: () => {} });
  return readLeftover({ records, jobs: store.jobs, restore });
}

/** The plain oracle of these tests is not the coordinator's: the digests of its decisions are. */
async function bySameScheduler(records: RecordStore): Promise<Leftover> {
  const base = v.parse(BaseRecord, await records.get('journal', BASE_KEY));
  const scheduler = restoreScheduler(DEFAULT_CONFIG, base.snapshot);
  let digest = EMPTY_DIGEST;
  for (const { key, value } of await records.range('journal', 'events/')) {
    const batch = v.parse(EventsRecord, value);
    for (const { at, event } of batch.events) digest = digestOf(digest, scheduler.handle(event, at));
    await records.put('journal', key, { ...batch, digest });
  }
  return await read(records);
}

describe('what an earlier page left', () => {
  it('is nothing in an empty store, and nothing while no job was cut off', async () => {
    const records = createMemoryRecordStore();
    expect(await read(records)).toEqual({ keys: [], jobs: [], recovered: null, foreign: false });
    await records.put('journal', 'member/v1', 1);
    expect(await read(records)).toEqual({ keys: ['member/v1'], jobs: [], recovered: null, foreign: false });
  });

  it('is the scheduler as it was, who was there, the tasks, and what became of them', async () => {
    const records = await leave();
    const { jobs, recovered } = await bySameScheduler(records);
    const [job] = jobs;
    if (!recovered || !job) throw new Error('there is a job to go on with');
    expect(recovered.scheduler.job(job.id)).toMatchObject({ tasks: 24 });
    expect(recovered.members.map(({ id }) => id)).toEqual(['v1', 'v2', 'v3']);
    expect(recovered.rounds.get(job.id)?.parts).toHaveLength(24);
    const accepted = recovered.changes.filter(({ effect }) => effect.type === 'accept').length;
    expect(accepted).toBe((await records.keys('results')).length);
    const numbers = recovered.changes.map(({ number }) => number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    expect(recovered.upTo).toBeGreaterThanOrEqual(numbers.at(-1) ?? 0);
    expect(recovered.wallAt).toBeGreaterThan(1_700_000_000_000);
    // Results that waited for a second opinion: each is returned, so that the scheduler can be told that it is gone.
    expect(recovered.lost.length).toBeGreaterThan(0);
    for (const attempt of recovered.lost) {
      recovered.scheduler.handle({ type: 'resultGone', attempt }, recovered.at);
      recovered.scheduler.validateState();
    }
  });

  it('is no journal when the scheduler decides otherwise, though it takes the snapshot', async () => {
    const records = await leave();
    expect((await bySameScheduler(records)).recovered).not.toBeNull();
    const deaf = (x: unknown): Scheduler => ({ ...restoreScheduler(DEFAULT_CONFIG, x), handle: () => [] });
    const { jobs, recovered } = await read(records, deaf);
    expect(jobs).toHaveLength(1);
    expect(recovered).toBeNull();
  });

  it('is not gone on with when the version before this one wrote it, but its jobs are still there', async () => {
    const records = await leave();
    for (const { key, value } of await records.range('journal', '')) {
      await records.put('journal', key, { ...Object(value), version: 2 });
    }
    expect(await read(records)).toMatchObject({ jobs: [{ state: 'running' }], recovered: null, foreign: false });
  });

  it('is left alone when a version wrote it that is not known', async () => {
    const records = await leave();
    await records.put('journal', BASE_KEY, { version: 99 });
    expect(await read(records)).toMatchObject({ jobs: [], recovered: null, foreign: true });
    // One of an older version is no journal any more, but its jobs go on from their results.
    await records.put('journal', BASE_KEY, { version: 2 });
    expect(await read(records)).toMatchObject({ jobs: [{ state: 'running' }], recovered: null, foreign: false });
    await records.put('journal', BASE_KEY, 'damaged');
    expect(await read(records)).toMatchObject({ jobs: [{ state: 'running' }], recovered: null, foreign: false });
  });

  it('cannot be told of a store that cannot be read', async () => {
    const records = await leave();
    const broken = { ...records, keys: () => Promise.reject(new Error('closed')) };
    await expect(read(broken)).rejects.toThrow('closed');
  });
});
