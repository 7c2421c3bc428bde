import { createManualClock } from '@tabgrid/protocol/clock';
import { JobId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Verification } from '@tabgrid/protocol/task';
import { createScheduler, DEFAULT_CONFIG, type Scheduler } from '@tabgrid/scheduler/scheduler';
import type { JobProgress, VolunteerStanding } from '@tabgrid/scheduler/views';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { restingState } from '@tabgrid/splitters/render/planner';
import { type PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJob, type Job, NO_WORK } from './job.js';
import type { Member } from './member.js';
import { SPEC } from './test-kit.js';
import { capabilities } from './test-volunteer.js';
import { jobView, volunteerView } from './view.js';
import { workOf } from './work.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

const id = v.parse(VolunteerId, 'v1');
const READY: VolunteerStanding = {
  id,
  state: { kind: 'ready' },
  queued: 0,
  hidden: false,
  speeds: new Map(),
  trusted: false,
  verified: 3,
  checkShare: 1,
  quarantinedUntil: null,
  backupFor: 2,
};
const PROGRESS: JobProgress = {
  ...{ tasks: 6, done: 2, failed: 0, cancelled: 0, open: 1, share: 0.3, units: 6, doneUnits: 2, attempts: 9 },
  ...{
    again: 1,
    backups: 2,
    clones: 3,
    replicas: 4,
    checking: 5,
    rejected: 6,
    retracted: 7,
    paused: false,
    noApart: 0,
    unseen: 9,
    probes: 8,
    probeUnits: 0.1,
  },
};

function schedulerWith(change: {
  readonly volunteers?: readonly VolunteerStanding[];
  readonly job?: Partial<JobProgress> | null;
  readonly blocked?: Scheduler['blocked'];
}): Scheduler {
  return {
    ...createScheduler(DEFAULT_CONFIG, 1),
    volunteers: () => change.volunteers ?? [READY],
    job: () => (change.job === null ? null : { ...PROGRESS, ...change.job }),
    blocked: change.blocked ?? (() => []),
    outstanding: () => [],
  };
}

function runningJob(verify: Verification = 'none'): Job {
  const job = createJob({
    clock: createManualClock(),
    members: () => [],
    title: 'a title',
    spec: SPEC,
    sharing: { weight: 2, priority: 1 },
    startedAt: 5,
    planner: restingState(fakeJob(manifest, { verify }), [], 0),
  });
  job.begin({ volunteers: 1, unitsPerSecond: null });
  return job;
}

const member: Member = {
  id,
  ordinal: 4,
  session: id,
  name: 'Grace',
  invited: true,
  network: 'a',
  region: null,
  provider: null,
  capabilities: capabilities(),
  telemetry: { visibility: 'hidden', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 },
  link: null,
  path: 'relay',
  closedBytes: { to: 7, from: 8 },
};

describe('a volunteer as it is shown', () => {
  const show = (standing: VolunteerStanding | undefined) =>
    volunteerView(member, standing, { tiles: 3, kernelMs: 12 }, { running: 1, bounces: 4, now: 1_000 });

  it('says what it gave, how far it is believed, and whom it stands in for', () => {
    const key = `${pathtraceTask.kind}@${pathtraceTask.version}`;
    expect(show({ ...READY, speeds: new Map([[key, 500]]) })).toMatchObject({
      ...{
        name: 'Grace',
        ordinal: 4,
        state: 'ready',
        reason: '',
        hidden: true,
        path: 'relay',
        bytesTo: 7,
        bytesFrom: 8,
      },
      ...{ tilesAccepted: 3, tilesRunning: 1, kernelMs: 12, samplesPerSecond: 100, backupFor: 2, quarantineMs: null },
      trust: { verified: 3, checkShare: 1 },
    });
    expect(show({ ...READY, trusted: true }).trust).toBeNull();
  });

  it('says how long it has to wait in quarantine, and why', () => {
    const until = 6_500;
    const state = { kind: 'quarantined', until, reason: 'it lied' } as const;
    expect(show({ ...READY, state, quarantinedUntil: until })).toMatchObject({
      ...{ state: 'quarantined', reason: 'it lied', quarantineMs: 5_500 },
    });
    expect(show({ ...READY, state, quarantinedUntil: 10 }).quarantineMs).toBe(0);
  });

  it('is a stranger that joins while the scheduler has not heard of it', () => {
    expect(show(undefined)).toMatchObject({ state: 'joining', trust: { verified: 0, checkShare: 1 }, backupFor: 0 });
  });
});

