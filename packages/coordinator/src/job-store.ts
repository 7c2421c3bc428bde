import type { NamedBlob } from '@tabgrid/protocol/blob';
import { chunkOf } from '@tabgrid/protocol/blob';
import type { BlobId, JobId } from '@tabgrid/protocol/ids';
import { isJson, JsonObject } from '@tabgrid/protocol/json';
import { JobRecord, ResultRecord } from '@tabgrid/protocol/records';
import type { BlobStore, RecordStore } from '@tabgrid/store/ports';
import * as v from 'valibot';
import { UserError } from './api.js';

/**
 * What outlives the page: jobs, their results, the blobs of scenes.
 *
 * 1. No method rejects because a store cannot write: the first failure becomes `problem`, and the job goes on.
 */
export interface JobStore {
  /** Why nothing more is kept, in words; null while all is well. */
  readonly problem: string | null;
  saveJob(record: JobRecord): Promise<void>;
  saveResult(record: ResultRecord): Promise<void>;
  saveBlobs(blobs: readonly NamedBlob[]): Promise<void>;
  /** Newest first; records that cannot be read are left out. */
  jobs(): Promise<readonly JobRecord[]>;
  /** @throws UserError when it is not there or of another form */
  job(id: JobId): Promise<JobRecord>;
  results(id: JobId): Promise<readonly ResultRecord[]>;
  /** Forgets the oldest jobs and their results. */
  prune(): Promise<void>;
}

const KEPT_JOBS = 30;
const KEPT_BLOB_BYTES = 2 * 1024 ** 3;

export function createJobStore(deps: {
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  readonly problem: string | null;
  changed(): void;
}): JobStore {
  const { blobs, records, changed } = deps;
  let problem = deps.problem;

  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
      changed();
    }
  };

  const read = async (id: string): Promise<JobRecord | null> => {
    const parsed = v.safeParse(JobRecord, await records.get('jobs', id));
    return parsed.success ? parsed.output : null;
  };

  const jobs = async (): Promise<readonly JobRecord[]> => {
    const all = await Promise.all((await records.keys('jobs')).map(read));
    return all.filter((record) => record !== null).sort((a, b) => b.startedAt - a.startedAt);
  };

  return {
    get problem() {
      return problem;
    },
    saveJob: (record) => attempt(() => records.put('jobs', record.id, record)),
    saveResult: (record) => attempt(() => records.put('results', `${record.job}/${record.task}`, record)),
    saveBlobs: (named) =>
      attempt(async () => {
        for (const blob of named) {
          if ((await blobs.chunksOf(blob.ref.id))?.length === blob.chunkHashes.byteLength / 32) continue;
          await blobs.putList(blob.ref, blob.chunkHashes);
          for (let i = 0; i * 32 < blob.chunkHashes.byteLength; i++) {
            await blobs.putChunk(blob.ref.id, i, chunkOf(blob.bytes, i));
          }
        }
        await blobs.trim(KEPT_BLOB_BYTES, new Set<BlobId>(named.map((blob) => blob.ref.id)));
      }),
    jobs,
    async job(id) {
      const record = await read(id);
      if (record) return record;
      throw new UserError('This picture is not in this browser any more, or an older version of this page made it.');
    },
    async results(id) {
      const found: ResultRecord[] = [];
      for (const key of await records.keys('results', `${id}/`)) {
        const parsed = v.safeParse(ResultRecord, await records.get('results', key));
        if (parsed.success) found.push(parsed.output);
      }
      return found;
    },
    prune: () =>
      attempt(async () => {
        for (const { id } of (await jobs()).slice(KEPT_JOBS)) {
          for (const key of await records.keys('results', `${id}/`)) await records.delete('results', key);
          await records.delete('jobs', id);
        }
      }),
  };
}

/** Parameters as a record keeps them. @throws TypeError for what is not JSON */
export function jsonObject(value: unknown): JsonObject {
  if (!isJson(value)) throw new TypeError('not JSON');
  return v.parse(JsonObject, value);
}
