import type { NamedBlob } from '@tabgrid/protocol/blob';
import { chunkOf } from '@tabgrid/protocol/blob';
import type { BlobId, JobId } from '@tabgrid/protocol/ids';
import { isJson, JsonObject } from '@tabgrid/protocol/json';
import type { JobRecord } from '@tabgrid/protocol/records';
import { readJobRecord } from '@tabgrid/protocol/records-migration';
import type { BlobStore, RecordStore, Write } from '@tabgrid/store/ports';
import * as v from 'valibot';
import { UserError } from './api.js';
import { resultKey } from './results.js';

/**
 * What outlives the page beside the journal: the list of jobs, the blobs of scenes.
 *
 * 1. Nothing here rejects because a store cannot write: a failure becomes `problem`, and the job goes on.
 */
export interface JobStore {
  /** Why blobs are not kept, in words; null while all is well. */
  readonly problem: string | null;
  /** @param keep blobs of jobs that run or could be taken up */
  saveBlobs(blobs: readonly NamedBlob[], keep: ReadonlySet<BlobId>): Promise<void>;
  /** Newest first; records that cannot be read are left out. Rejects when the store cannot be read. */
  jobs(): Promise<readonly JobRecord[]>;
  /** @throws UserError when it is not there or of another form */
  job(id: JobId): Promise<JobRecord>;
  /** Forgets the oldest jobs and their results, never one of `keep`. */
  prune(keep: ReadonlySet<JobId>): Promise<void>;
}

const KEPT_JOBS = 30;
const KEPT_BLOB_BYTES = 2 * 1024 ** 3;

export function createJobStore(deps: {
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  changed(): void;
}): JobStore {
  const { blobs, records, changed } = deps;
  let problem: string | null = null;

  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
      changed();
    }
  };

  const jobs = async (): Promise<readonly JobRecord[]> => {
    const all = (await records.range('jobs', '')).map(({ value }) => readJobRecord(value));
    return all.flatMap((x) => (x.kind === 'record' ? [x.record] : [])).sort((a, b) => b.startedAt - a.startedAt);
  };

  const forget = async (id: JobId): Promise<void> => {
    const results = await records.keys('results', resultKey(id, ''));
    const writes: Write[] = results.map((key) => ({ type: 'delete', collection: 'results', key }));
    await records.write([...writes, { type: 'delete', collection: 'jobs', key: id }]);
  };

  return {
    get problem() {
      return problem;
    },
    saveBlobs: (named, keep) =>
      attempt(async () => {
        for (const blob of named) {
          if ((await blobs.chunksOf(blob.ref.id))?.length === blob.chunkHashes.byteLength / 32) continue;
          await blobs.putList(blob.ref, blob.chunkHashes);
          for (let i = 0; i * 32 < blob.chunkHashes.byteLength; i++) {
            await blobs.putChunk(blob.ref.id, i, chunkOf(blob.bytes, i));
          }
        }
        await blobs.trim(KEPT_BLOB_BYTES, new Set<BlobId>([...keep, ...named.map((blob) => blob.ref.id)]));
      }),
    jobs,
    async job(id) {
      const read = await records.get('jobs', id).then(readJobRecord, () => ({ kind: 'damaged' }) as const);
      switch (read.kind) {
        case 'record':
          return read.record;
        case 'unknownVersion':
          throw new UserError(
            'A newer version of this page made this picture. Reload the page to get that version, then open it again.',
          );
        case 'damaged':
          throw new UserError('This picture is not in this browser any more.');
      }
    },
    prune: (keep) =>
      attempt(async () => {
        for (const { id } of (await jobs()).slice(KEPT_JOBS)) if (!keep.has(id)) await forget(id);
      }),
  };
}

/** Parameters as a record keeps them. @throws TypeError for what is not JSON */
export function jsonObject(value: unknown): JsonObject {
  if (!isJson(value)) throw new TypeError('not JSON');
  return v.parse(JsonObject, value);
}
