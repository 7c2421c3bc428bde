import { JobReport, RECORDS_VERSION } from '@tabgrid/protocol/records';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { reportTable } from './report-table.js';

const report = (change: Partial<JobReport> = {}): JobReport =>
  v.parse(JobReport, {
    version: RECORDS_VERSION,
    job: 'job-1',
    title: 'Bunny',
    state: 'done',
    verify: 'none',
    chaos: [],
    filmSha256: 'a'.repeat(64),
    width: 64,
    height: 48,
    spp: 16,
    tiles: 12,
    wallMs: 2500,
    kernelMs: 2000,
    cameraSamplesPerSecond: 19_660.8,
    bytesToVolunteers: 1000,
    bytesFromVolunteers: 2000,
    attempts: 14,
    retries: 2,
    again: 1,
    backups: 1,
    clones: 0,
    replicas: 0,
    probes: 0,
    unseen: 0,
    rejected: 0,
    retracted: 0,
    volunteers: [
      {
        id: 'v-1',
        name: 'Volunteer 1',
        adapter: 'SwiftShader',
        software: true,
        tiles: 12,
        kernelMs: 2000,
        samplesPerSecond: 24_576,
        path: 'direct',
        bytesTo: 1_200_000,
        bytesFrom: 2000,
        state: 'ready',
      },
    ],
    predictions: [],
    ...change,
  });

it('has a row for each volunteer, and a line over all', () => {
  const [head, line, row, , whole] = reportTable(report()).split('\n');
  expect(head).toMatch(/^volunteer +adapter +path +tiles/);
  expect(line).toMatch(/^[─ ]+$/);
  expect(row).toMatch(/^Volunteer 1 +SwiftShader +direct +12 +24,576 +1\.20 MB +0\.00 MB +ready$/);
  expect(whole).toBe('64×48, 16 samples a pixel, 12 tiles in 2.5 s; 19,661 samples/s; 14 attempts, 2 repeated');
});

it('tells of checks where there were any', () => {
  const checked = report({ verify: 'replicate', replicas: 12, rejected: 1, retracted: 3 });
  expect(reportTable(checked)).toMatch(/12 checked by a second volunteer, 1 found wrong, 3 taken out again$/);
  expect(reportTable(report({ rejected: 1 }))).toContain('1 found wrong');
  const spot = report({ verify: 'spot', probes: 40 });
  expect(reportTable(spot)).toMatch(/40 spot checks, 0 found wrong, 0 taken out again$/);
  expect(reportTable({ ...spot, unseen: 3 })).toMatch(/taken out again, 3 never checked: nobody else was there$/);
});
