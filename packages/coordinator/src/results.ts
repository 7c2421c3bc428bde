import type { JobId, TaskId } from '@tabgrid/protocol/ids';
import type { ResultRecord } from '@tabgrid/protocol/records';
import { readResultRecord } from '@tabgrid/protocol/records-migration';
import type { RecordStore } from '@tabgrid/store/ports';
import type { Journal } from './journal.js';

/**
 * Accepted results, with their bytes.
 *
 * 1. A result is in memory until the store has it. Where the store takes nothing more it stays there, up to
 *    MOST_UNSAVED_BYTES: beyond that the oldest are gone, and whoever needs one has to have it made again.
 * 2. No method rejects.
 */
export interface Results {
  put(record: ResultRecord): void;
  /** A result that is not believed any more. */
  remove(job: JobId, task: TaskId): void;
  /** null when it is gone. */
  get(job: JobId, task: TaskId): Promise<ResultRecord | null>;
  /** Tasks of a job whose results are there. */
  tasks(job: JobId): Promise<readonly string[]>;
}

const MOST_UNSAVED_BYTES = 256 * 1024 ** 2;

export function resultKey(job: JobId, task: string): string {
  return `${job}/${task}`;
}

export function createResults(deps: { readonly records: RecordStore; readonly journal: Journal }): Results {
  const { records, journal } = deps;
  /** Not known to be stored; the oldest first. */
  const unsaved = new Map<string, ResultRecord>();

  const bound = (): void => {
    let bytes = 0;
    for (const { result } of unsaved.values()) bytes += result.byteLength;
    for (const [key, { result }] of unsaved) {
      if (bytes <= MOST_UNSAVED_BYTES) return;
      unsaved.delete(key);
      bytes -= result.byteLength;
    }
  };

  return {
    put(record) {
      const key = resultKey(record.job, record.task);
      unsaved.set(key, record);
      journal.put('results', key, () => record);
      void journal.durable().then(() => {
        if (journal.problem !== null) bound();
        else if (unsaved.get(key) === record) unsaved.delete(key);
      });
    },
    remove(job, task) {
      const key = resultKey(job, task);
      unsaved.delete(key);
      journal.delete('results', key);
    },
    async get(job, task) {
      const key = resultKey(job, task);
      const found = unsaved.get(key);
      if (found) return found;
      try {
        const read = readResultRecord(await records.get('results', key));
        return read.kind === 'record' ? read.record : null;
      } catch {
        return null;
      }
    },
    async tasks(job) {
      const prefix = resultKey(job, '');
      const names = new Set<string>();
      for (const key of unsaved.keys()) if (key.startsWith(prefix)) names.add(key.slice(prefix.length));
      try {
        for (const key of await records.keys('results', prefix)) names.add(key.slice(prefix.length));
      } catch {
        // The store is gone: what memory has is all that there is.
      }
      return [...names];
    },
  };
}
