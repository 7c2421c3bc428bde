import { AttemptId, JobId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION, type ResultRecord } from '@tabgrid/protocol/records';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Journal } from './journal.js';
import { createResults, resultKey } from './results.js';

const job = v.parse(JobId, 'j1');
const task = (n: number) => v.parse(TaskId, `j1:0-${n}`);
const record = (n: number, bytes = 4, of = job): ResultRecord => ({
  version: RECORDS_VERSION,
  job: of,
  task: task(n),
  attempt: v.parse(AttemptId, `j1:0-${n}.1`),
  tile: { x: 0, y: 0, width: 1, height: 1 },
  samples: { first: 0, count: 1, block: 16 },
  volunteer: v.parse(VolunteerId, 'v1'),
  name: '',
  adapter: { vendor: '', architecture: '', description: '', browser: '' },
  software: true,
  kernelMs: 1,
  result: new Uint8Array(bytes).fill(n),
});
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** A journal that stores when it is told to. */
function setUp() {
  const records = createMemoryRecordStore();
  let waiting: (() => Promise<void>)[] = [];
  let resolves: (() => void)[] = [];
  const state: { problem: string | null } = { problem: null };
  const journal: Journal = {
    get problem() {
      return state.problem;
    },
    append: () => {},
    put: (collection, key, make) => void waiting.push(() => records.put(collection, key, make(null))),
    delete: (collection, key) => void waiting.push(() => records.delete(collection, key)),
    durable: () => new Promise((resolve) => resolves.push(resolve)),
    start: () => {},
    stop: () => {},
    oracles: () => new Set(),
    close: async () => {},
  };
  const end = async () => {
    for (const resolve of resolves) resolve();
    resolves = [];
    await settle();
  };
  return {
    records,
    results: createResults({ records, journal }),
    async store() {
      for (const write of waiting) await write();
      waiting = [];
      await end();
    },
    async fail() {
      state.problem = 'no more room';
      waiting = [];
      await end();
    },
  };
}

describe('accepted results', () => {
  it('are there at once, and from the store once it has them', async () => {
    const { results, store, records } = setUp();
    results.put(record(1));
    expect((await results.get(job, task(1)))?.result[0]).toBe(1);
    expect(await results.tasks(job)).toEqual(['j1:0-1']);
    await store();
    expect((await results.get(job, task(1)))?.result[0]).toBe(1);
    await records.delete('results', resultKey(job, task(1)));
    expect(await results.get(job, task(1))).toBeNull();
  });

  it('are gone once they are retracted, and may come again', async () => {
    const { results, store } = setUp();
    results.put(record(1));
    results.remove(job, task(1));
    expect(await results.get(job, task(1))).toBeNull();
    await store();
    expect(await results.tasks(job)).toEqual([]);
    results.put({ ...record(1), kernelMs: 7 });
    await store();
    expect(await results.get(job, task(1))).toMatchObject({ kernelMs: 7 });
  });

  it('of one job are not those of another whose name begins the same', async () => {
    const { results, store } = setUp();
    const other = v.parse(JobId, 'j11');
    results.put(record(1));
    results.put(record(2, 4, other));
    expect(await results.tasks(job)).toEqual(['j1:0-1']);
    await store();
    expect(await results.tasks(other)).toEqual(['j1:0-2']);
    results.put(record(3, 4, other));
    expect([...(await results.tasks(other))].sort()).toEqual(['j1:0-2', 'j1:0-3']);
    expect(await results.tasks(job)).toEqual(['j1:0-1']);
  });

  it('stay in memory where the store takes nothing more, the newest within a bound', async () => {
    const { results, fail } = setUp();
    const MiB = 2 ** 20;
    for (let n = 0; n < 5; n++) results.put(record(n, 64 * MiB));
    await fail();
    expect(await results.get(job, task(0))).toBeNull();
    for (let n = 1; n < 5; n++) expect((await results.get(job, task(n)))?.result.byteLength).toBe(64 * MiB);
    expect(await results.tasks(job)).toHaveLength(4);
  });

  it('are none where the store cannot be read, or has something else', async () => {
    const { records, results } = setUp();
    await records.put('results', resultKey(job, task(1)), { version: 99 });
    expect(await results.get(job, task(1))).toBeNull();
    const broken = setUp();
    broken.records.get = () => Promise.reject(new Error('closed'));
    broken.records.keys = () => Promise.reject(new Error('closed'));
    expect(await broken.results.get(job, task(1))).toBeNull();
    expect(await broken.results.tasks(job)).toEqual([]);
  });
});
