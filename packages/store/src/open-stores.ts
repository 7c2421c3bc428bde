import { openIndexedDbStores } from './indexeddb.js';
import { createMemoryBlobStore, createMemoryRecordStore } from './memory.js';
import type { BlobStore, RecordStore } from './ports.js';

export interface Stores {
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  /** Why nothing outlives the page, in words; null when IndexedDB is in use. */
  readonly problem: string | null;
  close(): void;
}

/** IndexedDB where the browser lets us, else the page's memory, with the reason. Never rejects. */
export async function openStores(name: string, wallClock: () => number): Promise<Stores> {
  try {
    return { ...(await openIndexedDbStores(name, wallClock)), problem: null };
  } catch (error) {
    return {
      blobs: createMemoryBlobStore(),
      records: createMemoryRecordStore(),
      problem: error instanceof Error ? error.message : String(error),
      close: () => {},
    };
  }
}
