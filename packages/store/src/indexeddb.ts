import type { Bytes } from '@tabgrid/protocol/bytes';
import type { BlobId } from '@tabgrid/protocol/ids';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { joined } from './memory.js';
import { type BlobStore, type Collection, type RecordStore, StoreUnavailableError, type Write } from './ports.js';

/**
 * The stores in IndexedDB.
 *
 * 1. A chunk and the figures of its blob change in one transaction: `bytes` is always the sum of the chunks at hand.
 * 2. Records that are written together are in one transaction.
 * 3. Every failure of the database comes out as StoreUnavailableError, with the cause.
 *
 * History of SCHEMA_VERSION
 *  1  blobs, chunks, jobs, results, settings
 *  2  journal
 *  3  outcomes, models
 *  4  simulations
 */
export const SCHEMA_VERSION = 4;

interface StoredBlob {
  readonly list: Bytes | null;
  /** Of the chunks at hand. */
  readonly bytes: number;
  /** ms since 1970. */
  readonly usedAt: number;
}

interface Schema extends DBSchema {
  blobs: { key: string; value: StoredBlob };
  chunks: { key: [string, number]; value: Bytes };
  jobs: { key: string; value: unknown };
  results: { key: string; value: unknown };
  settings: { key: string; value: unknown };
  journal: { key: string; value: unknown };
  outcomes: { key: string; value: unknown };
  models: { key: string; value: unknown };
  simulations: { key: string; value: unknown };
}

export interface IndexedDbStores {
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  close(): void;
}

/** A blob's time of use is written at most so often: reading must not mean writing. */
const TOUCH_MS = 60_000;

/**
 * @param name of the database
 * @param wallClock ms since 1970
 * @throws StoreUnavailableError where the browser refuses, or another tab holds an older version open
 */
export async function openIndexedDbStores(name: string, wallClock: () => number): Promise<IndexedDbStores> {
  const db = await open(name);
  return { blobs: createBlobs(db, wallClock), records: createRecords(db), close: () => db.close() };
}

async function open(name: string): Promise<IDBPDatabase<Schema>> {
  let refuse: (error: StoreUnavailableError) => void = () => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  const opening = guarded(() =>
    openDB<Schema>(name, SCHEMA_VERSION, {
      upgrade(database, oldVersion) {
        if (oldVersion < 1) {
          database.createObjectStore('blobs');
          database.createObjectStore('chunks');
          database.createObjectStore('jobs');
          database.createObjectStore('results');
          database.createObjectStore('settings');
        }
        if (oldVersion < 2) database.createObjectStore('journal');
        if (oldVersion < 3) {
          database.createObjectStore('outcomes');
          database.createObjectStore('models');
        }
        if (oldVersion < 4) database.createObjectStore('simulations');
      },
      blocked() {
        refuse(new StoreUnavailableError('another tab holds an older version of the store open: close it and reload'));
      },
      blocking(_current, _wanted, event) {
        // A newer page wants to upgrade: this one goes on without persistence.
        if (event.target instanceof IDBDatabase) event.target.close();
      },
    }),
  );
  // When the block ends after the refusal, nobody is there to use what was opened.
  const lateClose = () => {
    opening.then((db) => db.close()).catch(() => {});
  };
  try {
    return await Promise.race([opening, refused]);
  } catch (error) {
    lateClose();
    throw error;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    const quota = error instanceof Error && error.name === 'QuotaExceededError';
    const text = error instanceof Error ? error.message : String(error);
    throw new StoreUnavailableError(quota ? 'the browser has no more room for this site' : text, { cause: error });
  }
}

function chunkRange(id: BlobId): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Number.POSITIVE_INFINITY]);
}

