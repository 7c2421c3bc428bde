import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Collection, RecordStore, Write } from '@tabgrid/store/ports';
import {
  BASE_KEY,
  type BaseRecord,
  digestOf,
  EMPTY_DIGEST,
  EVENTS,
  type EventsRecord,
  eventsKey,
} from './journal-records.js';

/**
 * Everything that outlives the page goes through here, in the order in which it happened.
 *
 * 1. What was appended or put between two turns of the event loop is in one transaction: the store always holds a state
 *    that there was, between two events. A result is never there without the event that accepted it, nor the event
 *    without the result.
 * 2. One write is under way at a time; `durable` resolves when all that was said before it is stored.
 * 3. While events are kept there is a base, and every event behind it is stored or waits. A new base replaces base and
 *    events once these outweigh the state, so that an event costs a constant.
 * 4. The first write that fails is the last: what is stored stays a state that there was, `problem` says why, and nobody
 *    waits for the store any more.
 */
export interface Journal {
  /** Why nothing more is kept, in words; null while all is well. */
  readonly problem: string | null;
  /** An event that the scheduler has handled, and what came of it. */
  append(at: Millis, event: SchedulerEvent, effects: readonly Effect[]): void;
  /**
   * @param make gives the record when it is written, so that it holds all events up to `mark`; null while no events are
   * kept. A record of the journal itself is then not written at all.
   */
  put(collection: Collection, key: string, make: (mark: Mark | null) => unknown): void;
  delete(collection: Collection, key: string): void;
  /** Resolves when everything so far is stored, or never will be. */
  durable(): Promise<void>;
  /** Begins to keep events: a job is there that could be taken up. */
  start(): void;
  /** No job is left to be taken up: base, events and all else of the journal go. */
  stop(): void;
  /** Hashes of the oracles that a replay needs: the base's, and those that events since name. */
  oracles(): ReadonlySet<string>;
  /** Stores what is left; from then on nothing is kept. */
  close(): Promise<void>;
}

/** A journal before it is known what the store holds; nothing is written so far. */
export interface OpenableJournal extends Journal {
  open(place: JournalPlace): void;
}

/** A moment between two events. */
export interface Mark {
  /** Number of the last event. */
  readonly upTo: number;
  /** The scheduler's time then. */
  readonly at: Millis;
}

export interface JournalDeps {
  readonly records: RecordStore;
  readonly clock: Clock;
  /** ms since 1970. */
  readonly wallClock: () => number;
  /** Why nothing is kept from the start. */
  readonly problem: string | null;
  /** The scheduler's state now, and the results whose bytes are only in memory. */
  base(): Pick<BaseRecord, 'snapshot' | 'held' | 'comparing'>;
  /** Records that a base needs beside it: of the jobs that could be taken up. */
  beside(): readonly Put[];
  /** About how many records the scheduler's state has. */
  weight(): number;
  changed(): void;
}

export interface Put {
  readonly collection: Collection;
  readonly key: string;
  readonly make: (mark: Mark | null) => unknown;
}

/** What the store holds of an earlier journal. */
export interface JournalPlace {
  /** Whether this page may write a journal; another one may have claimed it. */
  readonly keeps: boolean;
  /** Number of the last event. */
  readonly upTo: number;
  readonly at: Millis;
  /** Keys of the collection `journal`. */
  readonly keys: readonly string[];
}

/** Events that nobody waits for are stored so late at most. */
const LAZY_MS: Millis = 500;
/** Below so many events a new base is never worth it. */
const LEAST_WEIGHT = 500;
/** Each oracle that a replay needs is kept by somebody: more of them outweigh any state. */
const MOST_ORACLES = 32;

