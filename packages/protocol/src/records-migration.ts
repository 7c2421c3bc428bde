import * as v from 'valibot';
import { JobRecord, RECORDS_VERSION, ResultRecord } from './records.js';

/**
 * Reading of records that an older version of the page wrote. Each version's form stands here as it was, and is brought
 * to the next one until it is the present.
 */

export type ReadRecord<T> =
  | { readonly kind: 'record'; readonly record: T }
  /** Written by a version that this one does not know, most likely a newer one. */
  | { readonly kind: 'unknownVersion'; readonly version: number }
  /** Not a record of the version that it says. */
  | { readonly kind: 'damaged' };

const Versioned = v.looseObject({ version: v.pipe(v.number(), v.integer(), v.minValue(1)) });

const {
  version: _job,
  state: _state,
  planner,
  settled,
  progress,
  work,
  sharing,
  journal,
  ...jobSinceFirst
} = JobRecord.entries;
const JobRecordV2 = v.strictObject({
  ...JobRecord.entries,
  version: v.literal(2),
  work: v.omit(JobRecord.entries.work, ['probes', 'unseen']),
});
const JobRecordV1 = v.strictObject({
  ...jobSinceFirst,
  version: v.literal(1),
  state: v.picklist(['running', 'done', 'cancelled', 'failed']),
  retries: jobSinceFirst.attempts,
});

const { version: _result, attempt, ...resultSinceFirst } = ResultRecord.entries;
const ResultRecordV1 = v.strictObject({ ...resultSinceFirst, version: v.literal(1) });
const ResultRecordV2 = v.strictObject({ ...ResultRecord.entries, version: v.literal(2) });

/** A record of the collection `jobs`. */
export function readJobRecord(value: unknown): ReadRecord<JobRecord> {
  return read(value, JobRecord, (stored, version) => {
    if (version === 2) return jobFromTwo(stored);
    const parsed = v.safeParse(JobRecordV1, stored);
    if (!parsed.success) return null;
    const { retries, ...job } = parsed.output;
    return {
      ...job,
      version: RECORDS_VERSION,
      // Version 1 could not take a job up again: one that was cut off was shown as a stopped one.
      state: job.state === 'running' ? 'cancelled' : job.state,
      planner: { open: 0, failed: [] },
      settled: true,
      progress: { tasks: 0, accepted: 0, units: 0, unitsDone: 0 },
      work: { again: retries, backups: 0, clones: 0, replicas: 0, rejected: 0, retracted: 0, ...NOTHING_IN_PARTS },
      sharing: { weight: 1, priority: 0 },
      journal: null,
    };
  });
}

const NOTHING_IN_PARTS = { probes: 0, unseen: 0 };

function jobFromTwo(stored: unknown): JobRecord | null {
  const parsed = v.safeParse(JobRecordV2, stored);
  if (!parsed.success) return null;
  const { work: before, ...job } = parsed.output;
  return { ...job, version: RECORDS_VERSION, work: { ...before, ...NOTHING_IN_PARTS } };
}

/** A record of the collection `results`. */
export function readResultRecord(value: unknown): ReadRecord<ResultRecord> {
  return read(value, ResultRecord, (stored, version) => {
    if (version === 2) {
      const second = v.safeParse(ResultRecordV2, stored);
      return second.success ? { ...second.output, version: RECORDS_VERSION } : null;
    }
    const parsed = v.safeParse(ResultRecordV1, stored);
    return parsed.success ? { ...parsed.output, version: RECORDS_VERSION, attempt: null } : null;
  });
}

function read<T>(
  value: unknown,
  schema: v.GenericSchema<unknown, T>,
  fromEarlier: (stored: unknown, version: number) => T | null,
): ReadRecord<T> {
  const versioned = v.safeParse(Versioned, value);
  if (!versioned.success) return { kind: 'damaged' };
  const { version } = versioned.output;
  if (version === RECORDS_VERSION) {
    const parsed = v.safeParse(schema, value);
    return parsed.success ? { kind: 'record', record: parsed.output } : { kind: 'damaged' };
  }
  if (version > RECORDS_VERSION) return { kind: 'unknownVersion', version };
  const record = fromEarlier(value, version);
  return record === null ? { kind: 'damaged' } : { kind: 'record', record };
}
