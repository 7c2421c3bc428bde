import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { expect, it } from 'vitest';
import { createRecentBlobs } from './recent-blobs.js';

const blobs = await Promise.all(Array.from({ length: 4 }, (_, i) => nameBlob(new Uint8Array(40).fill(i))));
const [a, b, c, d] = blobs.map(({ ref }) => ref) as [BlobRef, BlobRef, BlobRef, BlobRef];

it('keeps what was used last, as far as there is room', () => {
  const recent = createRecentBlobs(100);
  for (const { ref, bytes } of blobs.slice(0, 2)) recent.put(ref, bytes);
  expect(recent.get(a)).toEqual(new Uint8Array(40));
  recent.put(c, new Uint8Array(40).fill(2));
  expect([a, b, c].map(recent.has)).toEqual([true, false, true]);
  expect(recent.bytes).toBe(80);
  recent.put(c, new Uint8Array(40).fill(2));
  expect(recent.bytes).toBe(80);
  // What does not fit at all pushes nobody out.
  recent.put(d, new Uint8Array(101));
  expect([a, c, d].map(recent.has)).toEqual([true, true, false]);
  recent.keepOnly(new Set([c.id]));
  expect([a, c].map(recent.has)).toEqual([false, true]);
  expect(recent.bytes).toBe(40);
});

it('has nothing of another length under the same name', () => {
  const recent = createRecentBlobs(100);
  recent.put(a, new Uint8Array(40));
  expect(recent.get({ ...a, bytes: 39 })).toBeNull();
  expect(recent.has({ ...a, bytes: 39 })).toBe(false);
});
