import { createManualClock } from '@tabgrid/protocol/clock';
import { VolunteerId } from '@tabgrid/protocol/ids';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { createScheduler, DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import { type RecordStore, StoreUnavailableError, type Write } from '@tabgrid/store/ports';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createJournal, type JournalDeps } from './journal.js';
import { BaseRecord, digestOf, EMPTY_DIGEST, EventsRecord } from './journal-records.js';

const volunteer = v.parse(VolunteerId, 'v1');
const heard: SchedulerEvent = { type: 'heard', volunteer };
const snapshot = createScheduler(DEFAULT_CONFIG, 1).snapshot();

/** A store whose writes end when the test says so. */
function createSlowStore() {
  const records = createMemoryRecordStore();
  const writes: { readonly list: readonly Write[]; end(error?: Error): Promise<void> }[] = [];
  const slow: RecordStore = {
    ...records,
    write: (list) =>
      new Promise((resolve, reject) => {
        writes.push({
          list,
          async end(error) {
            if (error) {
              reject(error);
            } else {
              await records.write(list);
              resolve();
            }
            await settle();
          },
        });
      }),
  };
  return { records, slow, writes };
}

const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

function setUp(change: Partial<JournalDeps> = {}) {
  const clock = createManualClock();
  const records = createMemoryRecordStore();
  let bases = 0;
  let changes = 0;
  const journal = createJournal({
    records,
    clock,
    wallClock: () => 1_000_000 + clock.now(),
    problem: null,
    base: () => {
      bases++;
      return { snapshot, held: [], comparing: [] };
    },
    beside: () => [{ collection: 'jobs', key: 'beside', make: (mark) => mark }],
    weight: () => 10,
    changed: () => changes++,
    ...change,
  });
  journal.open({ keeps: true, upTo: 0, at: 0, keys: [] });
  return { clock, records, journal, bases: () => bases, changes: () => changes };
}

/** Numbers of the events that the store has behind its base. */
async function storedNumbers(records: RecordStore): Promise<{ upTo: number; numbers: number[] }> {
  const base = v.parse(BaseRecord, await records.get('journal', 'base'));
  const numbers: number[] = [];
  for (const { value } of await records.range('journal', 'events/')) {
    const { first, events } = v.parse(EventsRecord, value);
    for (let i = 0; i < events.length; i++) numbers.push(first + i);
  }
  return { upTo: base.upTo, numbers };
}

