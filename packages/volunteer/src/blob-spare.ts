import { type BlobRef, chunkCount } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import type { BlobId } from '@tabgrid/protocol/ids';
import { type BlobStore, StoreUnavailableError } from '@tabgrid/store/ports';

/**
 * A blob store that goes on in memory when the one below cannot write any more (quota, private mode): the page then
 * still works, and only forgets its blobs when it closes. Reads look into memory first, then below.
 */
export function createSpareStore(below: BlobStore): BlobStore {
  const spare = new Map<BlobId, Map<number, Bytes>>();
  const lists = new Map<BlobId, Bytes>();

  const orElse = async <T>(action: () => Promise<T>, otherwise: () => T): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof StoreUnavailableError) return otherwise();
      throw error;
    }
  };

  const readChunk = async (id: BlobId, index: number): Promise<Bytes | null> =>
    spare.get(id)?.get(index) ??
    (await orElse(
      () => below.readChunk(id, index),
      () => null,
    ));

  return {
    readChunk,
    async chunksOf(id) {
      const stored = await orElse(
        () => below.chunksOf(id),
        () => null,
      );
      const inMemory = spare.get(id);
      if (inMemory === undefined) return stored;
      return [...new Set([...(stored ?? []), ...inMemory.keys()])].sort((a, b) => a - b);
    },
    async read(ref: BlobRef) {
      if (!spare.has(ref.id)) {
        return orElse(
          () => below.read(ref),
          () => null,
        );
      }
      const chunks: Bytes[] = [];
      for (let index = 0; index < chunkCount(ref.bytes); index++) {
        const chunk = await readChunk(ref.id, index);
        if (chunk === null) return null;
        chunks.push(chunk);
      }
      return concatBytes(chunks);
    },
    readList: async (id) =>
      lists.get(id) ??
      (await orElse(
        () => below.readList(id),
        () => null,
      )),
    putList: (ref, hashes) =>
      orElse(
        () => below.putList(ref, hashes),
        () => void lists.set(ref.id, hashes),
      ),
    putChunk: (id, index, chunk) =>
      orElse(
        () => below.putChunk(id, index, chunk),
        () => {
          const chunks = spare.get(id) ?? new Map<number, Bytes>();
          // A copy: the chunk is a view into a message.
          chunks.set(index, concatBytes([chunk]));
          spare.set(id, chunks);
        },
      ),
    async trim(maxBytes, keep) {
      for (const id of spare.keys()) {
        if (!keep.has(id)) {
          spare.delete(id);
          lists.delete(id);
        }
      }
      await orElse(
        () => below.trim(maxBytes, keep),
        () => undefined,
      );
    },
  };
}
