import { chunkOf, nameBlob } from '@tabgrid/protocol/blob';
import { describe, expect, it } from 'vitest';
import type { BlobStore, RecordStore } from './ports.js';

/** What every pair of adapters has to do. `make` gives empty stores; each test gets its own. */
export function runStoreTests(
  name: string,
  make: () => Promise<{ readonly blobs: BlobStore; readonly records: RecordStore }>,
): void {
  const MiB = 1024 * 1024;
  /** Bytes that differ from chunk to chunk. */
  const sample = (length: number, seed: number) =>
    Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 12) * 7 + seed) & 255);
  const put = async (blobs: BlobStore, length: number, seed = 0) => {
    const blob = await nameBlob(sample(length, seed));
    await blobs.putList(blob.ref, blob.chunkHashes);
    for (let i = 0; i * MiB < length; i++) await blobs.putChunk(blob.ref.id, i, chunkOf(blob.bytes, i));
    return blob;
  };

  describe(`${name}: blobs`, () => {
    it('gives back what was put, chunk by chunk and whole', async () => {
      const { blobs } = await make();
      const { ref, bytes, chunkHashes } = await put(blobs, 2 * MiB + 5);
      expect(await blobs.chunksOf(ref.id)).toEqual([0, 1, 2]);
      expect(Buffer.compare((await blobs.read(ref)) ?? new Uint8Array(), bytes)).toBe(0);
      expect(await blobs.readChunk(ref.id, 2)).toEqual(bytes.slice(2 * MiB));
      expect(await blobs.readList(ref.id)).toEqual(chunkHashes);
    });

    it('knows nothing of an unknown blob', async () => {
      const { blobs } = await make();
      const { ref } = await nameBlob(sample(10, 1));
      expect(await blobs.chunksOf(ref.id)).toBeNull();
      expect(await blobs.read(ref)).toBeNull();
      expect(await blobs.readChunk(ref.id, 0)).toBeNull();
      expect(await blobs.readList(ref.id)).toBeNull();
    });

    it('takes chunks in any order, before the list, twice, and is whole only with all of them', async () => {
      const { blobs } = await make();
      const blob = await nameBlob(sample(3 * MiB, 2));
      for (const i of [2, 0, 2]) await blobs.putChunk(blob.ref.id, i, chunkOf(blob.bytes, i));
      expect(await blobs.chunksOf(blob.ref.id)).toEqual([0, 2]);
      expect(await blobs.read(blob.ref)).toBeNull();
      expect(await blobs.readList(blob.ref.id)).toBeNull();
      await blobs.putList(blob.ref, blob.chunkHashes);
      await blobs.putChunk(blob.ref.id, 1, chunkOf(blob.bytes, 1));
      expect((await blobs.read(blob.ref))?.byteLength).toBe(3 * MiB);
    });

    it('keeps an empty blob', async () => {
      const { blobs } = await make();
      const { ref } = await put(blobs, 0);
      expect(await blobs.read(ref)).toEqual(new Uint8Array(0));
      expect(await blobs.chunksOf(ref.id)).toEqual([]);
    });

    it('does not let a caller change what is stored', async () => {
      const { blobs } = await make();
      const { ref, bytes } = await put(blobs, 100);
      const before = bytes.slice();
      bytes.fill(0);
      (await blobs.readChunk(ref.id, 0))?.fill(1);
      expect(await blobs.read(ref)).toEqual(before);
    });

    it('trims down to the bound, never what is to be kept', async () => {
      const { blobs } = await make();
      const first = await put(blobs, MiB, 1);
      const second = await put(blobs, MiB, 2);
      const third = await put(blobs, MiB, 3);
      await blobs.trim(3 * MiB, new Set());
      expect(await blobs.chunksOf(first.ref.id)).toEqual([0]);
      await blobs.trim(MiB, new Set([first.ref.id]));
      expect(await blobs.read(first.ref)).not.toBeNull();
      expect(await blobs.chunksOf(second.ref.id)).toBeNull();
      expect(await blobs.chunksOf(third.ref.id)).toBeNull();
      await blobs.trim(0, new Set([first.ref.id]));
      expect(await blobs.read(first.ref)).not.toBeNull();
    });

    it('is whole after being put by two at once', async () => {
      const { blobs } = await make();
      const blob = await nameBlob(sample(2 * MiB, 9));
      const one = () => Promise.all([0, 1].map((i) => blobs.putChunk(blob.ref.id, i, chunkOf(blob.bytes, i))));
      await Promise.all([one(), one(), blobs.putList(blob.ref, blob.chunkHashes)]);
      expect((await blobs.read(blob.ref))?.byteLength).toBe(2 * MiB);
      await blobs.trim(2 * MiB, new Set());
      expect(await blobs.chunksOf(blob.ref.id)).toEqual([0, 1]);
    });
  });

  describe(`${name}: records`, () => {
    it('puts, replaces, gets, deletes', async () => {
      const { records } = await make();
      expect(await records.get('jobs', 'a')).toBeUndefined();
      await records.put('jobs', 'a', { n: 1, bytes: new Uint8Array([1, 2]) });
      await records.put('jobs', 'a', { n: 2, bytes: new Uint8Array([3]) });
      expect(await records.get('jobs', 'a')).toEqual({ n: 2, bytes: new Uint8Array([3]) });
      expect(await records.get('results', 'a')).toBeUndefined();
      await records.delete('jobs', 'a');
      await records.delete('jobs', 'a');
      expect(await records.get('jobs', 'a')).toBeUndefined();
    });

    it('lists keys by prefix, ascending', async () => {
      const { records } = await make();
      for (const key of ['j2/b', 'j1/b', 'j1/a', 'j1', 'j10/a']) await records.put('results', key, 1);
      expect(await records.keys('results', 'j1/')).toEqual(['j1/a', 'j1/b']);
      expect(await records.keys('results')).toEqual(['j1', 'j1/a', 'j1/b', 'j10/a', 'j2/b']);
      expect(await records.keys('settings')).toEqual([]);
    });

    it('keeps a value as it was when it was put', async () => {
      const { records } = await make();
      const value = { list: [1] };
      await records.put('settings', 'k', value);
      value.list.push(2);
      expect(await records.get('settings', 'k')).toEqual({ list: [1] });
    });

    it('writes all of many at once, in their order', async () => {
      const { records } = await make();
      await records.put('jobs', 'old', 1);
      await records.write([
        { type: 'put', collection: 'jobs', key: 'a', value: 1 },
        { type: 'put', collection: 'results', key: 'a/b', value: new Uint8Array([7]) },
        { type: 'put', collection: 'jobs', key: 'a', value: 2 },
        { type: 'put', collection: 'journal', key: 'gone', value: 3 },
        { type: 'delete', collection: 'journal', key: 'gone' },
        { type: 'delete', collection: 'jobs', key: 'old' },
      ]);
      expect(await records.get('jobs', 'a')).toBe(2);
      expect(await records.get('results', 'a/b')).toEqual(new Uint8Array([7]));
      expect(await records.keys('journal')).toEqual([]);
      expect(await records.keys('jobs')).toEqual(['a']);
      await records.write([]);
    });

    it('writes nothing of many when one of them cannot be kept', async () => {
      const { records } = await make();
      await records.put('jobs', 'a', 1);
      const failing = records.write([
        { type: 'put', collection: 'jobs', key: 'a', value: 2 },
        { type: 'delete', collection: 'jobs', key: 'a' },
        { type: 'put', collection: 'results', key: 'b', value: () => {} },
        { type: 'put', collection: 'results', key: 'c', value: 1 },
      ]);
      await expect(failing).rejects.toThrow();
      expect(await records.get('jobs', 'a')).toBe(1);
      expect(await records.keys('results')).toEqual([]);
      // And goes on working.
      await records.write([{ type: 'put', collection: 'jobs', key: 'a', value: 3 }]);
      expect(await records.get('jobs', 'a')).toBe(3);
    });

    it('reads a range whole and page by page', async () => {
      const { records } = await make();
      for (const key of ['e/03', 'e/01', 'e/02', 'e', 'f/01', 'd/01']) await records.put('journal', key, { key });
      const all = ['e/01', 'e/02', 'e/03'].map((key) => ({ key, value: { key } }));
      expect(await records.range('journal', 'e/')).toEqual(all);
      expect(await records.range('journal', 'e/', { limit: 2 })).toEqual(all.slice(0, 2));
      expect(await records.range('journal', 'e/', { after: 'e/02', limit: 2 })).toEqual(all.slice(2));
      expect(await records.range('journal', 'e/', { after: 'e/03' })).toEqual([]);
      expect(await records.range('journal', 'e/', { after: 'z' })).toEqual([]);
      expect(await records.range('journal', 'e/', { after: 'a' })).toEqual(all);
      expect((await records.range('journal', '')).map(({ key }) => key)).toHaveLength(6);
      expect(await records.range('journal', 'nothing')).toEqual([]);
    });
  });
}