describe('a job as it is shown', () => {
  it('counts the work of all of its rounds', () => {
    const job = runningJob();
    job.attempts = 100;
    job.work = { ...NO_WORK, again: 10, clones: 10 };
    const { attempts, work } = workOf(job, schedulerWith({}));
    expect(attempts).toBe(109);
    expect(work).toEqual({
      ...{ again: 11, backups: 2, clones: 13, replicas: 4, probes: 8 },
      ...{ checking: 5, rejected: 6, retracted: 7, unseen: 9 },
    });
    expect(jobView(job, schedulerWith({}), false)).toMatchObject({
      attempts: 109,
      retries: 13,
      work,
      state: 'running',
    });
    expect(workOf(job, schedulerWith({ job: null })).work).toEqual({ ...job.work, checking: 0 });
  });

  it('says what keeps it from going on, the most telling thing first', () => {
    const job = runningJob();
    const notice = (change: Parameters<typeof schedulerWith>[0], held = false) =>
      jobView(job, schedulerWith(change), held).notice;
    const paused: VolunteerStanding = { ...READY, state: { kind: 'paused' } };
    const suspect: VolunteerStanding = { ...READY, state: { kind: 'suspect', reason: 'its link is silent' } };
    const gone: VolunteerStanding = { ...READY, state: { kind: 'gone', reason: 'it left' } };
    expect(notice({})).toBeNull();
    expect(notice({}, true)).toContain('Held');
    expect(notice({ volunteers: [] })).toContain('No volunteer is here');
    expect(notice({ volunteers: [gone] })).toContain('No volunteer is here');
    expect(notice({ volunteers: [paused] })).toContain('All volunteers are paused');
    expect(notice({ volunteers: [paused, suspect] })).toContain('its link is silent');
    const lacks = ['a score of 9 (has 1)', 'shader-f16'];
    expect(notice({ blocked: () => [{ job: job.id, tasks: 4, lacks }] })).toContain(
      'Nobody here can run 4 of the tasks: they need a score of 9 (has 1), and shader-f16.',
    );
    const other = v.parse(JobId, 'other');
    expect(notice({ blocked: () => [{ job: other, tasks: 4, lacks }] })).toBeNull();
    job.state = 'paused';
    expect(notice({}, true)).toContain('resume');
  });

  it('says what its checks wait for', () => {
    const job = runningJob();
    const notice = (change: Partial<JobProgress>) => jobView(job, schedulerWith({ job: change }), false).notice;
    expect(notice({ noApart: 1 })).toContain('One result waits');
    expect(notice({ noApart: 3 })).toContain('3 results wait');
    const spot = runningJob('spot');
    const unseen = jobView(spot, schedulerWith({ job: { noApart: 2 } }), false).notice;
    expect(unseen).toContain('2 results are not checked yet');
    expect(unseen).toContain('let this computer help');
    for (const { task } of job.ledger.parts()) job.ledger.accepted(task);
    expect(notice({ checking: 2 })).toContain('2 to go');
    expect(notice({ checking: 0 })).toContain('last checks are under way.');
  });

  it('has a time to go only while it runs', () => {
    const job = runningJob();
    expect(jobView(job, schedulerWith({}), false)).toMatchObject({ etaMs: null, share: 0, sharing: { weight: 2 } });
    job.state = 'failed';
    job.reason = 'One part is missing.';
    expect(jobView(job, schedulerWith({ job: null }), true)).toMatchObject({
      ...{ notice: 'One part is missing.', held: false, etaMs: null },
      tasks: { running: 0 },
    });
  });
});
