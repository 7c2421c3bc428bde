import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { JobRecord, RECORDS_VERSION, ResultRecord } from './records.js';
import {
  readJobRecord,
  readResultRecord,
  readSimulationFrameRecord,
  readSimulationRecord,
  readSimulationStateRecord,
  readSimulationWorldRecord,
} from './records-migration.js';

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

/** What versions 1 and 2 said of rounds, and the present one says. */
const RUNS = [{ samples: { first: 0, count: 1, block: 16 } }];

/** As version 2 wrote them. */
const { retries: _retries, ...SAID } = JOB_1;
const JOB_2 = {
  ...SAID,
  version: 2,
  state: 'paused',
  planner: { open: 3, failed: ['j1:0-7'] },
  settled: false,
  progress: { tasks: 9, accepted: 5, units: 90, unitsDone: 50 },
  work: { again: 1, backups: 2, clones: 0, replicas: 0, rejected: 0, retracted: 0 },
  sharing: { weight: 2, priority: 1 },
  journal: { upTo: 12, at: 345 },
};
const RESULT_2 = { ...RESULT_1, version: 2, attempt: 'j1:0-1.1' };

describe('records of version 2', () => {
  it('become present ones, which say nothing of tiles and have nothing looked at in parts', () => {
    const job = readJobRecord(structuredClone(JOB_2));
    const work = { ...JOB_2.work, probes: 0, unseen: 0 };
    expect(job).toEqual({ kind: 'record', record: { ...JOB_2, version: RECORDS_VERSION, runs: RUNS, work } });
    const result = readResultRecord(structuredClone(RESULT_2));
    expect(result).toEqual({ kind: 'record', record: { ...RESULT_2, version: RECORDS_VERSION } });
  });

  it('are refused where they are not what version 2 wrote', () => {
    expect(readJobRecord({ ...JOB_2, runs: RUNS }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_2, journal: 1 }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_2, work: { ...JOB_2.work, probes: 0, unseen: 0 } }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_2, planner: null }).kind).toBe('damaged');
    expect(readJobRecord({ ...JOB_2, runs: [{ ...JOB_2.runs[0], side: 0 }] }).kind).toBe('damaged');
    expect(readResultRecord({ ...RESULT_2, attempt: 1 }).kind).toBe('damaged');
  });
});

describe('records of version 1', () => {
  it('become present ones, with all that they said', () => {
    const job = readJobRecord(structuredClone(JOB_1));
    if (job.kind !== 'record') throw new Error(job.kind);
    const { version: _, retries, ...said } = JOB_1;
    expect(job.record).toMatchObject({ ...said, runs: RUNS, version: RECORDS_VERSION, journal: null });
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

describe('records of simulations', () => {
  const version = RECORDS_VERSION;
  const head = {
    ...{ version, id: 'p1', title: 'Pile', state: 'running', input: { kind: 'builtin', name: 'pile', bodies: 3 } },
    spec: { seconds: 1, substeps: 8, regions: null, margin: 2, merge: 'owner', realTime: false, verify: 'spot' },
    ...{
      world: { id: 'a'.repeat(64), bytes: 12 },
      kernelVersion: 'abc',
      life: 2,
      bodies: 3,
      frames: 60,
      framesDone: 7,
    },
    ...{ every: 1, finer: { frame: 8, halvings: 2 }, drift: 0 },
    figures: {
      ...{ conflicts: 0, resimulated: 1, rounds: 9, bodies: 30, ghosts: 3, kernelMs: 1.5, roundMs: 20, longestMs: 10 },
    },
    ...{ cut: { regions: 2, margin: 2.5, window: 8 }, startedAt: 1, wallMs: 2, notice: null },
    tally: [
      { id: 'v1', session: 's1', name: 'Ada', adapter: 'x', software: true, results: 9, kernelMs: 1.5, bytes: 100 },
    ],
  };
  const state = { version, places: Int32Array.of(1, -2), contacts: new Int32Array(0) };
  const frame = { version, kinetic: 1.5, potential: -3, poses: Float32Array.of(1, 2) };
  const world = { version, bytes: Uint8Array.of(1) };

  it('are read as they were written', () => {
    expect(readSimulationRecord(structuredClone(head))).toEqual({ kind: 'record', record: head });
    expect(readSimulationStateRecord(structuredClone(state))).toEqual({ kind: 'record', record: state });
    expect(readSimulationFrameRecord(structuredClone(frame))).toEqual({ kind: 'record', record: frame });
    const leftOut = { ...frame, poses: null };
    expect(readSimulationFrameRecord(leftOut)).toEqual({ kind: 'record', record: leftOut });
    expect(readSimulationWorldRecord(structuredClone(world))).toEqual({ kind: 'record', record: world });
  });

  it('are damaged, or of a version that nobody here knows', () => {
    expect(readSimulationRecord({ ...head, framesDone: -1 })).toEqual({ kind: 'damaged' });
    expect(readSimulationRecord({ ...head, version: 2 })).toEqual({ kind: 'damaged' });
    expect(readSimulationStateRecord({ ...state, places: [1, 2] })).toEqual({ kind: 'damaged' });
    expect(readSimulationFrameRecord({ ...frame, kinetic: Number.NaN })).toEqual({ kind: 'damaged' });
    const next = version + 1;
    expect(readSimulationRecord({ version: next })).toEqual({ kind: 'unknownVersion', version: next });
  });
});
