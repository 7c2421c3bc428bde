import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_OUTPUT_BYTES } from './limits.js';
import { JobRecord, JobReport, RECORDS_VERSION, ResultRecord } from './records.js';

const report = {
  version: RECORDS_VERSION,
  job: 'j1',
  title: 'cornell',
  state: 'done',
  verify: 'replicate',
  chaos: [{ kind: 'kill', count: 1, at: 0.5, share: 0.52, atMs: 1200 }],
  filmSha256: 'a'.repeat(64),
  width: 480,
  height: 270,
  spp: 16,
  tiles: 40,
  wallMs: 12_000.5,
  kernelMs: 20_000,
  cameraSamplesPerSecond: 172_800,
  bytesToVolunteers: 1,
  bytesFromVolunteers: 2,
  attempts: 41,
  retries: 1,
  again: 1,
  backups: 0,
  clones: 2,
  replicas: 3,
  probes: 9,
  unseen: 1,
  rejected: 0,
  retracted: 1,
  volunteers: [
    {
      id: 'v1',
      name: 'Ada',
      adapter: 'SwiftShader (chromium-156)',
      software: true,
      tiles: 40,
      kernelMs: 1,
      samplesPerSecond: null,
      path: 'relay',
      bytesTo: 1,
      bytesFrom: 2,
      state: 'ready',
    },
  ],
  predictions: [
    {
      volunteer: 'v1',
      tile: { x: 0, y: 0, width: 16, height: 16 },
      ...{ p025Ms: 1, medianMs: 2, p975Ms: 3, tookMs: 2.5 },
    },
  ],
};

const job = {
  version: RECORDS_VERSION,
  id: 'j1',
  kind: 'render',
  title: 'cornell',
  state: 'running',
  spec: { width: 1, height: 1, spp: 1, bounces: 0, seed: 0, camera: null, tile: null, verify: 'none' },
  runs: [{ samples: { first: 0, count: 1, block: 16 }, side: 16, blocks: 1 }],
  generation: 1,
  planner: { open: 3, failed: ['j1:0-2'] },
  settled: false,
  progress: { tasks: 6, accepted: 2, units: 60, unitsDone: 20.5 },
  base: { anything: [1, 'two', null] },
  kernelVersion: 'abc',
  startedAt: 1_700_000_000_000,
  wallMs: 0,
  attempts: 0,
  work: { again: 0, backups: 0, clones: 0, replicas: 0, probes: 0, rejected: 0, retracted: 0, unseen: 0 },
  sharing: { weight: 1, priority: -1 },
  journal: { upTo: 12, at: 30.5 },
  notice: null,
};

const result = {
  version: RECORDS_VERSION,
  job: 'j1',
  task: 'j1:0-1',
  attempt: 'j1:0-1.2',
  tile: { x: 0, y: 0, width: 1, height: 1 },
  samples: { first: 0, count: 1, block: 16 },
  volunteer: 'v1',
  name: 'Ada',
  adapter: { vendor: '', architecture: '', description: '', browser: '' },
  software: false,
  kernelMs: 0,
  result: new Uint8Array(20),
};

describe('records', () => {
  it('are taken as they were written, also after a structured clone', () => {
    expect(v.parse(JobReport, JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(v.parse(JobRecord, structuredClone(job))).toEqual(job);
    expect(v.parse(ResultRecord, structuredClone(result))).toEqual(result);
    const focused = { ...job, spec: { ...job.spec, aperture: 2.8, focus: 3.5 } };
    expect(v.parse(JobRecord, structuredClone(focused))).toEqual(focused);
  });

  it('of another version are refused', () => {
    expect(v.is(JobReport, { ...report, version: RECORDS_VERSION + 1 })).toBe(false);
    expect(v.is(JobRecord, { ...job, version: 0 })).toBe(false);
    expect(v.is(ResultRecord, { ...result, version: undefined })).toBe(false);
  });

  it('outside of their bounds are refused', () => {
    for (const change of [
      { width: 0 },
      { height: 16_385 },
      { spp: 65_537 },
      { filmSha256: 'A'.repeat(64) },
      { kernelMs: Number.NaN },
      { title: 'x'.repeat(65) },
      { extra: 1 },
    ]) {
      expect(v.is(JobReport, { ...report, ...change })).toBe(false);
    }
    expect(v.is(JobRecord, { ...job, runs: [] })).toBe(false);
    expect(v.is(JobRecord, { ...job, spec: { ...job.spec, aperture: 0 } })).toBe(false);
    expect(v.is(JobRecord, { ...job, spec: { ...job.spec, focus: Number.POSITIVE_INFINITY } })).toBe(false);
    expect(v.is(JobRecord, { ...job, sharing: { weight: 0, priority: 0 } })).toBe(false);
    expect(v.is(JobRecord, { ...job, planner: { open: -1, failed: [] } })).toBe(false);
    expect(v.is(JobRecord, { ...job, base: { f: () => {} } })).toBe(false);
    expect(v.is(ResultRecord, { ...result, result: [1, 2] })).toBe(false);
    expect(v.is(ResultRecord, { ...result, result: new Uint8Array(MAX_OUTPUT_BYTES + 1) })).toBe(false);
  });
});
