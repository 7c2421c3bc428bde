import { createManualClock } from '@tabgrid/protocol/clock';
import { JobId } from '@tabgrid/protocol/ids';
import { createFilm } from '@tabgrid/splitters/render/film';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { restingState } from '@tabgrid/splitters/render/planner';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJob, type Job } from './job.js';
import { createJobs, pastView, unfinishedView } from './jobs.js';
import { createPicture } from './picture.js';
import { SPEC } from './test-kit.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

const GRID = { volunteers: 1, unitsPerSecond: null };

function jobNamed(name: string): Job {
  const id = v.parse(JobId, name);
  const job = createJob({
    clock: createManualClock(),
    members: () => [],
    title: name,
    spec: SPEC,
    sharing: { weight: 1, priority: 0 },
    startedAt: 0,
    planner: restingState(fakeJob(manifest, { id }), [], 0),
  });
  job.begin(GRID);
  const film = createFilm(1, 1);
  job.picture = createPicture({ film, bytesOf: async () => null, lost: () => {}, changed: () => {} });
  return job;
}

const ids = (list: readonly Job[]) => list.map(({ id }) => id);

describe('the jobs of a page', () => {
  it('are running, in the order of launching, until they come to rest once', () => {
    const jobs = createJobs(() => false);
    const [a, b] = [jobNamed('a'), jobNamed('b')];
    jobs.run(a);
    jobs.run(b);
    expect(ids(jobs.running())).toEqual(['a', 'b']);
    expect(jobs.shown).toBe(b);
    expect(jobs.rest(a)).toBe(true);
    expect(jobs.rest(a)).toBe(false);
    expect(jobs.isRunning(a.id)).toBe(false);
    expect(jobs.get(a.id)).toBeUndefined();
    expect(jobs.rest(b)).toBe(true);
    expect(jobs.get(b.id)).toBe(b);
    expect(jobs.shown).toBe(b);
    // It may run again.
    jobs.run(b);
    expect(ids(jobs.running())).toEqual(['b']);
    expect(jobs.atRest()).toEqual([]);
  });

  it('are found by their tasks while the scheduler knows them', () => {
    const jobs = createJobs(() => false);
    const [a, b] = [jobNamed('a'), jobNamed('b')];
    const [task] = b.ledger.round().parts;
    if (!task) throw new Error('it has tasks');
    jobs.run(a);
    expect(jobs.byTask(task.task)).toBeUndefined();
    jobs.run(b);
    expect(jobs.byTask(task.task)).toBe(b);
    jobs.rest(b);
    expect(jobs.byTask(task.task)).toBeUndefined();
  });

  it('that were cut off are known, listed, and not shown', () => {
    const jobs = createJobs(() => false);
    const job = jobNamed('a');
    const record = { ...job.record({ upTo: 1, at: 1 }), state: 'paused' as const };
    jobs.cutOff({ record, job, share: () => 0.25 });
    expect(ids(jobs.known())).toEqual(['a']);
    expect(jobs.running()).toEqual([]);
    expect(jobs.shown).toBeNull();
    expect(jobs.unfinished().map(unfinishedView)).toMatchObject([{ id: 'a', state: 'running', share: 0.25, spp: 16 }]);
    jobs.cutOff({ record, job: null, share: () => 0 });
    expect(jobs.known()).toEqual([]);
    expect(jobs.unfinished().map(unfinishedView)).toMatchObject([{ state: 'paused' }]);
    jobs.run(job);
    expect(jobs.unfinished()).toEqual([]);
    expect(ids(jobs.known())).toEqual(['a']);
  });

  it('that were given up are nowhere, and on nobody’s screen', () => {
    const jobs = createJobs(() => true);
    const job = jobNamed('a');
    job.picture = null;
    jobs.cutOff({ record: job.record(null), job, share: () => 0 });
    expect(jobs.rest(job)).toBe(true);
    expect(jobs.unfinished()).toEqual([]);
    expect(jobs.atRest()).toEqual([]);
    jobs.cutOff({ record: job.record(null), job: null, share: () => 0 });
    jobs.removeUnfinished(job.id);
    expect(jobs.unfinished()).toEqual([]);
  });

  it('at rest stay in memory only where the store has them not, and then the last ones', () => {
    let unsaved = false;
    const jobs = createJobs(() => unsaved);
    const all = Array.from({ length: 12 }, (_, i) => jobNamed(`j${i}`));
    for (const job of all.slice(0, 3)) {
      jobs.run(job);
      jobs.rest(job);
    }
    expect(ids(jobs.atRest())).toEqual(['j2']);
    unsaved = true;
    for (const job of all.slice(3)) {
      jobs.run(job);
      jobs.rest(job);
    }
    expect(ids(jobs.atRest())).toEqual(['j3', 'j4', 'j5', 'j6', 'j7', 'j8', 'j9', 'j10', 'j11']);
    const [, , , fourth] = all;
    if (fourth) jobs.show(fourth);
    expect(jobs.shown).toBe(fourth);
    expect(ids(jobs.atRest())).toContain('j3');
  });

  it('are past ones in the words of the list', () => {
    const job = jobNamed('a');
    job.stop();
    expect(pastView(job.record(null))).toEqual({
      ...{ id: 'a', title: 'a', state: 'cancelled', width: 48, height: 32, spp: 16, startedAt: 0, wallMs: 0 },
    });
  });
});
