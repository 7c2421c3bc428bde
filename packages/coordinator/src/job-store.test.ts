import { nameBlob } from '@tabgrid/protocol/blob';
import { createManualClock } from '@tabgrid/protocol/clock';
import { JobId } from '@tabgrid/protocol/ids';
import type { JobRecord } from '@tabgrid/protocol/records';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { restingState } from '@tabgrid/splitters/render/planner';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJob } from './job.js';
import { createJobStore } from './job-store.js';
import { SPEC } from './test-kit.js';

let record: JobRecord;
beforeAll(async () => {
  const { manifest } = await fakeScene();
  const job = createJob({
    clock: createManualClock(),
    members: () => [],
    title: '',
    spec: SPEC,
    sharing: { weight: 1, priority: 0 },
    startedAt: 0,
    planner: restingState(fakeJob(manifest), [], 0),
  });
  job.begin({ volunteers: 1, unitsPerSecond: null });
  job.stop();
  record = job.record(null);
});

const id = (name: string) => v.parse(JobId, name);
function setUp() {
  const records = createMemoryRecordStore();
  const blobs = createMemoryBlobStore();
  let changes = 0;
  const store = createJobStore({ records, blobs, changed: () => changes++ });
  return { records, blobs, store, changes: () => changes };
}

describe('stored jobs', () => {
  it('are listed newest first, with those of the first version and without what nobody can read', async () => {
    const { store, records } = setUp();
    const { planner, settled, progress, work, sharing, journal, ...first } = record;
    expect([planner, settled, progress, work, sharing, journal]).toHaveLength(6);
    await records.put('jobs', 'b', { ...record, id: 'b', startedAt: 2 });
    const runs = first.runs.map((run) => ({ ...run, side: 16, blocks: 1 }));
    await records.put('jobs', 'a', { ...first, runs, version: 1, id: 'a', startedAt: 3, retries: 4 });
    await records.put('jobs', 'c', { ...record, id: 'c', version: 99 });
    await records.put('jobs', 'd', 'nonsense');
    expect((await store.jobs()).map((job) => job.id)).toEqual(['a', 'b']);
    expect(await store.job(id('a'))).toMatchObject({ work: { again: 4 } });
    await expect(store.job(id('c'))).rejects.toThrow('newer version');
    await expect(store.job(id('d'))).rejects.toThrow('not in this browser');
    await expect(store.job(id('nobody'))).rejects.toThrow('not in this browser');
    records.get = () => Promise.reject(new Error('closed'));
    await expect(store.job(id('a'))).rejects.toThrow('not in this browser');
  });

  it('are forgotten with their results, the oldest first, but for those that are wanted', async () => {
    const { store, records } = setUp();
    for (let i = 0; i < 33; i++) {
      await records.put('jobs', `j${i}`, { ...record, id: `j${i}`, startedAt: i });
      await records.put('results', `j${i}/t`, 1);
    }
    await store.prune(new Set([id('j1')]));
    const left = (await store.jobs()).map((job) => job.id);
    expect(left).toHaveLength(31);
    expect(left).toContain('j1');
    expect(left).not.toContain('j0');
    expect(left).not.toContain('j2');
    expect(await records.keys('results', 'j2/')).toEqual([]);
    expect(await records.keys('results')).toHaveLength(31);
  });
});

describe('a scene’s blobs', () => {
  it('are stored once, and stay while a job needs them', async () => {
    const { store, blobs, changes } = setUp();
    const first = await nameBlob(new Uint8Array(2_000_000).fill(1));
    await store.saveBlobs([first], new Set());
    expect(await blobs.chunksOf(first.ref.id)).toEqual([0, 1]);
    blobs.putChunk = () => Promise.reject(new Error('it is there already'));
    await store.saveBlobs([first], new Set([first.ref.id]));
    expect(store.problem).toBeNull();
    expect(changes()).toBe(0);
  });

  it('that cannot be stored are said, once', async () => {
    const { store, blobs, changes } = setUp();
    blobs.putList = () => Promise.reject(new Error('no more room'));
    const blob = await nameBlob(new Uint8Array(3));
    await store.saveBlobs([blob], new Set());
    await store.saveBlobs([blob], new Set());
    expect(store.problem).toBe('no more room');
    expect(changes()).toBe(2);
  });
});
