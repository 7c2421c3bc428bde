import { chunkOf, nameBlob } from '@tabgrid/protocol/blob';
import { expect, it } from 'vitest';
import { createMemoryBlobStore, createMemoryRecordStore } from './memory.js';
import { runStoreTests } from './store-tests.js';

runStoreTests('memory', async () => ({ blobs: createMemoryBlobStore(), records: createMemoryRecordStore() }));

it('trims what was used longest ago', async () => {
  const blobs = createMemoryBlobStore();
  const named = await Promise.all([1, 2, 3].map((n) => nameBlob(new Uint8Array(100).fill(n))));
  for (const blob of named) await blobs.putChunk(blob.ref.id, 0, chunkOf(blob.bytes, 0));
  const [first, second, third] = named;
  if (!first || !second || !third) throw new Error('three blobs were made');
  await blobs.read(first.ref);
  await blobs.trim(200, new Set());
  expect(await blobs.chunksOf(second.ref.id)).toBeNull();
  expect(await blobs.chunksOf(first.ref.id)).toEqual([0]);
  expect(await blobs.chunksOf(third.ref.id)).toEqual([0]);
});
