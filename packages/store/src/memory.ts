import { type BlobRef, chunkCount } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import type { BlobId } from '@tabgrid/protocol/ids';
import type { BlobStore, Collection, RecordStore } from './ports.js';

/** Stores that live as long as the page: for tests, and where a browser gives no IndexedDB. */

interface MemoryBlob {
  list: Bytes | null;
  readonly chunks: Map<number, Bytes>;
  /** Larger is more recent. */
  used: number;
}

export function createMemoryBlobStore(): BlobStore {
  const blobs = new Map<BlobId, MemoryBlob>();
  let clock = 0;

  const touch = (id: BlobId): MemoryBlob | null => {
    const blob = blobs.get(id);
    if (blob) blob.used = ++clock;
    return blob ?? null;
  };
  const make = (id: BlobId): MemoryBlob => {
    const blob = touch(id) ?? { list: null, chunks: new Map(), used: ++clock };
    blobs.set(id, blob);
    return blob;
  };
  const bytesOf = (blob: MemoryBlob) => [...blob.chunks.values()].reduce((sum, chunk) => sum + chunk.byteLength, 0);

  return {
    async chunksOf(id) {
      const blob = blobs.get(id);
      return blob ? [...blob.chunks.keys()].sort((a, b) => a - b) : null;
    },
    async read(ref) {
      const blob = touch(ref.id);
      return blob ? joined(ref, blob.chunks) : null;
    },
    async readChunk(id, index) {
      return touch(id)?.chunks.get(index)?.slice() ?? null;
    },
    async readList(id) {
      return touch(id)?.list?.slice() ?? null;
    },
    async putList(ref, chunkHashes) {
      make(ref.id).list = chunkHashes.slice();
    },
    async putChunk(id, index, chunk) {
      make(id).chunks.set(index, chunk.slice());
    },
    async trim(maxBytes, keep) {
      let total = [...blobs.values()].reduce((sum, blob) => sum + bytesOf(blob), 0);
      const oldest = [...blobs].filter(([id]) => !keep.has(id)).sort(([, a], [, b]) => a.used - b.used);
      for (const [id, blob] of oldest) {
        if (total <= maxBytes) return;
        total -= bytesOf(blob);
        blobs.delete(id);
      }
    },
  };
}

/** The whole blob from its chunks, or null while one is missing or the lengths do not add up. */
export function joined(ref: BlobRef, chunks: ReadonlyMap<number, Bytes>): Bytes | null {
  const parts: Bytes[] = [];
  for (let i = 0; i < chunkCount(ref.bytes); i++) {
    const chunk = chunks.get(i);
    if (!chunk) return null;
    parts.push(chunk);
  }
  const whole = concatBytes(parts);
  return whole.byteLength === ref.bytes ? whole : null;
}

export function createMemoryRecordStore(): RecordStore {
  const collections = new Map<Collection, Map<string, unknown>>();
  const of = (collection: Collection): Map<string, unknown> => {
    const found = collections.get(collection) ?? new Map<string, unknown>();
    collections.set(collection, found);
    return found;
  };
  const keys = (collection: Collection, prefix: string) =>
    [...of(collection).keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    async get(collection, key) {
      return structuredClone(of(collection).get(key));
    },
    async put(collection, key, value) {
      of(collection).set(key, structuredClone(value));
    },
    async delete(collection, key) {
      of(collection).delete(key);
    },
    async write(writes) {
      // What cannot be cloned throws before anything is changed.
      const cloned = writes.map((write) =>
        write.type === 'put' ? { ...write, value: structuredClone(write.value) } : write,
      );
      for (const write of cloned) {
        if (write.type === 'put') of(write.collection).set(write.key, write.value);
        else of(write.collection).delete(write.key);
      }
    },
    async keys(collection, prefix = '') {
      return keys(collection, prefix);
    },
    async range(collection, prefix, { after, limit } = {}) {
      return keys(collection, prefix)
        .filter((key) => after === undefined || key > after)
        .slice(0, limit)
        .map((key) => ({ key, value: structuredClone(of(collection).get(key)) }));
    },
  };
}