describe('the journal', () => {
  it('begins with a base, and has every event behind it', async () => {
    const { journal, records, clock } = setUp();
    journal.append(1, heard, []);
    journal.start();
    journal.append(2, heard, []);
    await journal.durable();
    expect(await storedNumbers(records)).toEqual({ upTo: 2, numbers: [] });
    expect(await records.get('jobs', 'beside')).toEqual({ upTo: 2, at: 2 });
    journal.append(3, heard, []);
    journal.append(4, heard, []);
    await journal.durable();
    // What nobody waits for is stored, too, before long.
    journal.append(5, heard, []);
    expect((await storedNumbers(records)).numbers).toEqual([3, 4]);
    await clock.advance(500);
    expect((await storedNumbers(records)).numbers).toEqual([3, 4, 5]);
    const batch = v.parse(EventsRecord, await records.get('journal', 'events/000000000000003'));
    expect(batch.events.map(({ at }) => at)).toEqual([3, 4]);
  });

  it('writes what belongs together in one transaction, the latest of each record', async () => {
    const { slow, writes, records } = createSlowStore();
    const { journal } = setUp({ records: slow });
    journal.start();
    journal.append(1, heard, []);
    journal.put('results', 'j/t', () => 'first');
    journal.put('results', 'j/t', () => 'second');
    journal.delete('results', 'j/gone');
    const done = journal.durable();
    await settle();
    expect(writes).toHaveLength(1);
    // Said while the first is under way: the next one.
    journal.put('results', 'j/u', () => 'third');
    journal.append(2, heard, []);
    let later = false;
    void journal.durable().then(() => {
      later = true;
    });
    await settle();
    expect(writes).toHaveLength(1);
    expect(await records.keys('results')).toEqual([]);
    await writes[0]?.end();
    await done;
    expect(await records.get('results', 'j/t')).toBe('second');
    expect(later).toBe(false);
    expect(writes).toHaveLength(2);
    await writes[1]?.end();
    expect(later).toBe(true);
    expect((await storedNumbers(records)).numbers).toEqual([2]);
  });

  it('makes a record when it is written, so that it holds the events before', async () => {
    const { journal, records } = setUp();
    journal.start();
    journal.put('jobs', 'j', (mark) => mark);
    journal.append(7, heard, []);
    await journal.durable();
    expect(await records.get('jobs', 'j')).toEqual({ upTo: 1, at: 7 });
  });

  it('has nothing to wait for when nothing was said', async () => {
    const { journal } = setUp();
    await journal.durable();
    journal.stop();
    await journal.durable();
  });

  it('replaces base and events when these outweigh the state, at a constant cost an event', async () => {
    const { journal, records, bases } = setUp();
    journal.start();
    for (let i = 1; i <= 5_000; i++) {
      journal.append(i, heard, []);
      await journal.durable();
      if (i % 97 > 0) continue;
      const { upTo, numbers } = await storedNumbers(records);
      expect(numbers).toEqual(Array.from({ length: i - upTo }, (_, n) => upTo + 1 + n));
    }
    expect(bases()).toBeGreaterThan(5);
    expect(bases()).toBeLessThan(12);
  });

  it('leaves nothing of itself behind when no job could be taken up, and all that is not of it', async () => {
    const { journal, records } = setUp();
    journal.start();
    journal.put('journal', 'member/v1', () => 1);
    journal.put('results', 'j/t', () => 1);
    journal.append(1, heard, []);
    await journal.durable();
    expect((await records.keys('journal')).length).toBe(2);
    journal.append(2, heard, []);
    journal.stop();
    journal.append(3, heard, []);
    journal.put('journal', 'member/v2', () => 1);
    await journal.durable();
    expect(await records.keys('journal')).toEqual([]);
    expect(await records.keys('results')).toEqual(['j/t']);
    // And begins anew.
    journal.start();
    journal.append(4, heard, []);
    await journal.durable();
    expect(await storedNumbers(records)).toEqual({ upTo: 4, numbers: [] });
  });

  it('clears what an earlier page left, and counts on', async () => {
    const { journal, records } = setUp();
    await records.put('journal', 'events/000000000000001', 1);
    await records.put('journal', 'member/v9', 1);
    journal.open({ keeps: true, upTo: 40, at: 9, keys: ['events/000000000000001', 'member/v9'] });
    journal.start();
    journal.append(10, heard, []);
    await journal.durable();
    expect(await storedNumbers(records)).toEqual({ upTo: 41, numbers: [] });
    journal.stop();
    await journal.durable();
    expect(await records.keys('journal')).toEqual([]);
  });

  it('keeps results and jobs, and no journal, where another page has that', async () => {
    const { journal, records } = setUp();
    journal.open({ keeps: false, upTo: 0, at: 0, keys: [] });
    await records.put('journal', 'base', 'of another page');
    journal.start();
    journal.append(1, heard, []);
    journal.put('journal', 'member/v1', () => 1);
    journal.put('jobs', 'j', (mark) => ({ mark }));
    await journal.durable();
    journal.stop();
    await journal.durable();
    expect(await records.get('journal', 'base')).toBe('of another page');
    expect(await records.keys('journal')).toEqual(['base']);
    expect(await records.get('jobs', 'j')).toEqual({ mark: null });
  });
});

describe('a store that fails', () => {
  it('ends the journal: the reason is told once, nobody waits, nothing more is written', async () => {
    const { slow, writes, records } = createSlowStore();
    const { journal, changes } = setUp({ records: slow });
    journal.start();
    journal.append(1, heard, []);
    const first = journal.durable();
    await settle();
    journal.append(2, heard, []);
    const second = journal.durable();
    await writes[0]?.end(new StoreUnavailableError('no more room'));
    await Promise.all([first, second]);
    expect(journal.problem).toBe('no more room');
    expect(changes()).toBe(1);
    journal.append(3, heard, []);
    journal.put('jobs', 'j', () => 1);
    journal.stop();
    await journal.durable();
    expect(writes).toHaveLength(1);
    expect(await records.keys('jobs')).toEqual([]);
  });

  it('is no other thing than a state that cannot be taken', async () => {
    const { journal } = setUp({
      base: () => {
        throw new Error('no snapshot');
      },
    });
    journal.start();
    await journal.durable();
    expect(journal.problem).toBe('no snapshot');
  });

  it('from the start is never asked', async () => {
    const { slow, writes } = createSlowStore();
    const { journal } = setUp({ records: slow, problem: 'storage is blocked' });
    journal.start();
    journal.append(1, heard, []);
    await journal.durable();
    await journal.close();
    expect(writes).toEqual([]);
  });
});

