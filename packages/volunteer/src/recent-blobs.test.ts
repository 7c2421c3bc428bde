import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { JobId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createRecentBlobs } from './recent-blobs.js';

const blobs = await Promise.all(Array.from({ length: 4 }, (_, i) => nameBlob(new Uint8Array(40).fill(i))));
const [one, other] = ['one', 'other'].map((id) => v.parse(JobId, id)) as [JobId, JobId];
const [a, b, c, d] = blobs.map(({ ref }) => ref) as [BlobRef, BlobRef, BlobRef, BlobRef];

it('keeps what was used last, as far as there is room', () => {
  const recent = createRecentBlobs(100);
  for (const { ref, bytes } of blobs.slice(0, 2)) recent.put(ref, bytes, one);
  expect(recent.get(a)).toEqual(new Uint8Array(40));
  recent.put(c, new Uint8Array(40).fill(2), other);
  expect([a, b, c].map(recent.has)).toEqual([true, false, true]);
  expect(recent.bytes).toBe(80);
  recent.put(c, new Uint8Array(40).fill(2), other);
  expect(recent.bytes).toBe(80);
  // What does not fit at all pushes nobody out.
  recent.put(d, new Uint8Array(101), one);
  expect([a, c, d].map(recent.has)).toEqual([true, true, false]);
});

it('forgets what belongs to a job, and nothing else', () => {
  const recent = createRecentBlobs(200);
  recent.put(a, new Uint8Array(40), one);
  recent.put(b, new Uint8Array(40), one);
  recent.put(c, new Uint8Array(40), other);
  // It is the other job's from now on, also once it was used.
  recent.put(b, new Uint8Array(40), other);
  recent.get(b);
  recent.forget(one);
  expect([a, b, c].map(recent.has)).toEqual([false, true, true]);
  expect(recent.bytes).toBe(80);
  recent.forget(null);
  expect([b, c].map(recent.has)).toEqual([false, false]);
  expect(recent.bytes).toBe(0);
});

it('has nothing of another length under the same name', () => {
  const recent = createRecentBlobs(100);
  recent.put(a, new Uint8Array(40), one);
  expect(recent.get({ ...a, bytes: 39 })).toBeNull();
  expect(recent.has({ ...a, bytes: 39 })).toBe(false);
});
