import { type BlobRef, chunkCount, type NamedBlob } from '@tabgrid/protocol/blob';
import type { BlobId, JobId, TaskId } from '@tabgrid/protocol/ids';
import type { RenderJob } from '@tabgrid/splitters/render/planner';
import type { BlobStore } from '@tabgrid/store/ports';
import { taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { UserError } from './api.js';
import { type BlobServer, memoryBlobSource, storedBlobSource } from './blob-server.js';

/** What jobs read, made available to volunteers. */
export interface Inputs {
  /**
   * Serves what a job reads: from memory where the present scene has it, else from the store.
   * @throws UserError when the bytes are gone
   */
  serve(job: RenderJob): Promise<void>;
  /** As `serve`, for a scene that is in memory whole. */
  serveScene(job: Pick<RenderJob, 'id'>, blobs: readonly NamedBlob[]): void;
  drop(job: JobId): void;
  /** As `serveScene`, for what one task reads beside it. */
  serveTask(task: TaskId, blobs: readonly NamedBlob[]): void;
  dropTask(task: TaskId): void;
}

export interface InputsDeps {
  readonly server: BlobServer;
  readonly store: BlobStore;
  /** Of the scene that is loaded. */
  loaded(): readonly NamedBlob[];
}

export function createInputs({ server, store, loaded }: InputsDeps): Inputs {
  const stored = async (ref: BlobRef): Promise<boolean> => {
    try {
      const chunks = await store.chunksOf(ref.id);
      return chunks?.length === chunkCount(ref.bytes) && (await store.readList(ref.id)) !== null;
    } catch {
      return false;
    }
  };

  return {
    async serve(job) {
      const inMemory = new Map(loaded().map((blob) => [blob.ref.id, blob]));
      const sources = await Promise.all(
        taskInputs(job.base).map(async (ref) => {
          const blob = inMemory.get(ref.id);
          return blob ? memoryBlobSource(blob) : (await stored(ref)) ? storedBlobSource(ref, store) : null;
        }),
      );
      if (sources.some((found) => found === null)) {
        throw new UserError('The scene of this picture is not in this browser any more: load it and try again.');
      }
      server.serve(
        job.id,
        sources.filter((found) => found !== null),
      );
    },
    serveScene: (job, blobs) => server.serve(job.id, blobs.map(memoryBlobSource)),
    drop: (job) => server.drop(job),
    serveTask: (task, blobs) => server.serveTask(task, blobs.map(memoryBlobSource)),
    dropTask: (task) => server.dropTask(task),
  };
}

/** The blobs that jobs read. */
export function blobsOf(jobs: Iterable<RenderJob>): Set<BlobId> {
  return new Set([...jobs].flatMap((job) => taskInputs(job.base).map(({ id }) => id)));
}
