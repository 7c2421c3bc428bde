import * as v from 'valibot';
import { JobRecord, RECORDS_VERSION, ResultRecord, SampleRun } from './records.js';
import {
  SimulationFrameRecord,
  SimulationRecord,
  SimulationStateRecord,
  SimulationWorldRecord,
} from './records-simulation.js';

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

const { version: _job, runs: _runs, work: workNow, ...jobSinceSecond } = JobRecord.entries;
/** Rounds said how they were cut into even tiles. */
const RunV2 = v.strictObject({
  samples: SampleRun,
  side: v.pipe(v.number(), v.integer(), v.minValue(1)),
  blocks: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
const JobRecordV2 = v.strictObject({
  ...jobSinceSecond,
  version: v.literal(2),
  work: v.omit(workNow, ['probes', 'unseen']),
  runs: v.pipe(v.array(RunV2), v.minLength(1), v.maxLength(1000)),
});

const { state: _state, planner, settled, progress, work, sharing, journal, ...jobSinceFirst } = JobRecordV2.entries;
const JobRecordV1 = v.strictObject({
  ...jobSinceFirst,
  version: v.literal(1),
  state: v.picklist(['running', 'done', 'cancelled', 'failed']),
  retries: jobSinceFirst.attempts,
});

const { version: _result, ...resultSinceSecond } = ResultRecord.entries;
const ResultRecordV2 = v.strictObject({ ...resultSinceSecond, version: v.literal(2) });
const { attempt, ...resultSinceFirst } = ResultRecordV2.entries;
const ResultRecordV1 = v.strictObject({ ...resultSinceFirst, version: v.literal(1) });

/** A record of the collection `jobs`. */
export function readJobRecord(value: unknown): ReadRecord<JobRecord> {
  return read(value, JobRecord, {
    1: step(JobRecordV1, ({ retries, ...job }) => ({
      ...job,
      version: 2 as const,
      // Version 1 could not take a job up again: one that was cut off was shown as a stopped one.
      state: job.state === 'running' ? ('cancelled' as const) : job.state,
      planner: { open: 0, failed: [] },
      settled: true,
      progress: { tasks: 0, accepted: 0, units: 0, unitsDone: 0 },
      work: { again: retries, backups: 0, clones: 0, replicas: 0, rejected: 0, retracted: 0 },
      sharing: { weight: 1, priority: 0 },
      journal: null,
    })),
    2: step(JobRecordV2, (job) => ({
      ...job,
      version: RECORDS_VERSION,
      work: { ...job.work, probes: 0, unseen: 0 },
      runs: job.runs.map(({ samples }) => ({ samples })),
    })),
  });
}

/** A record of the collection `results`. */
export function readResultRecord(value: unknown): ReadRecord<ResultRecord> {
  return read(value, ResultRecord, {
    1: step(ResultRecordV1, (result) => ({ ...result, version: 2 as const, attempt: null })),
    2: step(ResultRecordV2, (result) => ({ ...result, version: RECORDS_VERSION })),
  });
}

/** Records of the collection `simulations`: there were none before the present version. */
export const readSimulationRecord = (value: unknown) => read<SimulationRecord>(value, SimulationRecord, {});
export const readSimulationWorldRecord = (value: unknown) =>
  read<SimulationWorldRecord>(value, SimulationWorldRecord, {});
export const readSimulationStateRecord = (value: unknown) =>
  read<SimulationStateRecord>(value, SimulationStateRecord, {});
export const readSimulationFrameRecord = (value: unknown) =>
  read<SimulationFrameRecord>(value, SimulationFrameRecord, {});

/** Brings a record to the next version; null for one that is not of the version that it says. */
type MigrationStep = (stored: unknown) => unknown;

function step<T>(schema: v.GenericSchema<unknown, T>, next: (record: T) => unknown): MigrationStep {
  return (stored) => {
    const parsed = v.safeParse(schema, stored);
    return parsed.success ? next(parsed.output) : null;
  };
}

function read<T>(
  value: unknown,
  schema: v.GenericSchema<unknown, T>,
  steps: Readonly<Record<number, MigrationStep>>,
): ReadRecord<T> {
  const versioned = v.safeParse(Versioned, value);
  if (!versioned.success) return { kind: 'damaged' };
  const { version } = versioned.output;
  if (version > RECORDS_VERSION) return { kind: 'unknownVersion', version };
  let record = value;
  for (let at = version; at < RECORDS_VERSION; at++) record = steps[at]?.(record) ?? null;
  const parsed = v.safeParse(schema, record);
  return parsed.success ? { kind: 'record', record: parsed.output } : { kind: 'damaged' };
}
