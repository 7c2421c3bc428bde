import type { Bytes } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { AttemptId, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { JobRecord, ResultRecord } from '@tabgrid/protocol/records';
import { fakeResult } from '@tabgrid/splitters/render/fake-kernel';
import { createFilm, filmSha256 } from '@tabgrid/splitters/render/film';
import { fakeBase, fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { restingState } from '@tabgrid/splitters/render/planner';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Arrival, createJob, type Job } from './job.js';
import type { Member } from './member.js';
import { splitOutputs } from './outputs.js';
import { createPicture } from './picture.js';
import { SPEC } from './test-kit.js';
import { capabilities } from './test-volunteer.js';

const FILM = { width: 32, height: 16 };
const GRID = { volunteers: 1, unitsPerSecond: null };
let base: Omit<PathtraceParams, 'tile' | 'samples'>;
let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
  base = fakeBase(manifest, { film: FILM });
});

const member: Member = {
  id: v.parse(VolunteerId, 'v3'),
  ordinal: 2,
  session: v.parse(VolunteerId, 's'),
  name: 'Grace',
  invited: true,
  network: null,
  region: null,
  provider: null,
  capabilities: capabilities(),
  telemetry: { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 },
  link: null,
  path: 'direct',
  closedBytes: { to: 0, from: 0 },
};

/** A job of eight tasks, with a picture whose removed neighbours are all at hand. */
function setUp(before?: JobRecord) {
  const clock = createManualClock();
  const render = fakeJob(manifest, { base, tile: 8 });
  const planner = before ? restingState(render, before.runs, before.generation) : restingState(render, [], 0);
  const job = createJob({
    ...{ clock, members: () => [member], title: 'a title', spec: { ...SPEC, ...FILM }, startedAt: 3, planner },
    sharing: { weight: 2, priority: 1 },
    ...(before && { before }),
  });
  const kept = new Map<TaskId, Bytes>();
  job.picture = createPicture({
    film: createFilm(FILM.width, FILM.height),
    bytesOf: async (task) => kept.get(task) ?? null,
    lost: (_, part) => job.miss(part),
    changed: () => {},
  });
  const result = (task: TaskId): Bytes => {
    const params = job.ledger.paramsOf(task);
    if (!params) throw new Error('the job knows its tasks');
    return fakeResult(params);
  };
  const arrival = (task: TaskId, body = result(task)): Arrival => ({
    ...{ attempt: v.parse(AttemptId, `${task}.1`), member, adapter: member.capabilities.adapter, software: true, body },
    head: {
      type: 'result',
      ref: { attempt: v.parse(AttemptId, `${task}.1`), task, job: job.id },
      outputs: [{ name: 'blocks', bytes: body.byteLength }],
      stats: { kernelMs: 10, wallMs: 12, submissions: 1 },
    },
  });
  const accept = (task: TaskId): ResultRecord => {
    const taken = job.accept(task, arrival(task), GRID);
    if (taken?.kind !== 'part') throw new Error('it was open');
    kept.set(task, taken.record.result);
    return taken.record;
  };
  return { job, clock, arrival, accept, kept };
}

const tasksOf = (job: Job) => job.begin(GRID).map(({ id }) => id);

describe('a job', () => {
  it('takes each result in once: film, tally, and a record that says whose it is', () => {
    const { job, arrival } = setUp();
    const [first] = tasksOf(job);
    if (!first) throw new Error('it has tasks');
    const taken = job.accept(first, arrival(first), GRID);
    expect(v.parse(ResultRecord, structuredClone(taken?.kind === 'part' && taken.record))).toMatchObject({
      ...{
        job: job.id,
        task: first,
        attempt: `${first}.1`,
        volunteer: 'v3',
        name: 'Grace',
        kernelMs: 10,
        software: true,
      },
    });
    expect(job.accept(first, arrival(first), GRID)).toBeNull();
    expect(job.tally.results).toBe(1);
    expect(job.tiles()).toMatchObject([{ state: 'accepted', volunteer: 2 }]);
    expect(job.ledger.progress).toMatchObject({ tasks: 8, accepted: 1 });
  });

  it('is done when all is settled, not when all is there, and waits again after a retraction', async () => {
    const { job, accept } = setUp();
    const tasks = tasksOf(job);
    for (const task of tasks) accept(task);
    expect(job.state).toBe('running');
    const [first] = tasks;
    if (!first) throw new Error('it has tasks');
    expect(job.retract(first)).toMatchObject({ counted: { volunteer: 'v3', kernelMs: 10 } });
    expect(job.retract(first)).toBeNull();
    job.settle();
    expect(job.state).toBe('running');
    await job.picture?.settled();
    expect(job.tiles()).toHaveLength(7);
    expect(job.tally.results).toBe(7);
    accept(first);
    job.settle();
    expect(job.state).toBe('done');
    const film = job.picture?.film;
    const other = setUp();
    for (const task of tasksOf(other.job)) other.accept(task);
    expect(film && (await filmSha256(film))).toBe(other.job.picture && (await filmSha256(other.job.picture.film)));
  });

  it('that misses parts has failed, says why, and makes them with the next samples', () => {
    const { job, accept } = setUp();
    const [first, second, ...rest] = tasksOf(job);
    if (!first || !second) throw new Error('it has tasks');
    for (const task of rest) accept(task);
    job.fail(first, ['Ada: out of memory']);
    expect(job.reason).toContain('One part of the picture could not be rendered (Ada: out of memory)');
    job.fail(second, []);
    expect(job.reason).toContain('2 parts');
    job.settle();
    expect(job.state).toBe('failed');
    const again = job.extend(16, GRID);
    expect(again).toHaveLength(2 + 8);
    expect(job).toMatchObject({ state: 'running', reason: null, settled: false });
  });

  it('whose earlier samples had to be taken out has failed, though its round is whole', () => {
    const { job, accept } = setUp();
    const tasks = tasksOf(job);
    for (const task of tasks) accept(task);
    job.settle();
    const [first] = tasks;
    const params = first && job.ledger.paramsOf(first);
    if (!params) throw new Error('it has tasks');
    job.miss(params);
    expect(job.state).toBe('failed');
    expect(job.reason).toContain('taken out');
    expect(job.ledger.progress.accepted).toBe(7);
  });

  it('stays as it is when it is stopped, unless it had ended before', () => {
    const { job, accept } = setUp();
    const tasks = tasksOf(job);
    job.stop();
    expect(job.state).toBe('cancelled');
    expect(job.extend(0, GRID)).toHaveLength(8);
    for (const task of job.ledger.round().parts.map((part) => part.task)) accept(task);
    job.settle();
    job.stop();
    expect(job.state).toBe('done');
    expect(tasks.length).toBe(8);
  });
});

