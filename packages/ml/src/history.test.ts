import { VolunteerId } from '@tabgrid/protocol/ids';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import { type RecordStore, StoreUnavailableError } from '@tabgrid/store/ports';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createHistory, type History, KEPT_LIMITS } from './history.js';
import type { ConditionsObservation, PresenceObservation, RunObservation } from './observation.js';

const A = v.parse(VolunteerId, 'va');

const run = (at: number, changes: Partial<RunObservation> = {}): RunObservation => ({
  type: 'run',
  at,
  volunteer: A,
  kernel: 'k@1',
  features: [at, 1],
  plain: { p025: 1, median: 2, p975: 3 },
  said: { p025: 1, median: 2, p975: 3 },
  ms: 2,
  end: 'done',
  results: 0,
  ageMs: 5,
  ...changes,
});

const presence = (at: number): PresenceObservation => ({
  ...{ type: 'presence', at, volunteer: A, features: [1], ageMs: 1, watchedMs: 60_000 },
  ...{ left: false, plain: 0.5, said: 0.4 },
});

const minute = (at: number): ConditionsObservation => ({
  ...{ type: 'conditions', at, volunteers: 2, busyShare: 0.5, waiting: 3 },
  ...{ roundTripMs: 40, jitterMs: null, lateShare: 0 },
});

async function opened(records: RecordStore): Promise<History> {
  const history = createHistory(records);
  await history.open();
  return history;
}

const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => run(from + i));

describe('a history', () => {
  it('is there again on the next page, in order', async () => {
    const records = createMemoryRecordStore();
    const first = await opened(records);
    first.add([...many(0, 250), presence(1), minute(2), { type: 'departure', at: 3, others: [] }]);
    await first.flush();
    first.add(many(250, 260));
    await first.flush();
    const second = await opened(records);
    expect(second.kept()).toEqual(first.kept());
    expect(second.kept().run.map(({ at }) => at)).toEqual(Array.from({ length: 260 }, (_, i) => i));
    expect(second.kept().conditions).toEqual([minute(2)]);
    second.add(many(260, 270));
    await second.flush();
    expect((await opened(records)).kept().run).toHaveLength(270);
  });

  it('keeps the last ten thousand outcomes, in memory and in the store', async () => {
    const records = createMemoryRecordStore();
    const history = await opened(records);
    for (let i = 0; i < 12_000; i += 500) {
      history.add(many(i, i + 500));
      await history.flush();
    }
    const { run: kept } = history.kept();
    expect(kept.length).toBeGreaterThanOrEqual(KEPT_LIMITS.run);
    expect(kept.length).toBeLessThanOrEqual(KEPT_LIMITS.run + 100);
    expect(kept.at(-1)?.at).toBe(11_999);
    expect((await opened(records)).kept().run).toEqual(kept);
    expect((await records.keys('outcomes')).length).toBeLessThanOrEqual(101);
  });

  it('writes what changed only', async () => {
    const records = createMemoryRecordStore();
    const history = await opened(records);
    history.add(many(0, 450));
    await history.flush();
    const written: string[] = [];
    const write = records.write;
    Object.assign(records, {
      write: (writes: Parameters<RecordStore['write']>[0]) => {
        written.push(...writes.map(({ key }) => key));
        return write(writes);
      },
    });
    history.add(many(450, 451));
    await history.flush();
    await history.flush();
    expect(written).toEqual(['run/000000000005']);
  });

  it('throws away what another version kept or what is damaged, and says so', async () => {
    const records = createMemoryRecordStore();
    const history = await opened(records);
    expect(history.afresh).toBe(false);
    history.add(many(0, 150));
    await history.flush();
    await records.put('outcomes', 'run/000000000001', { features: 0, items: [] });
    await records.put('outcomes', 'run/000000000009', { features: 1, items: [{ ...run(1), ms: Number.NaN }] });
    const later = await opened(records);
    expect(later.afresh).toBe(true);
    expect(later.kept().run.map(({ at }) => at)).toEqual(many(100, 150).map(({ at }) => at));
    expect(await records.keys('outcomes')).toEqual(['run/000000000002']);
  });

  it('goes on in memory when the store does not', async () => {
    const broken: RecordStore = {
      ...createMemoryRecordStore(),
      write: () => Promise.reject(new StoreUnavailableError('no more room')),
    };
    const history = createHistory(broken);
    await history.open();
    history.add(many(0, 5));
    await history.flush();
    expect(history.problem).toBe('no more room');
    expect(history.kept().run).toHaveLength(5);
  });

  it('can be replaced, and forgotten', async () => {
    const records = createMemoryRecordStore();
    const history = await opened(records);
    history.add(many(0, 350));
    await history.flush();
    await history.replace({ run: many(7, 9), presence: [presence(4)], trip: [], conditions: [] });
    expect((await opened(records)).kept()).toEqual(history.kept());
    expect(history.kept().run.map(({ at }) => at)).toEqual([7, 8]);
    await history.replace({ run: [], presence: [], trip: [], conditions: [] });
    expect(await records.keys('outcomes')).toEqual([]);
    expect(history.statistics()).toEqual([]);
  });
});

describe('statistics', () => {
  it('are those of each volunteer and kernel', async () => {
    const history = await opened(createMemoryRecordStore());
    history.add([
      run(1, { ms: 10 }),
      run(2, { ms: 20 }),
      run(3, { ms: 30, end: 'cut' }),
      run(4, { ms: 30 }),
      run(5, { kernel: 'other@1' }),
    ]);
    const [first, second] = history.statistics();
    expect(first).toMatchObject({ volunteer: 'va', kernel: 'k@1', done: 3, cut: 1, meanMs: 20, lastAt: 4 });
    expect(first?.deviationMs).toBeCloseTo(10, 9);
    expect(first?.meanLogError).toBeCloseTo((Math.log(5) + Math.log(10) + Math.log(15)) / 3, 9);
    expect(second).toMatchObject({ kernel: 'other@1', done: 1, deviationMs: 0 });
  });

  it('forget whoever was not heard of for longest', async () => {
    const history = await opened(createMemoryRecordStore());
    const id = (i: number) => v.parse(VolunteerId, `w${i}`);
    for (let i = 0; i < 2_100; i++) history.add([run(i, { volunteer: id(i % 2_050) })]);
    const statistics = history.statistics();
    expect(statistics).toHaveLength(2_000);
    expect(statistics.at(-1)).toMatchObject({ volunteer: 'w49', lastAt: 2_099 });
  });
});
