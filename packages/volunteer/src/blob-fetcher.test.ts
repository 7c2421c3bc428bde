import { chunkOf, type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { CHUNK_BYTES } from '@tabgrid/protocol/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlobFetcher, type BlobNeed, createBlobFetcher, InputMissingError } from './blob-fetcher.js';
import { DEFAULT_LIMITS } from './limits.js';
import { createFakeBlobs, settle, until } from './test-kit.js';

const never = new AbortController().signal;

function setUp(limits = {}) {
  const clock = createManualClock();
  const store = createFakeBlobs();
  const fetcher = createBlobFetcher({ store, clock, limits: { ...DEFAULT_LIMITS, ...limits } });
  return { clock, store, fetcher };
}

async function patternBlob(bytes: number): Promise<NamedBlob> {
  const data = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i += 4099) data[i] = i >>> 3;
  return nameBlob(data);
}

function damaged(chunk: Bytes): Bytes {
  const copy = chunk.slice();
  copy[copy.byteLength - 1] = (copy.at(-1) ?? 0) ^ 0x80;
  return copy;
}

/** Answers everything that is asked, at once and right. */
function answer(fetcher: BlobFetcher, blob: NamedBlob, need: BlobNeed): void {
  if (need.list) void fetcher.list(blob.ref, blob.chunkHashes);
  for (const index of need.chunks) void fetcher.chunk(need.blob, index, chunkOf(blob.bytes, index));
}

describe('a blob fetcher', () => {
  it('brings the blob whole, whatever order, repetition, damage and loss of links the chunks meet', async () => {
    const sizes = fc.integer({ min: 1, max: 4 * CHUNK_BYTES });
    /** What happens to the next answer: it comes, comes twice, comes damaged, or the link goes first. */
    const fates = fc.array(fc.constantFrom('comes', 'comes', 'comes', 'twice', 'damaged', 'lost'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fates, fc.boolean(), async (size, script, backwards) => {
        const blob = await patternBlob(size);
        const t = setUp({ strikes: 12 });
        const pending: BlobNeed[] = [];
        const ask = (need: BlobNeed) => pending.push(need);
        t.fetcher.askThrough(ask);
        let whole = false;
        const ensured = t.fetcher.ensure(blob.ref, never).then(() => {
          whole = true;
        });
        const fate = script.values();
        while (!whole) {
          const need = backwards ? pending.pop() : pending.shift();
          if (need === undefined) {
            await settle();
            continue;
          }
          const indices = backwards ? need.chunks.toReversed() : need.chunks;
          if (need.list) await t.fetcher.list(blob.ref, blob.chunkHashes);
          for (const index of indices) {
            const chunk = chunkOf(blob.bytes, index);
            const happens = fate.next().value ?? 'comes';
            if (happens === 'lost') {
              pending.length = 0;
              t.fetcher.askThrough(null);
              t.fetcher.askThrough(ask);
              break;
            }
            await t.fetcher.chunk(need.blob, index, happens === 'damaged' ? damaged(chunk) : chunk);
            if (happens === 'twice') await t.fetcher.chunk(need.blob, index, chunk);
          }
        }
        await ensured;
        expect(Buffer.compare(await t.fetcher.read(blob.ref, never), blob.bytes)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('asks for nothing when the store has the blob', async () => {
    const blob = await patternBlob(2 * CHUNK_BYTES);
    const t = setUp();
    const asked: BlobNeed[] = [];
    for (const index of [0, 1]) await t.store.putChunk(blob.ref.id, index, chunkOf(blob.bytes, index));
    t.fetcher.askThrough((need) => asked.push(need));
    await t.fetcher.ensure(blob.ref, never);
    expect(asked).toEqual([]);
  });

  it('needs nobody for an empty blob', async () => {
    const blob = await nameBlob(new Uint8Array(0));
    const t = setUp();
    await t.fetcher.ensure(blob.ref, never);
    expect(await t.fetcher.read(blob.ref, never)).toHaveLength(0);
  });

  it('fetches again what another tab trimmed away', async () => {
    const blob = await patternBlob(10);
    const t = setUp();
    t.fetcher.askThrough((need) => answer(t.fetcher, blob, need));
    await t.fetcher.ensure(blob.ref, never);
    t.store.chunks.clear();
    expect([...(await t.fetcher.read(blob.ref, never))]).toEqual([...blob.bytes]);
  });

  it('lets one waiter go without the others', async () => {
    const blob = await patternBlob(10);
    const t = setUp();
    const abort = new AbortController();
    const asked: BlobNeed[] = [];
    t.fetcher.askThrough((need) => asked.push(need));
    const [gone, stays] = [t.fetcher.ensure(blob.ref, abort.signal), t.fetcher.ensure(blob.ref, never)];
    await until(() => asked.length === 1);
    abort.abort(new Error('cancelled'));
    await expect(gone).rejects.toThrow('cancelled');
    for (const need of asked) answer(t.fetcher, blob, need);
    await stays;
    expect(asked).toHaveLength(1);
  });

  it('refuses at once what was aborted before, and what is too big', async () => {
    const blob = await patternBlob(10);
    const t = setUp({ blobBytes: 9 });
    await expect(t.fetcher.ensure(blob.ref, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    await expect(t.fetcher.ensure(blob.ref, never)).rejects.toThrow(InputMissingError);
  });

  it('waits without a link for as long as it takes, and rejects when it is closed', async () => {
    const blob = await patternBlob(10);
    const t = setUp();
    let settled = false;
    const waiting = t.fetcher.ensure(blob.ref, never).finally(() => {
      settled = true;
    });
    waiting.catch(() => {});
    await settle();
    await t.clock.advance(100 * DEFAULT_LIMITS.silenceMs);
    await settle();
    expect(settled).toBe(false);
    t.fetcher.close();
    await expect(waiting).rejects.toThrow(InputMissingError);
  });

  it('says so when the store is broken', async () => {
    const blob = await patternBlob(10);
    const store = { ...createFakeBlobs(), chunksOf: () => Promise.reject(new TypeError('broken')) };
    const fetcher = createBlobFetcher({ store, clock: createManualClock(), limits: DEFAULT_LIMITS });
    await expect(fetcher.ensure(blob.ref, never)).rejects.toThrow('the store cannot be read');
  });
});
