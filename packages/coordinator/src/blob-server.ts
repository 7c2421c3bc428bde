import { type BlobRef, chunkCount, chunkOf, type NamedBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { BlobId, JobId, TaskId } from '@tabgrid/protocol/ids';
import type { FromCoordinator, FromVolunteer } from '@tabgrid/protocol/link';
import { type Message, message } from '@tabgrid/protocol/message';
import type { BlobStore } from '@tabgrid/store/ports';

/**
 * Serves blobs to volunteers.
 *
 * 1. Only blobs of jobs that run or could be taken up, and of their tasks, are served; anything else is answered with `noBlob`.
 * 2. A volunteer has at most PARALLEL chunks under way, and at most MOST_WAITING wishes wait for it.
 * 3. What a link carries is measured over a whole burst of chunks: one alone says more of its round trip.
 */

const PARALLEL = 2;
const MOST_WAITING = 2048;
/** A burst that says something of the link. */
const TELLING_BYTES = 512 * 1024;

export type Need = Extract<FromVolunteer, { type: 'need' }>;
type Wish =
  | { readonly kind: 'list'; readonly blob: BlobId }
  | { readonly kind: 'chunk'; readonly blob: BlobId; readonly index: number };

/** One blob as it can be read. */
export interface BlobSource {
  readonly ref: BlobRef;
  list(): Promise<Bytes | null>;
  chunk(index: number): Promise<Bytes | null>;
}

export function memoryBlobSource(blob: NamedBlob): BlobSource {
  return {
    ref: blob.ref,
    list: async () => blob.chunkHashes,
    chunk: async (index) => chunkOf(blob.bytes, index),
  };
}

export function storedBlobSource(ref: BlobRef, store: BlobStore): BlobSource {
  return { ref, list: () => store.readList(ref.id), chunk: (index) => store.readChunk(ref.id, index) };
}

export interface BlobServer {
  /** What a job reads is served from now on. */
  serve(job: JobId, sources: readonly BlobSource[]): void;
  /** The job needs nothing any more. */
  drop(job: JobId): void;
  /** What one task reads beside what its job does. */
  serveTask(task: TaskId, sources: readonly BlobSource[]): void;
  dropTask(task: TaskId): void;
  /** One that is served, whole; null for any other. */
  read(ref: BlobRef): Promise<Bytes | null>;
  /** The queue of one link. */
  attach(link: BlobLink): BlobQueue;
}

export interface BlobLink {
  send(m: Message): Promise<void>;
  /** A message arrived. */
  sent(): void;
  /** What the link carried from the beginning of the present burst. */
  carried(bytesPerSecond: number): void;
}

export interface BlobQueue {
  /** @returns false when the volunteer asks for more than it could ever need */
  ask(need: Need): boolean;
  close(): void;
}

export function createBlobServer(clock: Pick<Clock, 'now'>): BlobServer {
  const jobs = new Map<JobId, ReadonlyMap<BlobId, BlobSource>>();
  const tasks = new Map<TaskId, ReadonlyMap<BlobId, BlobSource>>();
  const find = (id: BlobId): BlobSource | undefined => {
    for (const sources of [...jobs.values(), ...tasks.values()]) {
      const source = sources.get(id);
      if (source) return source;
    }
    return undefined;
  };
  const byId = (sources: readonly BlobSource[]) => new Map(sources.map((source) => [source.ref.id, source]));

  const answer = async (wish: Wish): Promise<Message> => {
    const none: FromCoordinator = { type: 'noBlob', blob: wish.blob };
    const source = find(wish.blob);
    if (!source) return message(none);
    try {
      if (wish.kind === 'list') {
        const hashes = await source.list();
        return hashes ? message({ type: 'list', blob: source.ref } satisfies FromCoordinator, hashes) : message(none);
      }
      if (wish.index >= chunkCount(source.ref.bytes)) return message(none);
      const bytes = await source.chunk(wish.index);
      const head: FromCoordinator = { type: 'chunk', blob: wish.blob, index: wish.index };
      return bytes ? message(head, bytes) : message(none);
    } catch {
      // The store failed: the volunteer gives its tasks back, and somebody who has the blob gets them.
      return message(none);
    }
  };

  return {
    serve(job, sources) {
      jobs.set(job, byId(sources));
    },
    drop: (job) => void jobs.delete(job),
    serveTask: (task, sources) => void tasks.set(task, byId(sources)),
    dropTask: (task) => void tasks.delete(task),
    async read(ref) {
      const source = find(ref.id);
      if (source?.ref.bytes !== ref.bytes) return null;
      const chunks = Array.from({ length: chunkCount(ref.bytes) }, (_, index) => source.chunk(index));
      const all = await Promise.all(chunks).catch(() => []);
      const bytes = concatBytes(all.flatMap((chunk) => (chunk ? [chunk] : [])));
      return bytes.byteLength === ref.bytes ? bytes : null;
    },
    attach(link) {
      const waiting: Wish[] = [];
      let underWay = 0;
      let open = true;
      let burst = { since: 0, bytes: 0 };
      const send = async (m: Message): Promise<void> => {
        await link.send(m);
        link.sent();
        burst.bytes += m.body.byteLength;
        const ms = clock.now() - burst.since;
        if (burst.bytes >= TELLING_BYTES && ms > 0) link.carried((burst.bytes / ms) * 1000);
      };
      const pump = (): void => {
        while (open && underWay < PARALLEL) {
          const wish = waiting.shift();
          if (!wish) return;
          if (underWay++ === 0) burst = { since: clock.now(), bytes: 0 };
          answer(wish)
            .then(send)
            .catch(() => {}) // the link closed: it tells of that itself
            .finally(() => {
              underWay--;
              pump();
            });
        }
      };
      return {
        ask(need) {
          if (need.list) waiting.push({ kind: 'list', blob: need.blob });
          for (const index of need.chunks) waiting.push({ kind: 'chunk', blob: need.blob, index });
          if (waiting.length > MOST_WAITING) return false;
          pump();
          return true;
        },
        close() {
          open = false;
          waiting.length = 0;
        },
      };
    },
  };
}