describe('the structure of a result', () => {
  it('is what the kernel says: outputs, lengths, and its own look', () => {
    const { job, arrival } = setUp();
    const [first] = tasksOf(job);
    if (!first) throw new Error('it has tasks');
    const { head, body } = arrival(first);
    expect(job.fault(first, head, body)).toBeNull();
    expect(job.fault(first, { ...head, outputs: [] }, body)).toContain('add up');
    expect(job.fault(first, head, body.slice(1))).toContain('add up');
    const outputs = [{ name: 'other', bytes: body.byteLength }];
    expect(job.fault(first, { ...head, outputs }, body)).toContain('not as agreed');
    const broken = body.slice();
    broken.fill(0xff, 0, 4);
    expect(job.fault(first, head, broken)).toContain('sum');
    expect(
      splitOutputs(
        [
          { name: 'a', bytes: 1 },
          { name: 'b', bytes: 2 },
        ],
        new Uint8Array([1, 2, 3]),
      ),
    ).toEqual([new Uint8Array([1]), new Uint8Array([2, 3])]);
  });
});

describe('a job’s record', () => {
  it('is of the records’ form, and says that a job without a journal is a stopped one', () => {
    const { job } = setUp();
    tasksOf(job);
    const record = v.parse(JobRecord, structuredClone(job.record({ upTo: 4, at: 2.5 })));
    expect(record).toMatchObject({
      ...{ state: 'running', journal: { upTo: 4, at: 2.5 }, sharing: { weight: 2, priority: 1 }, settled: false },
      ...{ planner: { open: 8, failed: [] }, progress: { tasks: 8, accepted: 0 } },
    });
    expect(job.record(null)).toMatchObject({ state: 'cancelled', journal: null });
    job.state = 'paused';
    expect(job.record({ upTo: 4, at: 2 }).state).toBe('paused');
    expect(job.record(null).state).toBe('cancelled');
    job.state = 'done';
    expect(job.record(null).state).toBe('done');
  });

  it('with its results gives the same picture again, under other volunteers’ names where these are others', async () => {
    const first = setUp();
    const records = tasksOf(first.job).map((task) => first.accept(task));
    first.job.settle();
    for (const [sameIds, name] of [
      [true, 'v3'],
      [false, 'past-v3'],
    ] as const) {
      const again = setUp(first.job.record(null));
      for (const record of records) {
        expect(again.job.restore(record, { sameIds, count: true })?.volunteer).toBe(name);
        expect(again.job.restore(record, { sameIds, count: true })).toBeNull();
      }
      expect(again.job.picture?.film.sums).toEqual(first.job.picture?.film.sums);
      expect(again.job).toMatchObject({ state: 'done' });
      expect(again.job.ledger.progress).toEqual(first.job.ledger.progress);
      expect(again.job.tally.rows()).toMatchObject([{ volunteer: name, results: 8, kernelMs: 80 }]);
    }
    // A former name is not made longer by every visit.
    const past = setUp(first.job.record(null));
    const [record] = records;
    const volunteer = v.parse(VolunteerId, 'past-v9');
    expect(record && past.job.restore({ ...record, volunteer }, { sameIds: false, count: true })?.volunteer).toBe(
      'past-v9',
    );
  });

  it('takes no result in that is not the picture’s', () => {
    const { job, accept } = setUp();
    const [first] = tasksOf(job);
    if (!first) throw new Error('it has tasks');
    const record = accept(first);
    const other = setUp(job.record(null));
    const how = { sameIds: true, count: true };
    expect(other.job.restore({ ...record, tile: { ...record.tile, x: 30 } }, how)).toBeNull();
    expect(other.job.restore({ ...record, result: record.result.slice(1) }, how)).toBeNull();
    expect(other.job.restore({ ...record, samples: { ...record.samples, first: 3 } }, how)).toBeNull();
    expect(other.job.tiles()).toEqual([]);
  });
});
