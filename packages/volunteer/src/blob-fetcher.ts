import { type BlobRef, blobIdOf, chunkCount, chunkLength, chunkMatches, HASH_BYTES } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, sha256 } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { BlobId, JobId } from '@tabgrid/protocol/ids';
import { MAX_CHUNKS_A_REQUEST } from '@tabgrid/protocol/limits';
import type { BlobStore } from '@tabgrid/store/ports';
import { createSpareStore } from './blob-spare.js';
import type { VolunteerLimits } from './limits.js';
import { createRecentBlobs } from './recent-blobs.js';

/**
 * Blobs from a coordinator into the store, chunk by chunk.
 *
 * Invariants
 *  1. A blob is fetched at most once at a time, however many callers wait for it.
 *  2. No byte is stored before its hash is found in a chunk list whose own hash is the blob's id.
 *  3. At most `limits.askedChunks` chunks are asked for and not yet here, over all blobs.
 *  4. What the store holds is not asked for: a fetch resumes where another one stopped.
 *  5. What is kept in memory is right: whoever keeps it has checked its hash. It may go at any time, and is asked for then.
 *  6. Every wait ends: with the blob, with InputMissingError, or with the caller's abort; only a missing link may take for ever.
 */

/** The blob could not be had: its message says why. */
export class InputMissingError extends Error {
  override name = 'InputMissingError';
}

/** What is asked of the coordinator. */
export interface BlobNeed {
  readonly blob: BlobId;
  readonly list: boolean;
  readonly chunks: number[];
}

export interface BlobFetcher {
  /** Resolves when the whole blob is at hand. @throws InputMissingError; the signal's reason when aborted */
  ensure(ref: BlobRef, signal: AbortSignal): Promise<void>;
  /** The whole blob; fetches what is missing. The caller owns the bytes. @throws as {@link BlobFetcher.ensure} */
  read(ref: BlobRef, signal: AbortSignal): Promise<Bytes>;
  /** A blob if it is at hand, without asking for it. Not to be changed, nor transferred. */
  held(ref: BlobRef): Promise<Bytes | null>;
  /** Has a blob at hand in memory, which nobody had to ask for: for a while, and no longer than its job. */
  keep(ref: BlobRef, bytes: Bytes, job: JobId): void;
  /** Forgets what is in memory for a job that is over; null: for all jobs. */
  forget(job: JobId | null): void;
  /** Sets where to ask; null while there is no link. What was asked elsewhere and is not here is asked for again. */
  askThrough(ask: ((need: BlobNeed) => void) | null): void;
  list(ref: BlobRef, hashes: Bytes): Promise<void>;
  chunk(id: BlobId, index: number, bytes: Bytes): Promise<void>;
  noBlob(id: BlobId): void;
  /** Forgets least recently used blobs beyond the cache's limit, never one of `keep`. */
  trim(keep: ReadonlySet<BlobId>): Promise<void>;
  close(): void;
}

interface Fetch {
  readonly ref: BlobRef;
  readonly waiters: Set<(error: unknown) => void>;
  /** Proven; null until it is here. A blob of one chunk needs none. */
  hashes: Bytes | null;
  listAsked: boolean;
  /** Neither here nor asked for, ascending; null until the store has told. */
  missing: number[] | null;
  readonly asked: Set<number>;
  /** Arrived and being checked or stored. */
  readonly landing: Set<number>;
  strikes: number;
}

