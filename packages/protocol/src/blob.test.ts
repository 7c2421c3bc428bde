import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobIdOf, chunkCount, chunkLength, chunkMatches, chunkOf, HASH_BYTES, nameBlob } from './blob.js';
import { type Bytes, concatBytes, equalBytes } from './bytes.js';
import { CHUNK_BYTES, MAX_BLOB_BYTES } from './limits.js';

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

function pattern(length: number): Bytes {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (i * 31 + (i >> 11)) & 255;
  return out;
}

describe('naming', () => {
  it('is the SHA-256 of the list of the chunks’ SHA-256', async () => {
    const bytes = pattern(2 * CHUNK_BYTES + 5);
    const named = await nameBlob(bytes);
    const list = Buffer.concat([
      sha(bytes.subarray(0, CHUNK_BYTES)),
      sha(bytes.subarray(CHUNK_BYTES, 2 * CHUNK_BYTES)),
      sha(bytes.subarray(2 * CHUNK_BYTES)),
    ]);
    expect(equalBytes(named.chunkHashes, list)).toBe(true);
    expect(named.ref).toEqual({ id: createHash('sha256').update(list).digest('hex'), bytes: bytes.byteLength });
    expect(await blobIdOf(named.chunkHashes)).toBe(named.ref.id);
  });

  it('names an empty blob, which has no chunk', async () => {
    const named = await nameBlob(new Uint8Array(0));
    expect(named.chunkHashes.byteLength).toBe(0);
    expect(named.ref.id).toBe(createHash('sha256').update('').digest('hex'));
  });

  it('tells a chunk from an altered one, from another’s place and from one beyond the end', async () => {
    const bytes = pattern(CHUNK_BYTES + 100);
    const { chunkHashes } = await nameBlob(bytes);
    const last = chunkOf(bytes, 1);
    expect(await chunkMatches(last, chunkHashes, 1)).toBe(true);
    expect(await chunkMatches(last, chunkHashes, 0)).toBe(false);
    expect(await chunkMatches(last, chunkHashes, 2)).toBe(false);
    const altered = last.slice();
    altered[99] = (altered[99] ?? 0) ^ 1;
    expect(await chunkMatches(altered, chunkHashes, 1)).toBe(false);
  });
});

describe('cutting', () => {
  it('covers every byte once, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * CHUNK_BYTES }), (length) => {
        const bytes = new Uint8Array(length);
        const chunks = Array.from({ length: chunkCount(length) }, (_, i) => chunkOf(bytes, i));
        expect(chunks.every((c, i) => c.byteLength === chunkLength(length, i) && c.byteLength > 0)).toBe(true);
        expect(chunks.reduce((sum, c) => sum + c.byteLength, 0)).toBe(length);
        expect(chunks.slice(0, -1).every((c) => c.byteLength === CHUNK_BYTES)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('has no length beyond the end, and a bounded list', () => {
    expect(chunkLength(CHUNK_BYTES, 1)).toBe(0);
    expect(chunkCount(MAX_BLOB_BYTES) * HASH_BYTES).toBeLessThanOrEqual(64 * 1024);
    expect(concatBytes([])).toHaveLength(0);
  });
});
