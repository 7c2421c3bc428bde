import 'fake-indexeddb/auto';
import { chunkOf, nameBlob } from '@tabgrid/protocol/blob';
import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import { openIndexedDbStores } from './indexeddb.js';
import { openStores } from './open-stores.js';
import { StoreUnavailableError } from './ports.js';
import { runStoreTests } from './store-tests.js';

let count = 0;
const freshName = () => `test-${count++}`;

runStoreTests('IndexedDB', () => openIndexedDbStores(freshName(), () => 1_000));

describe('what IndexedDB adds', () => {
  it('is there after closing and opening again', async () => {
    const name = freshName();
    const first = await openIndexedDbStores(name, () => 0);
    const blob = await nameBlob(new Uint8Array([1, 2, 3]));
    await first.blobs.putList(blob.ref, blob.chunkHashes);
    await first.blobs.putChunk(blob.ref.id, 0, chunkOf(blob.bytes, 0));
    await first.records.put('jobs', 'j', { n: 1 });
    first.close();
    const second = await openIndexedDbStores(name, () => 0);
    expect(await second.blobs.read(blob.ref)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await second.records.get('jobs', 'j')).toEqual({ n: 1 });
  });

  it('trims what was used longest ago', async () => {
    let now = 0;
    const { blobs } = await openIndexedDbStores(freshName(), () => now);
    const named = await Promise.all([1, 2, 3].map((n) => nameBlob(new Uint8Array(100).fill(n))));
    for (const blob of named) {
      now += 100_000;
      await blobs.putChunk(blob.ref.id, 0, chunkOf(blob.bytes, 0));
    }
    const [first, second, third] = named;
    if (!first || !second || !third) throw new Error('three blobs were made');
    now += 100_000;
    await blobs.read(first.ref);
    await blobs.trim(200, new Set());
    expect(await blobs.chunksOf(second.ref.id)).toBeNull();
    expect(await blobs.chunksOf(first.ref.id)).toEqual([0]);
    expect(await blobs.chunksOf(third.ref.id)).toEqual([0]);
  });

  it('says StoreUnavailableError once it is closed', async () => {
    const { blobs, records, close } = await openIndexedDbStores(freshName(), () => 0);
    close();
    const { ref } = await nameBlob(new Uint8Array(1));
    await expect(records.put('jobs', 'j', 1)).rejects.toThrow(StoreUnavailableError);
    await expect(blobs.read(ref)).rejects.toThrow(StoreUnavailableError);
  });

  it('says StoreUnavailableError, with words, when the quota is used up', async () => {
    const { records } = await openIndexedDbStores(freshName(), () => 0);
    const quota = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    try {
      const failure = records.put('jobs', 'j', 1);
      await expect(failure).rejects.toThrow(StoreUnavailableError);
      await expect(failure).rejects.toThrow(/no more room/);
    } finally {
      quota.mockRestore();
    }
  });

  it('leaves nothing of a write that the quota ends in the middle', async () => {
    const { records } = await openIndexedDbStores(freshName(), () => 0);
    await records.put('jobs', 'j', 1);
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    const quota = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args
    ) {
      if (++puts === 2) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    const write = records.write([
      { type: 'put', collection: 'jobs', key: 'j', value: 2 },
      { type: 'put', collection: 'journal', key: 'e', value: 2 },
    ]);
    try {
      await expect(write).rejects.toThrow(StoreUnavailableError);
      await expect(write).rejects.toThrow(/no more room/);
    } finally {
      quota.mockRestore();
    }
    expect(await records.get('jobs', 'j')).toBe(1);
    expect(await records.keys('journal')).toEqual([]);
  });

  it('says why when the transaction fails at its end', async () => {
    const { records } = await openIndexedDbStores(freshName(), () => 0);
    const real = IDBDatabase.prototype.transaction;
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
      this: IDBDatabase,
      ...args
    ) {
      const tx = real.apply(this, args);
      queueMicrotask(() => tx.abort());
      return tx;
    });
    try {
      const write = records.write([{ type: 'put', collection: 'jobs', key: 'j', value: 2 }]);
      await expect(write).rejects.toThrow(StoreUnavailableError);
    } finally {
      spy.mockRestore();
    }
    expect(await records.get('jobs', 'j')).toBeUndefined();
  });

  it('takes over what the first version of the store kept', async () => {
    const name = freshName();
    const first = await openDB(name, 1, {
      upgrade(database) {
        for (const store of ['blobs', 'chunks', 'jobs', 'results', 'settings']) database.createObjectStore(store);
      },
    });
    await first.put('jobs', { n: 1 }, 'j');
    await first.put('results', new Uint8Array([1]), 'j/t');
    first.close();
    const { records } = await openIndexedDbStores(name, () => 0);
    expect(await records.get('jobs', 'j')).toEqual({ n: 1 });
    expect(await records.get('results', 'j/t')).toEqual(new Uint8Array([1]));
    await records.write([{ type: 'put', collection: 'journal', key: 'e', value: 1 }]);
    expect(await records.keys('journal')).toEqual(['e']);
  });

  it('takes over what the second version of the store kept, and has room for what is learned', async () => {
    const name = freshName();
    const second = await openDB(name, 2, {
      upgrade(database) {
        for (const store of ['blobs', 'chunks', 'jobs', 'results', 'settings', 'journal']) {
          database.createObjectStore(store);
        }
      },
    });
    await second.put('journal', { upTo: 3 }, 'base');
    await second.put('settings', 'kept', 's');
    second.close();
    const { records } = await openIndexedDbStores(name, () => 0);
    expect(await records.get('journal', 'base')).toEqual({ upTo: 3 });
    expect(await records.get('settings', 's')).toBe('kept');
    await records.write([
      { type: 'put', collection: 'outcomes', key: 'run/1', value: [1] },
      { type: 'put', collection: 'models', key: 'brain', value: Float32Array.of(0.5) },
    ]);
    expect(await records.keys('outcomes')).toEqual(['run/1']);
    expect(await records.get('models', 'brain')).toEqual(Float32Array.of(0.5));
  });

  it('takes over what the third version of the store kept, and has room for simulations', async () => {
    const name = freshName();
    const third = await openDB(name, 3, {
      upgrade(database) {
        const stores = ['blobs', 'chunks', 'jobs', 'results', 'settings', 'journal', 'outcomes', 'models'];
        for (const store of stores) database.createObjectStore(store);
      },
    });
    await third.put('jobs', { n: 1 }, 'j');
    third.close();
    const { records } = await openIndexedDbStores(name, () => 0);
    expect(await records.get('jobs', 'j')).toEqual({ n: 1 });
    await records.write([{ type: 'put', collection: 'simulations', key: 'state/p', value: Int32Array.of(7) }]);
    expect(await records.get('simulations', 'state/p')).toEqual(Int32Array.of(7));
  });

  it('refuses a database that a newer page has upgraded', async () => {
    const name = freshName();
    (await openDB(name, 99)).close();
    await expect(openIndexedDbStores(name, () => 0)).rejects.toThrow(StoreUnavailableError);
  });

  it('lets a newer page upgrade', async () => {
    const name = freshName();
    const old = await openIndexedDbStores(name, () => 0);
    const newer = await openDB(name, 99);
    expect(newer.version).toBe(99);
    newer.close();
    await expect(old.records.get('jobs', 'j')).rejects.toThrow(StoreUnavailableError);
  });
});

describe('openStores', () => {
  it('uses IndexedDB where there is one', async () => {
    const stores = await openStores(freshName(), () => 0);
    expect(stores.problem).toBeNull();
    stores.close();
  });

  it('falls back to memory and says why', async () => {
    const refuse = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('storage is blocked', 'SecurityError');
    });
    try {
      const stores = await openStores(freshName(), () => 0);
      expect(stores.problem).toContain('blocked');
      await stores.records.put('jobs', 'j', 1);
      expect(await stores.records.get('jobs', 'j')).toBe(1);
    } finally {
      refuse.mockRestore();
    }
  });
});