export function createBlobFetcher(deps: {
  readonly store: BlobStore;
  readonly clock: Clock;
  readonly limits: VolunteerLimits;
}): BlobFetcher {
  const { clock, limits } = deps;
  const store = createSpareStore(deps.store);
  const fetches = new Map<BlobId, Fetch>();
  const whole = new Map<BlobId, number>();
  const recent = createRecentBlobs(limits.recentBytes);
  let ask: ((need: BlobNeed) => void) | null = null;
  let cancelSilence = () => {};

  const outstanding = () =>
    [...fetches.values()].reduce((sum, fetch) => sum + fetch.asked.size + fetch.landing.size, 0);
  const waiting = () => [...fetches.values()].some((fetch) => fetch.listAsked || fetch.asked.size > 0);

  const settle = (fetch: Fetch, error: unknown) => {
    if (fetches.get(fetch.ref.id) !== fetch) return;
    fetches.delete(fetch.ref.id);
    if (error === null) whole.set(fetch.ref.id, fetch.ref.bytes);
    for (const waiter of fetch.waiters) waiter(error);
    pump();
  };

  const strike = (fetch: Fetch, what: string) => {
    fetch.strikes++;
    if (fetch.strikes > limits.strikes)
      settle(fetch, new InputMissingError(`blob ${fetch.ref.id.slice(0, 8)}: ${what}`));
  };

  const listenForSilence = () => {
    cancelSilence();
    cancelSilence = () => {};
    if (ask === null || !waiting()) return;
    cancelSilence = clock.after(limits.silenceMs, () => {
      for (const fetch of [...fetches.values()]) {
        if (!fetch.listAsked && fetch.asked.size === 0) continue;
        forgetAsked(fetch);
        strike(fetch, `nothing came for ${limits.silenceMs} ms`);
      }
      pump();
    });
  };

  function pump(): void {
    for (const fetch of fetches.values()) {
      if (ask === null) break;
      if (fetch.missing === null) continue;
      if (fetch.hashes === null && chunkCount(fetch.ref.bytes) > 1) {
        if (fetch.listAsked) continue;
        fetch.listAsked = true;
        ask({ blob: fetch.ref.id, list: true, chunks: [] });
        continue;
      }
      // Asking for a few at a time keeps the requests few and the pipe full.
      const room = limits.askedChunks - outstanding();
      if (room < Math.min(limits.askedChunks / 2, fetch.missing.length) || fetch.missing.length === 0) continue;
      const chunks = fetch.missing.splice(0, Math.min(room, MAX_CHUNKS_A_REQUEST));
      for (const index of chunks) fetch.asked.add(index);
      ask({ blob: fetch.ref.id, list: false, chunks });
    }
    listenForSilence();
  }

  const finishIfWhole = (fetch: Fetch) => {
    if (fetch.missing?.length === 0 && fetch.asked.size === 0 && fetch.landing.size === 0) settle(fetch, null);
  };

  const begin = async (ref: BlobRef): Promise<void> => {
    const fetch: Fetch = {
      ref,
      waiters: new Set(),
      hashes: null,
      listAsked: false,
      missing: null,
      asked: new Set(),
      landing: new Set(),
      strikes: 0,
    };
    fetches.set(ref.id, fetch);
    const count = chunkCount(ref.bytes);
    let stored: [readonly number[] | null, Bytes | null];
    try {
      stored = await Promise.all([store.chunksOf(ref.id), store.readList(ref.id)]);
    } catch (error) {
      settle(fetch, new InputMissingError(`the store cannot be read: ${String(error)}`));
      return;
    }
    const [have, hashes] = stored;
    const held = new Set(have ?? []);
    if (hashes?.byteLength === count * HASH_BYTES) fetch.hashes = hashes;
    fetch.missing = Array.from({ length: count }, (_, index) => index).filter((index) => !held.has(index));
    finishIfWhole(fetch);
    pump();
  };

  const ensure = (ref: BlobRef, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (ref.bytes === 0 || whole.get(ref.id) === ref.bytes || recent.has(ref)) return Promise.resolve();
    if (ref.bytes > limits.blobBytes) {
      return Promise.reject(
        new InputMissingError(`a blob of ${ref.bytes} bytes, this volunteer takes ${limits.blobBytes}`),
      );
    }
    if (!fetches.has(ref.id)) void begin(ref);
    const fetch = fetches.get(ref.id);
    if (fetch === undefined || fetch.ref.bytes !== ref.bytes) {
      return Promise.reject(new InputMissingError(`blob ${ref.id.slice(0, 8)} is named with two lengths`));
    }
    return new Promise((resolve, reject) => {
      const done = (error: unknown) => {
        signal.removeEventListener('abort', aborted);
        fetch.waiters.delete(done);
        if (error === null) resolve();
        else reject(error);
      };
      const aborted = () => {
        done(signal.reason);
        // Nobody waits any more. What has arrived stays in the store.
        if (fetch.waiters.size === 0 && fetches.get(ref.id) === fetch) {
          fetches.delete(ref.id);
          pump();
        }
      };
      fetch.waiters.add(done);
      signal.addEventListener('abort', aborted);
    });
  };

  /** Checks a chunk and keeps it. @returns what is wrong with it, or null */
  const land = async (fetch: Fetch, index: number, bytes: Bytes): Promise<string | null> => {
    const { ref } = fetch;
    if (bytes.byteLength !== chunkLength(ref.bytes, index)) return `chunk ${index} has a wrong length`;
    if (fetch.hashes === null) {
      // One chunk only: its hash is the whole list, and proves itself by the id.
      const hashes = await sha256(bytes);
      if ((await blobIdOf(hashes)) !== ref.id) return `chunk ${index} arrived damaged`;
      fetch.hashes = hashes;
      await store.putList(ref, hashes);
    } else if (!(await chunkMatches(bytes, fetch.hashes, index))) {
      return `chunk ${index} arrived damaged`;
    }
    await store.putChunk(ref.id, index, bytes);
    return null;
  };

  return {
    ensure,
    async read(ref, signal) {
      if (ref.bytes === 0) return new Uint8Array(0);
      for (let round = 0; round < 2; round++) {
        await ensure(ref, signal);
        const bytes = recent.get(ref)?.slice() ?? (await store.read(ref));
        if (bytes !== null) return bytes;
        // Another tab trimmed the store in between.
        whole.delete(ref.id);
      }
      throw new InputMissingError(`blob ${ref.id.slice(0, 8)} was removed from this browser's store`);
    },
    held: async (ref) =>
      recent.get(ref) ?? (whole.get(ref.id) === ref.bytes ? await store.read(ref).catch(() => null) : null),
    keep: recent.put,
    forget: recent.forget,
    askThrough(next) {
      ask = next;
      for (const fetch of fetches.values()) forgetAsked(fetch);
      pump();
    },
    async list(ref, hashes) {
      const fetch = fetches.get(ref.id);
      if (fetch === undefined || !fetch.listAsked || fetch.hashes !== null) return;
      const right =
        ref.bytes === fetch.ref.bytes &&
        hashes.byteLength === chunkCount(ref.bytes) * HASH_BYTES &&
        (await blobIdOf(hashes)) === ref.id;
      fetch.listAsked = false;
      if (right) {
        // A copy: the message's body is a view into a buffer that may be large.
        fetch.hashes = concatBytes([hashes]);
        await store.putList(ref, fetch.hashes);
      } else {
        strike(fetch, 'its chunk list does not match its name');
      }
      pump();
    },
    async chunk(id, index, bytes) {
      const fetch = fetches.get(id);
      if (!fetch?.asked.delete(index)) return;
      fetch.landing.add(index);
      const fault = await land(fetch, index, bytes).catch((error: unknown) => `it cannot be kept: ${String(error)}`);
      fetch.landing.delete(index);
      if (fault !== null) {
        fetch.missing?.unshift(index);
        strike(fetch, fault);
      }
      finishIfWhole(fetch);
      pump();
    },
    noBlob(id) {
      const fetch = fetches.get(id);
      if (fetch) settle(fetch, new InputMissingError(`the coordinator does not have blob ${id.slice(0, 8)}`));
    },
    async trim(keep) {
      await store.trim(limits.cacheBytes, keep);
      // What was removed is unknown: ask the store again, next time.
      for (const id of whole.keys()) if (!keep.has(id)) whole.delete(id);
    },
    close() {
      ask = null;
      cancelSilence();
      for (const fetch of [...fetches.values()]) settle(fetch, new InputMissingError('the volunteer stopped'));
    },
  };
}

/** What was asked for and is not here is missing again. */
function forgetAsked(fetch: Fetch): void {
  fetch.listAsked = false;
  fetch.missing?.push(...fetch.asked);
  fetch.missing?.sort((a, b) => a - b);
  fetch.asked.clear();
}
