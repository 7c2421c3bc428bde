import { nameBlob } from '@tabgrid/protocol/blob';
import { BlobId, JobId } from '@tabgrid/protocol/ids';
import { FromCoordinator } from '@tabgrid/protocol/link';
import type { Message } from '@tabgrid/protocol/message';
import { createMemoryBlobStore } from '@tabgrid/store/memory';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type BlobSource, createBlobServer, memoryBlobSource, storedBlobSource } from './blob-server.js';

const MiB = 2 ** 20;
const settle = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};
const heads = (messages: readonly Message[]) => messages.map(({ head }) => v.parse(FromCoordinator, head));
const need = (blob: BlobId, list: boolean, chunks: number[]) => ({ type: 'need', blob, list, chunks }) as const;
const job = v.parse(JobId, 'j1');
const unknown = v.parse(BlobId, 'a'.repeat(64));

describe('the blob server', () => {
  it('answers everything, from memory and from the store, and says what it does not have', async () => {
    const kept = await nameBlob(new Uint8Array(MiB + 1).fill(1));
    const stored = await nameBlob(new Uint8Array(3).fill(2));
    const store = createMemoryBlobStore();
    await store.putList(stored.ref, stored.chunkHashes);
    await store.putChunk(stored.ref.id, 0, stored.bytes);
    const server = createBlobServer({ now: () => 0 });
    server.serve(job, [memoryBlobSource(kept), storedBlobSource(stored.ref, store)]);
    const sent: Message[] = [];
    let heard = 0;
    const queue = server.attach({ send: async (m) => void sent.push(m), sent: () => heard++, carried: () => {} });
    queue.ask(need(kept.ref.id, true, [0, 1, 2]));
    queue.ask(need(stored.ref.id, false, [0]));
    queue.ask(need(unknown, true, []));
    await settle();
    const answers = heads(sent).map((head, i) => `${head.type} ${sent[i]?.body.byteLength}`);
    expect(answers[0]).toBe('list 64');
    expect(answers.sort()).toEqual(['chunk 1', `chunk ${MiB}`, 'chunk 3', 'list 64', 'noBlob 0', 'noBlob 0'].sort());
    expect(heard).toBe(6);
  });

  it('has two chunks under way at most, and stops when the link is closed', async () => {
    const blob = await nameBlob(new Uint8Array(10 * MiB));
    const server = createBlobServer({ now: () => 0 });
    server.serve(job, [memoryBlobSource(blob)]);
    const waiting: (() => void)[] = [];
    const queue = server.attach({
      send: () => new Promise((resolve) => waiting.push(resolve)),
      sent: () => {},
      carried: () => {},
    });
    queue.ask(need(blob.ref.id, false, [0, 1, 2, 3, 4]));
    await settle();
    expect(waiting).toHaveLength(2);
    waiting.shift()?.();
    await settle();
    expect(waiting).toHaveLength(2);
    queue.close();
    waiting.shift()?.();
    await settle();
    expect(waiting).toHaveLength(1);
  });

  it('refuses more wishes than a scene can have', async () => {
    const server = createBlobServer({ now: () => 0 });
    const queue = server.attach({ send: () => new Promise(() => {}), sent: () => {}, carried: () => {} });
    const chunks = Array.from({ length: 64 }, (_, i) => i);
    let taken = 0;
    while (queue.ask(need(unknown, true, chunks)) && taken < 1000) taken++;
    expect(taken).toBeGreaterThan(20);
    expect(taken).toBeLessThan(40);
  });

  it('says noBlob when the store fails, and serves on', async () => {
    const blob = await nameBlob(new Uint8Array(5));
    const broken: BlobSource = {
      ref: blob.ref,
      list: () => Promise.reject(new Error('the store is closed')),
      chunk: () => Promise.reject(new Error('the store is closed')),
    };
    const server = createBlobServer({ now: () => 0 });
    server.serve(job, [broken]);
    const sent: Message[] = [];
    const queue = server.attach({ send: async (m) => void sent.push(m), sent: () => {}, carried: () => {} });
    queue.ask(need(blob.ref.id, true, [0]));
    await settle();
    expect(heads(sent).map((h) => h.type)).toEqual(['noBlob', 'noBlob']);
  });

  it('serves what any of several jobs reads, until the last of them is over', async () => {
    const [shared, own] = await Promise.all([1, 2].map((n) => nameBlob(new Uint8Array(3).fill(n))));
    if (!shared || !own) throw new Error('two blobs were named');
    const other = v.parse(JobId, 'j2');
    const server = createBlobServer({ now: () => 0 });
    server.serve(job, [memoryBlobSource(shared), memoryBlobSource(own)]);
    server.serve(other, [memoryBlobSource(shared)]);
    const sent: Message[] = [];
    const queue = server.attach({ send: async (m) => void sent.push(m), sent: () => {}, carried: () => {} });
    const ask = async () => {
      sent.length = 0;
      for (const { ref } of [shared, own]) queue.ask(need(ref.id, false, [0]));
      await settle();
      const got = heads(sent).flatMap((h) => (h.type === 'chunk' ? [h.blob] : []));
      return [got.includes(shared.ref.id), got.includes(own.ref.id)];
    };
    expect(await ask()).toEqual([true, true]);
    server.drop(job);
    expect(await ask()).toEqual([true, false]);
    server.drop(other);
    expect(await ask()).toEqual([false, false]);
  });

  it('measures what a link carries over a burst, and not over the pause before it', async () => {
    const blob = await nameBlob(new Uint8Array(3 * MiB));
    let now = 1_000_000;
    const server = createBlobServer({ now: () => now });
    server.serve(job, [memoryBlobSource(blob)]);
    const carried: number[] = [];
    const queue = server.attach({
      async send() {
        now += 500;
      },
      sent: () => {},
      carried: (rate) => carried.push(rate),
    });
    // A list is too short to tell anything.
    queue.ask(need(blob.ref.id, true, []));
    await settle();
    expect(carried).toEqual([]);
    now += 60_000;
    queue.ask(need(blob.ref.id, false, [0, 1, 2]));
    await settle();
    expect(carried).toHaveLength(3);
    expect(carried.at(-1)).toBeCloseTo((3 * MiB) / 1.5);
  });
});
