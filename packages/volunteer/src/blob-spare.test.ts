import { nameBlob } from '@tabgrid/protocol/blob';
import { CHUNK_BYTES } from '@tabgrid/protocol/limits';
import { StoreUnavailableError } from '@tabgrid/store/ports';
import { describe, expect, it } from 'vitest';
import { createSpareStore } from './blob-spare.js';
import { createFakeBlobs } from './test-kit.js';

/** A store that runs full after so many chunks. */
function fullAfter(chunks: number) {
  const below = createFakeBlobs();
  let left = chunks;
  const store = createSpareStore({
    ...below,
    async putChunk(id, index, chunk) {
      if (left-- <= 0) throw new StoreUnavailableError('quota');
      await below.putChunk(id, index, chunk);
    },
  });
  return { below, store };
}

describe('a blob store with a spare', () => {
  it('goes on in memory when the store below is full, and reads across both', async () => {
    const { below, store } = fullAfter(1);
    const blob = await nameBlob(new Uint8Array(2 * CHUNK_BYTES + 5).fill(3));
    await store.putList(blob.ref, blob.chunkHashes);
    for (const index of [2, 0, 1]) {
      await store.putChunk(blob.ref.id, index, blob.bytes.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
    }
    expect([...(below.chunks.get(blob.ref.id)?.keys() ?? [])]).toEqual([2]);
    expect(await store.chunksOf(blob.ref.id)).toEqual([0, 1, 2]);
    expect(Buffer.compare((await store.read(blob.ref)) ?? new Uint8Array(), blob.bytes)).toBe(0);
  });

  it('copies what it keeps: a chunk is a view into a message', async () => {
    const { store } = fullAfter(0);
    const blob = await nameBlob(new Uint8Array([1, 2, 3]));
    const view = new Uint8Array([1, 2, 3]);
    await store.putChunk(blob.ref.id, 0, view);
    view.fill(0);
    expect([...((await store.read(blob.ref)) ?? [])]).toEqual([1, 2, 3]);
  });

  it('forgets in memory what is not to be kept', async () => {
    const { store } = fullAfter(0);
    const [a, b] = [await nameBlob(new Uint8Array([1])), await nameBlob(new Uint8Array([2]))];
    for (const { bytes, ref } of [a, b]) await store.putChunk(ref.id, 0, bytes);
    await store.trim(0, new Set([a.ref.id]));
    expect(await store.read(a.ref)).not.toBeNull();
    expect(await store.read(b.ref)).toBeNull();
  });

  it('takes a store that is not there at all for an empty one', async () => {
    const gone = () => Promise.reject(new StoreUnavailableError('private mode'));
    const store = createSpareStore({
      chunksOf: gone,
      read: gone,
      readChunk: gone,
      readList: gone,
      putList: gone,
      putChunk: gone,
      trim: gone,
    });
    const blob = await nameBlob(new Uint8Array([7]));
    expect(await store.chunksOf(blob.ref.id)).toBeNull();
    await store.putList(blob.ref, blob.chunkHashes);
    await store.putChunk(blob.ref.id, 0, blob.bytes);
    await store.trim(10, new Set([blob.ref.id]));
    expect(await store.readList(blob.ref.id)).toEqual(blob.chunkHashes);
    expect([...((await store.read(blob.ref)) ?? [])]).toEqual([7]);
  });

  it('passes other errors on: they are mistakes, not full disks', async () => {
    const store = createSpareStore({ ...createFakeBlobs(), read: () => Promise.reject(new TypeError('mistake')) });
    const blob = await nameBlob(new Uint8Array([7]));
    await expect(store.read(blob.ref)).rejects.toThrow('mistake');
  });
});
