import type { RecordStore, Write } from '@tabgrid/store/ports';
import * as v from 'valibot';
import {
  type ConditionsObservation,
  FEATURE_VERSION,
  type Observation,
  type PresenceObservation,
  type RunObservation,
  type TripObservation,
} from './observation.js';
import { KEPT_SCHEMAS } from './observation-schema.js';
import { createStatistics, type VolunteerStatistics } from './statistics.js';

/**
 * What was observed, as far as it is kept: the last outcomes, how the network was, and statistics per volunteer and kernel.
 *
 * 1. Each type is a ring of chunks of `CHUNK` observations; a flush writes the chunks that changed and deletes those that fell out
 *    of the ring, so that its work does not grow with what is kept.
 * 2. What is stored under another feature version is worth nothing: it is deleted when the history opens, and `afresh` says so.
 * 3. A store that fails is written no more; `problem` says why, and all goes on in memory.
 */
export interface History {
  /** Reads what an earlier page kept. Once, before anything is added. */
  open(): Promise<void>;
  add(observations: readonly Observation[]): void;
  flush(): Promise<void>;
  kept(): Kept;
  statistics(): readonly VolunteerStatistics[];
  /** In the place of all that is kept. */
  replace(kept: Kept): Promise<void>;
  /** Whether something was thrown away because it was kept by another version. */
  readonly afresh: boolean;
  readonly problem: string | null;
}

/** The oldest first. */
export interface Kept {
  readonly run: readonly RunObservation[];
  readonly presence: readonly PresenceObservation[];
  readonly trip: readonly TripObservation[];
  /** How the network was, once a minute: a week at most. */
  readonly conditions: readonly ConditionsObservation[];
}

type KeptType = keyof Kept;
type KeptObservation = Kept[KeptType][number];

/** How many of each are kept. */
export const KEPT_LIMITS: Readonly<Record<KeptType, number>> = {
  run: 10_000,
  presence: 2_000,
  trip: 2_000,
  conditions: 10_080,
};
const TYPES: readonly KeptType[] = ['run', 'presence', 'trip', 'conditions'];

const CHUNK = 100;

interface Chunk<T> {
  readonly number: number;
  readonly items: T[];
}

interface Ring<T> {
  chunks: Chunk<T>[];
  dirty: Set<number>;
  gone: number[];
}

const keyOf = (type: KeptType, number: number) => `${type}/${String(number).padStart(12, '0')}`;

export function createHistory(records: RecordStore): History {
  const run = createRing<RunObservation>();
  const presence = createRing<PresenceObservation>();
  const trip = createRing<TripObservation>();
  const conditions = createRing<ConditionsObservation>();
  const rings: Readonly<Record<KeptType, Ring<unknown>>> = { run, presence, trip, conditions };
  let statistics = createStatistics();
  let afresh = false;
  let problem: string | null = null;
  let writing: Promise<void> = Promise.resolve();

  const keep = (one: KeptObservation): void => {
    switch (one.type) {
      case 'run':
        push(run, one, KEPT_LIMITS.run);
        statistics.add(one);
        return;
      case 'presence':
        push(presence, one, KEPT_LIMITS.presence);
        return;
      case 'trip':
        push(trip, one, KEPT_LIMITS.trip);
        return;
      case 'conditions':
        push(conditions, one, KEPT_LIMITS.conditions);
        return;
    }
  };

  /** @returns keys that are worth nothing */
  const read = async <T extends KeptObservation>(
    type: KeptType,
    ring: Ring<T>,
    schema: v.GenericSchema<unknown, T>,
  ) => {
    const useless: string[] = [];
    const Stored = v.strictObject({
      features: v.literal(FEATURE_VERSION),
      items: v.pipe(v.array(schema), v.maxLength(CHUNK)),
    });
    for (const { key, value } of await records.range('outcomes', `${type}/`)) {
      const number = Number(key.slice(type.length + 1));
      const stored = v.safeParse(Stored, value);
      if (stored.success && Number.isSafeInteger(number)) ring.chunks.push({ number, items: stored.output.items });
      else useless.push(key);
    }
    return useless;
  };

  const writes = (): Write[] => {
    const all: Write[] = [];
    for (const type of TYPES) {
      const ring = rings[type];
      for (const number of ring.gone) all.push({ type: 'delete', collection: 'outcomes', key: keyOf(type, number) });
      for (const { number, items } of ring.chunks) {
        if (!ring.dirty.has(number)) continue;
        const value = { features: FEATURE_VERSION, items: [...items] };
        all.push({ type: 'put', collection: 'outcomes', key: keyOf(type, number), value });
      }
      ring.gone = [];
      ring.dirty = new Set();
    }
    return all;
  };

  const guarded = async (work: () => Promise<void>): Promise<void> => {
    if (problem !== null) return;
    try {
      await work();
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
    }
  };

  const flush = (): Promise<void> => {
    writing = writing.then(() =>
      guarded(async () => {
        const all = writes();
        if (all.length > 0) await records.write(all);
      }),
    );
    return writing;
  };

  const kept = (): Kept => ({
    run: itemsOf(run),
    presence: itemsOf(presence),
    trip: itemsOf(trip),
    conditions: itemsOf(conditions),
  });

  return {
    open: () =>
      guarded(async () => {
        const useless = [
          ...(await read('run', run, KEPT_SCHEMAS.run)),
          ...(await read('presence', presence, KEPT_SCHEMAS.presence)),
          ...(await read('trip', trip, KEPT_SCHEMAS.trip)),
          ...(await read('conditions', conditions, KEPT_SCHEMAS.conditions)),
        ];
        for (const one of itemsOf(run)) statistics.add(one);
        afresh = useless.length > 0;
        await records.write(useless.map((key) => ({ type: 'delete', collection: 'outcomes', key })));
      }),
    add(observations) {
      for (const one of observations) if (isKept(one)) keep(one);
    },
    flush,
    kept,
    statistics: () => statistics.value(),
    async replace(instead) {
      for (const type of TYPES) {
        const ring = rings[type];
        ring.gone.push(...ring.chunks.map(({ number }) => number));
        ring.chunks = [];
        ring.dirty = new Set();
      }
      statistics = createStatistics();
      for (const type of TYPES) for (const one of instead[type].slice(-KEPT_LIMITS[type])) keep(one);
      afresh = false;
      await flush();
    },
    get afresh() {
      return afresh;
    },
    get problem() {
      return problem;
    },
  };
}

function isKept(one: Observation): one is KeptObservation {
  return Object.hasOwn(KEPT_LIMITS, one.type);
}

function createRing<T>(): Ring<T> {
  return { chunks: [], dirty: new Set(), gone: [] };
}

function push<T>(ring: Ring<T>, item: T, limit: number): void {
  const last = ring.chunks.at(-1);
  // Numbers are never used again: what is to be deleted and what is to be written cannot be the same.
  const next = Math.max(last?.number ?? 0, ...ring.gone.slice(-1)) + 1;
  const chunk = last && last.items.length < CHUNK ? last : { number: next, items: [] };
  if (chunk !== last) ring.chunks.push(chunk);
  chunk.items.push(item);
  ring.dirty.add(chunk.number);
  const [first] = ring.chunks;
  if (first && (ring.chunks.length - 1) * CHUNK >= limit) {
    ring.chunks.shift();
    ring.dirty.delete(first.number);
    ring.gone.push(first.number);
  }
}

function itemsOf<T>({ chunks }: Ring<T>): readonly T[] {
  return chunks.flatMap(({ items }) => items);
}