export function createJournal(deps: JournalDeps): OpenableJournal {
  const { records, clock } = deps;
  let { problem } = deps;
  let keeps = false;
  let keeping = false;
  let hasBase = false;
  let closed = false;
  let upTo = 0;
  let at: Millis = 0;
  let digest = EMPTY_DIGEST;
  let weight = 0;
  let oracles = new Set<string>();
  let events: { at: Millis; event: SchedulerEvent }[] = [];
  let writes = new Map<string, Put | Extract<Write, { type: 'delete' }>>();
  let waiting: (() => void)[] = [];
  let flight: Promise<void> | null = null;
  let scheduled = false;
  let cancelLazy: (() => void) | null = null;
  /** Keys of the collection `journal` that are stored or about to be. */
  const keys = new Set<string>();

  const idle = () => events.length === 0 && writes.size === 0 && (hasBase || !keeping);
  const lost = () => problem !== null || closed;

  const note = (write: Put | Extract<Write, { type: 'delete' }>): void => {
    if (lost()) return;
    if (write.collection === 'journal') {
      if (!keeps || ('make' in write && !keeping)) return;
      if ('make' in write) keys.add(write.key);
      else keys.delete(write.key);
    }
    writes.set(`${write.collection}/${write.key}`, write);
    soon();
  };
  const remove = (collection: Collection, key: string) => note({ type: 'delete', collection, key });

  /** Writes at the end of this turn. */
  const soon = (): void => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      flush();
    });
  };

  const later = (): void => {
    cancelLazy ??= clock.after(LAZY_MS, () => {
      cancelLazy = null;
      flush();
    });
  };

  const outweighs = () => oracles.size > MOST_ORACLES || (weight > LEAST_WEIGHT && weight > deps.weight());

  /** All that waits, as one transaction. */
  const take = (): Write[] => {
    const mark: Mark = { upTo, at };
    const told = keeping ? mark : null;
    const wallAt = deps.wallClock();
    if (keeping && (!hasBase || outweighs())) {
      for (const key of keys) if (key.startsWith(EVENTS)) remove('journal', key);
      for (const put of deps.beside()) note(put);
      const state = deps.base();
      note({
        collection: 'journal',
        key: BASE_KEY,
        make: (): BaseRecord => ({ version: RECORDS_VERSION, ...mark, wallAt, ...state }),
      });
      hasBase = true;
      digest = EMPTY_DIGEST;
      weight = 0;
      events = [];
      oracles = new Set(state.snapshot.oracle ? [state.snapshot.oracle.hash] : []);
    } else if (events.length > 0) {
      const first = upTo - events.length + 1;
      const record: EventsRecord = { version: RECORDS_VERSION, first, events, digest, wallAt };
      note({ collection: 'journal', key: eventsKey(first), make: () => record });
      events = [];
    }
    const made = [...writes.values()].map((write): Write => {
      if (!('make' in write)) return write;
      const { collection, key } = write;
      return { type: 'put', collection, key, value: write.make(told) };
    });
    writes = new Map();
    return made;
  };

  const flush = (): void => {
    if (flight !== null || lost()) return;
    cancelLazy?.();
    cancelLazy = null;
    const mine = waiting;
    waiting = [];
    if (idle()) {
      for (const resolve of mine) resolve();
      return;
    }
    flight = write()
      .catch(fail)
      .then(() => {
        flight = null;
        for (const resolve of mine) resolve();
        flush();
      });
  };

  const write = async (): Promise<void> => {
    await records.write(take());
  };

  const fail = (error: unknown): void => {
    problem ??= error instanceof Error ? error.message : String(error);
    forgetAll();
    deps.changed();
  };

  const forgetAll = (): void => {
    events = [];
    writes = new Map();
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };

  return {
    get problem() {
      return problem;
    },
    open(place) {
      keeps = place.keeps;
      upTo = place.upTo;
      at = place.at;
      for (const key of place.keys) keys.add(key);
    },
    append(when, event, effects) {
      upTo++;
      at = when;
      if (lost() || !keeping) return;
      if (event.type === 'oracleChanged') oracles.add(event.hash);
      digest = digestOf(digest, effects);
      weight += event.type === 'tasksAdded' ? 1 + event.tasks.length : 1;
      events.push({ at: when, event });
      later();
    },
    put: (collection, key, make) => note({ collection, key, make }),
    delete: remove,
    durable() {
      if (lost()) return Promise.resolve();
      if (idle()) return flight ?? Promise.resolve();
      soon();
      return new Promise((resolve) => waiting.push(resolve));
    },
    start() {
      if (keeping || !keeps || lost()) return;
      keeping = true;
      hasBase = false;
      soon();
    },
    stop() {
      if (lost() || !keeps) return;
      keeping = false;
      hasBase = false;
      events = [];
      for (const key of keys) remove('journal', key);
    },
    oracles: () => oracles,
    async close() {
      while (!lost() && !(idle() && flight === null)) {
        flush();
        await flight;
      }
      closed = true;
      cancelLazy?.();
      forgetAll();
    },
  };
}