function createBlobs(db: IDBPDatabase<Schema>, wallClock: () => number): BlobStore {
  const fresh = (): StoredBlob => ({ list: null, bytes: 0, usedAt: wallClock() });
  const touch = async (id: BlobId): Promise<StoredBlob | null> => {
    const blob = await db.get('blobs', id);
    if (!blob) return null;
    if (wallClock() - blob.usedAt > TOUCH_MS) {
      const tx = db.transaction('blobs', 'readwrite');
      const now = await tx.store.get(id);
      if (now) await tx.store.put({ ...now, usedAt: wallClock() }, id);
      await tx.done;
    }
    return blob;
  };

  return {
    chunksOf: (id) =>
      guarded(async () => {
        if (!(await db.get('blobs', id))) return null;
        return (await db.getAllKeys('chunks', chunkRange(id))).map(([, index]) => index);
      }),
    read: (ref) =>
      guarded(async () => {
        if (!(await touch(ref.id))) return null;
        const tx = db.transaction('chunks');
        const [keys, values] = await Promise.all([
          tx.store.getAllKeys(chunkRange(ref.id)),
          tx.store.getAll(chunkRange(ref.id)),
        ]);
        const chunks = new Map<number, Bytes>();
        for (const [i, [, index]] of keys.entries()) {
          const value = values[i];
          if (value) chunks.set(index, value);
        }
        return joined(ref, chunks);
      }),
    readChunk: (id, index) =>
      guarded(async () => {
        await touch(id);
        return (await db.get('chunks', [id, index])) ?? null;
      }),
    readList: (id) => guarded(async () => (await touch(id))?.list ?? null),
    putList: (ref, chunkHashes) =>
      guarded(async () => {
        const tx = db.transaction('blobs', 'readwrite');
        const blob = (await tx.store.get(ref.id)) ?? fresh();
        await tx.store.put({ ...blob, list: chunkHashes, usedAt: wallClock() }, ref.id);
        await tx.done;
      }),
    putChunk: (id, index, chunk) =>
      guarded(async () => {
        const tx = db.transaction(['blobs', 'chunks'], 'readwrite');
        const blobs = tx.objectStore('blobs');
        const chunks = tx.objectStore('chunks');
        const blob = (await blobs.get(id)) ?? fresh();
        const before = (await chunks.get([id, index]))?.byteLength ?? 0;
        // A copy: a view would be stored with all of the buffer under it.
        await chunks.put(chunk.slice(), [id, index]);
        await blobs.put({ ...blob, bytes: blob.bytes - before + chunk.byteLength, usedAt: wallClock() }, id);
        await tx.done;
      }),
    trim: (maxBytes, keep) =>
      guarded(async () => {
        const tx = db.transaction(['blobs', 'chunks'], 'readwrite');
        const blobs = tx.objectStore('blobs');
        const [keys, values] = await Promise.all([blobs.getAllKeys(), blobs.getAll()]);
        const all = keys.map((id, i) => ({ id, bytes: values[i]?.bytes ?? 0, usedAt: values[i]?.usedAt ?? 0 }));
        let total = all.reduce((sum, blob) => sum + blob.bytes, 0);
        const kept: ReadonlySet<string> = keep;
        for (const blob of all.filter(({ id }) => !kept.has(id)).sort((a, b) => a.usedAt - b.usedAt)) {
          if (total <= maxBytes) break;
          total -= blob.bytes;
          await blobs.delete(blob.id);
          await tx.objectStore('chunks').delete(IDBKeyRange.bound([blob.id, 0], [blob.id, Number.POSITIVE_INFINITY]));
        }
        await tx.done;
      }),
  };
}

function createRecords(db: IDBPDatabase<Schema>): RecordStore {
  return {
    get: (collection: Collection, key) => guarded(() => db.get(collection, key)),
    put: (collection, key, value) => guarded(async () => void (await db.put(collection, value, key))),
    delete: (collection, key) => guarded(() => db.delete(collection, key)),
    write: (writes) => guarded(() => writeAll(db, writes)),
    keys: (collection, prefix = '') => guarded(() => db.getAllKeys(collection, keyRange(prefix))),
    range: (collection, prefix, page = {}) =>
      guarded(async () => {
        const { after, limit } = page;
        if (after !== undefined && after >= endOf(prefix)) return [];
        const tx = db.transaction(collection);
        const keys = keyRange(prefix, after);
        const [names, values] = await Promise.all([
          tx.store.getAllKeys(keys, limit),
          tx.store.getAll(keys, limit),
          tx.done,
        ]);
        return names.map((key, i) => ({ key, value: values[i] }));
      }),
  };
}

/** U+FFFF sorts after every character that a key may hold. */
function endOf(prefix: string): string {
  return `${prefix}\uffff`;
}

/** Every key that begins with the prefix and, where it is given, lies behind `after`. */
function keyRange(prefix: string, after?: string): IDBKeyRange | undefined {
  if (after !== undefined && after >= prefix) return IDBKeyRange.bound(after, endOf(prefix), true);
  return prefix === '' ? undefined : IDBKeyRange.bound(prefix, endOf(prefix));
}

async function writeAll(db: IDBPDatabase<Schema>, writes: readonly Write[]): Promise<void> {
  const collections = [...new Set(writes.map(({ collection }) => collection))];
  if (collections.length === 0) return;
  // A crash of the machine may take the last writes with it, a crash of the page or the browser does not.
  const tx = db.transaction(collections, 'readwrite', { durability: 'relaxed' });
  const done: Promise<unknown>[] = [tx.done];
  try {
    for (const write of writes) {
      const store = tx.objectStore(write.collection);
      done.push(write.type === 'put' ? store.put(write.value, write.key) : store.delete(write.key));
    }
  } catch (error) {
    // What cannot be stored throws at once: what went before it must not stay.
    tx.abort();
    await Promise.allSettled(done);
    throw error;
  }
  const outcomes = await Promise.allSettled(done);
  // The one that failed first says why; the others only that the transaction was given up.
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
  if (failed.length > 0) throw failed.find((reason) => !isAbort(reason)) ?? failed[0];
}

function isAbort(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'AbortError';
}
