import type { BlobRef } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { BlobId } from '@tabgrid/protocol/ids';

/**
 * The ports to what a page keeps between visits. An adapter that cannot write any more (quota, blocked, private mode)
 * rejects with StoreUnavailableError; the caller says so on the page and goes on without persistence.
 */

export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
}

/** Blobs by content: a cache. Chunks may be put in any order and by several tabs at once. */
export interface BlobStore {
  /** Indices of the chunks at hand, ascending; null when the blob is unknown. */
  chunksOf(id: BlobId): Promise<readonly number[] | null>;
  /** The whole blob, or null while a chunk is missing. */
  read(ref: BlobRef): Promise<Bytes | null>;
  readChunk(id: BlobId, index: number): Promise<Bytes | null>;
  /** The proven chunk list (32 bytes each), or null. */
  readList(id: BlobId): Promise<Bytes | null>;
  putList(ref: BlobRef, chunkHashes: Bytes): Promise<void>;
  /** A chunk whose hash the caller has checked. */
  putChunk(id: BlobId, index: number, chunk: Bytes): Promise<void>;
  /** Removes least recently used blobs until at most `maxBytes` are left, never one of `keep`. */
  trim(maxBytes: number, keep: ReadonlySet<BlobId>): Promise<void>;
}

/** Records by key within named collections; values are structured-cloneable and are validated by the caller's schema. */
export interface RecordStore {
  get(collection: Collection, key: string): Promise<unknown>;
  put(collection: Collection, key: string, value: unknown): Promise<void>;
  delete(collection: Collection, key: string): Promise<void>;
  /** All of them, in this order, or none: also a page that dies in the middle leaves no half behind. */
  write(writes: readonly Write[]): Promise<void>;
  /** Keys with the prefix, ascending. */
  keys(collection: Collection, prefix?: string): Promise<readonly string[]>;
  /** Records whose keys begin with the prefix, ascending by key. */
  range(collection: Collection, prefix: string, page?: RangePage): Promise<readonly KeyedRecord[]>;
}

export type Write =
  | { readonly type: 'put'; readonly collection: Collection; readonly key: string; readonly value: unknown }
  | { readonly type: 'delete'; readonly collection: Collection; readonly key: string };

/** A part of a range, so that large records need not all be in memory at once. */
export interface RangePage {
  /** Only keys behind this one. */
  readonly after?: string;
  /** So many records at most, at least 1. */
  readonly limit?: number;
}

export interface KeyedRecord {
  readonly key: string;
  readonly value: unknown;
}

/**
 * `jobs`: a record a job; `results`: `JOB/TASK` → accepted result; `settings`: what a page remembers; `journal`: what a
 * page needs to go on where it was cut off; `outcomes`: what was observed of volunteers, to learn from; `models`: what was
 * learned; `simulations`: the world that was simulated last, and its frames.
 */
export type Collection = 'jobs' | 'results' | 'settings' | 'journal' | 'outcomes' | 'models' | 'simulations';
