import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { JobRecord, RECORDS_VERSION, ResultRecord } from './records.js';
import { readJobRecord, readResultRecord } from './records-migration.js';

/** As version 1 wrote them. */
const JOB_1 = {
  version: 1,
  id: 'j1',
  kind: 'render',
  title: 'cornell',
  state: 'done',
  spec: { width: 4, height: 2, spp: 1, bounces: 0, seed: 0, camera: null, tile: null, verify: 'none' },
  runs: [{ samples: { first: 0, count: 1, block: 16 }, side: 16, blocks: 1 }],
  generation: 1,
  base: { anything: [1, 'two', null] },
  kernelVersion: 'abc',
  startedAt: 1_700_000_000_000,
  wallMs: 12,
  attempts: 9,
  retries: 2,
  notice: null,
};
const RESULT_1 = {
  version: 1,
  job: 'j1',
  task: 'j1:0-1',
  tile: { x: 0, y: 0, width: 1, height: 1 },
  samples: { first: 0, count: 1, block: 16 },
  volunteer: 'v1',
  name: 'Ada',
  adapter: { vendor: '', architecture: '', description: '', browser: '' },
  software: false,
  kernelMs: 0,
  result: new Uint8Array(20),
};

describe('records of version 1', () => {
  it('become present ones, with all that they said', () => {
    const job = readJobRecord(structuredClone(JOB_1));
    if (job.kind !== 'record') throw new Error(job.kind);
    const { version: _, retries, ...said } = JOB_1;
    expect(job.record).toMatchObject({ ...said, version: RECORDS_VERSION, journal: null });
    expect(job.record.work.again).toBe(retries);
    expect(v.is(JobRecord, job.record)).toBe(true);
    const result = readResultRecord(structuredClone(RESULT_1));
    expect(result).toEqual({ kind: 'record', record: { ...RESULT_1, version: RECORDS_VERSION, attempt: null } });
    expect(v.is(ResultRecord, result.kind === 'record' && result.record)).toBe(true);
  });

  it('that were cut off are stopped ones, as they were then', () => {
    const read = (state: string) => {
      const found = readJobRecord({ ...JOB_1, state });
      return found.kind === 'record' ? found.record.state : found.kind;
    };
    expect(read('running')).toBe('cancelled');
    expect(read('failed')).toBe('failed');
    // Version 1 knew no such state.
    expect(read('paused')).toBe('damaged');
  });

  it('are refused where they are not what version 1 wrote', () => {
    expect(readJobRecord({ ...JOB_1, extra: 1 }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_1, runs: [] }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_1, version: RECORDS_VERSION }).kind).toBe('damaged');
    expect(readResultRecord({ ...RESULT_1, attempt: null }).kind).toBe('damaged');
    expect(readResultRecord({ ...RESULT_1, result: 'bytes' }).kind).toBe('damaged');
  });
});

describe('records of version 2', () => {
  const first = readJobRecord(JOB_1);
  if (first.kind !== 'record') throw new Error(first.kind);
  const { probes: _, unseen: __, ...work } = first.record.work;
  const JOB_2 = { ...first.record, version: 2, work: { ...work, replicas: 4 } };
  const RESULT_2 = { ...RESULT_1, version: 2, attempt: 'j1:0-1.2' };

  it('become present ones, with nothing looked at in parts', () => {
    const job = readJobRecord(structuredClone(JOB_2));
    if (job.kind !== 'record') throw new Error(job.kind);
    expect(job.record).toEqual({ ...JOB_2, version: RECORDS_VERSION, work: { ...JOB_2.work, probes: 0, unseen: 0 } });
    const result = readResultRecord(structuredClone(RESULT_2));
    expect(result).toEqual({ kind: 'record', record: { ...RESULT_2, version: RECORDS_VERSION } });
  });

  it('are refused where they are not what version 2 wrote', () => {
    expect(readJobRecord({ ...JOB_2, work: first.record.work }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_2, planner: null }).kind).toBe('damaged');
    expect(readResultRecord({ ...RESULT_2, attempt: 7 }).kind).toBe('damaged');
  });
});

describe('other records', () => {
  it('of the present version are taken as they are', () => {
    const first = readJobRecord(JOB_1);
    if (first.kind !== 'record') throw new Error(first.kind);
    expect(readJobRecord(structuredClone(first.record))).toEqual(first);
  });

  it('of an unknown version are told apart from damaged ones', () => {
    expect(readJobRecord({ ...JOB_1, version: 99 })).toEqual({ kind: 'unknownVersion', version: 99 });
    expect(readResultRecord({ version: RECORDS_VERSION + 1 })).toMatchObject({ kind: 'unknownVersion' });
    for (const value of [undefined, null, 1, 'x', {}, { version: '1' }, { version: 0 }, { version: 1.5 }]) {
      expect(readJobRecord(value)).toEqual({ kind: 'damaged' });
      expect(readResultRecord(value)).toEqual({ kind: 'damaged' });
    }
  });
});
