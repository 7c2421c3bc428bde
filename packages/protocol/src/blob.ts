import * as v from 'valibot';
import { type Bytes, concatBytes, sha256, toHex } from './bytes.js';
import { BlobId } from './ids.js';
import { CHUNK_BYTES, MAX_BLOB_BYTES } from './limits.js';

/**
 * Blobs: bytes named by content.
 *
 * A blob is cut into chunks of CHUNK_BYTES (an empty blob has none). Its id is the SHA-256 of the list of its chunks'
 * SHA-256, so that a transfer resumes where it stopped, each chunk is checked as it arrives, and chunks may come from
 * anybody who can prove the list.
 */

/** Bytes of one chunk's hash in a chunk list. */
export const HASH_BYTES = 32;

export const BlobRef = v.strictObject({
  id: BlobId,
  /** Length of the whole blob. */
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_BLOB_BYTES)),
});
export type BlobRef = v.InferOutput<typeof BlobRef>;

export interface NamedBlob {
  readonly ref: BlobRef;
  readonly bytes: Bytes;
  /** The chunks' hashes, HASH_BYTES each, in order; its SHA-256 is the id. */
  readonly chunkHashes: Bytes;
}

export function chunkCount(blobBytes: number): number {
  return Math.ceil(blobBytes / CHUNK_BYTES);
}

/** Length of chunk `index` of a blob of `blobBytes`. */
export function chunkLength(blobBytes: number, index: number): number {
  return Math.max(0, Math.min(CHUNK_BYTES, blobBytes - index * CHUNK_BYTES));
}

/** A view of chunk `index`, not a copy. */
export function chunkOf(blob: Bytes, index: number): Bytes {
  return blob.subarray(index * CHUNK_BYTES, index * CHUNK_BYTES + chunkLength(blob.byteLength, index));
}

/** Hashes a blob. @throws RangeError beyond MAX_BLOB_BYTES. */
export async function nameBlob(bytes: Bytes): Promise<NamedBlob> {
  if (bytes.byteLength > MAX_BLOB_BYTES) {
    throw new RangeError(`a blob of ${bytes.byteLength} bytes exceeds the limit of ${MAX_BLOB_BYTES}`);
  }
  const hashes: Bytes[] = [];
  for (let i = 0; i < chunkCount(bytes.byteLength); i++) hashes.push(await sha256(chunkOf(bytes, i)));
  const chunkHashes = concatBytes(hashes);
  return { ref: { id: await blobIdOf(chunkHashes), bytes: bytes.byteLength }, bytes, chunkHashes };
}

/** The id that a chunk list proves. */
export async function blobIdOf(chunkHashes: Bytes): Promise<BlobId> {
  return v.parse(BlobId, toHex(await sha256(chunkHashes)));
}

/** Whether `chunk` is the one that a proven chunk list has at `index`. */
export async function chunkMatches(chunk: Bytes, chunkHashes: Bytes, index: number): Promise<boolean> {
  const hash = await sha256(chunk);
  const from = index * HASH_BYTES;
  return from + HASH_BYTES <= chunkHashes.byteLength && hash.every((byte, i) => byte === chunkHashes[from + i]);
}