describe('closing', () => {
  it('stores what is left, and then keeps nothing', async () => {
    const { slow, writes, records } = createSlowStore();
    const { journal } = setUp({ records: slow });
    journal.start();
    await settle();
    journal.append(1, heard, []);
    const closing = journal.close();
    await settle();
    await writes[0]?.end();
    await writes[1]?.end();
    await closing;
    journal.append(2, heard, []);
    journal.put('jobs', 'j', () => 1);
    await journal.durable();
    expect(writes).toHaveLength(2);
    expect((await storedNumbers(records)).numbers).toEqual([1]);
  });
});

it('the store always has a base and the events behind it without a gap, whatever is written when', async () => {
  const step = fc.constantFrom('append', 'put', 'durable', 'start', 'stop', 'end', 'settle');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { slow, writes, records } = createSlowStore();
      const { journal } = setUp({ records: slow, weight: () => 0 });
      let ended = 0;
      let n = 0;
      for (const s of steps) {
        if (s === 'append') journal.append(++n, heard, []);
        else if (s === 'put') journal.put('results', `r${n}`, (mark) => mark?.upTo ?? 0);
        else if (s === 'durable') void journal.durable();
        else if (s === 'start') journal.start();
        else if (s === 'stop') journal.stop();
        else if (s === 'end' && writes[ended]) await writes[ended++]?.end();
        else await settle();
        if ((await records.keys('journal')).length === 0) continue;
        const { upTo, numbers } = await storedNumbers(records);
        expect(numbers).toEqual(numbers.map((_, i) => upTo + 1 + i));
      }
      const closing = journal.close();
      await settle();
      while (writes[ended]) await writes[ended++]?.end();
      await closing;
      expect(journal.problem).toBeNull();
    }),
    { numRuns: 200 },
  );
});

it('a digest tells effects apart, and not how they are batched', () => {
  const effects = [{ type: 'wake', at: 1 } as const, { type: 'holdReached' } as const];
  expect(digestOf(digestOf(EMPTY_DIGEST, effects.slice(0, 1)), effects.slice(1))).toBe(digestOf(EMPTY_DIGEST, effects));
  expect(digestOf(EMPTY_DIGEST, effects)).not.toBe(digestOf(EMPTY_DIGEST, [...effects].reverse()));
  expect(digestOf(EMPTY_DIGEST, [])).toBe(EMPTY_DIGEST);
});

describe('oracles', () => {
  const changed = (n: number): SchedulerEvent => ({ type: 'oracleChanged', revision: n, hash: `h${n}` });

  it('are those that a replay needs: of the base, and of the events since', async () => {
    const state = { ...snapshot, oracle: { revision: 1, hash: 'base' } };
    const { journal } = setUp({ base: () => ({ snapshot: state, held: [], comparing: [] }) });
    journal.append(0, changed(0), []);
    expect([...journal.oracles()]).toEqual([]);
    journal.start();
    await journal.durable();
    expect([...journal.oracles()]).toEqual(['base']);
    journal.append(1, changed(2), []);
    journal.append(1, heard, []);
    expect([...journal.oracles()]).toEqual(['base', 'h2']);
  });

  it('are bounded: many of them make a new base', async () => {
    const { journal, bases } = setUp();
    journal.start();
    await journal.durable();
    const before = bases();
    for (let n = 0; n < 40; n++) journal.append(n, changed(n), []);
    await journal.durable();
    expect(bases()).toBe(before + 1);
    expect(journal.oracles().size).toBe(0);
  });
});
