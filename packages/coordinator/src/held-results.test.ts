import type { Bytes } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import * as ids from '@tabgrid/protocol/ids';
import { type AttemptId, JobId, TaskId } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION, type ResultRecord } from '@tabgrid/protocol/records';
import type { AdapterClass } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { fakeResult } from '@tabgrid/splitters/render/fake-kernel';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { restingState } from '@tabgrid/splitters/render/planner';
import { type PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHeldResults, nothingToCompare } from './held-results.js';
import { createJob, type Job } from './job.js';
import type { Member, ResultHead } from './member.js';
import type { Results } from './results.js';
import { SPEC } from './test-kit.js';
import { capabilities } from './test-volunteer.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

const aid = (id: string): AttemptId => v.parse(ids.AttemptId, id);
const member: Member = {
  id: v.parse(ids.VolunteerId, 'v1'),
  ordinal: 0,
  session: v.parse(ids.VolunteerId, 's1'),
  name: 'Ada',
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
const CLASS = capabilities().adapter;
const PAIR = { attempt: aid('a1'), with: aid('a2') };
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

function setUp() {
  const told: SchedulerEvent[] = [];
  const stored = new Map<string, ResultRecord>();
  const results: Results = {
    put: () => {},
    remove: () => {},
    get: async (_, task) => stored.get(task) ?? null,
    tasks: async () => [],
  };
  const held = createHeldResults({ results, tell: (event) => void told.push(event) });
  const render = fakeJob(manifest, { id: v.parse(JobId, 'j') });
  const job: Job = createJob({
    clock: createManualClock(),
    members: () => [],
    title: '',
    spec: SPEC,
    sharing: { weight: 1, priority: 0 },
    startedAt: 0,
    planner: restingState(render, [], 0),
  });
  const [first] = job.begin({ volunteers: 1, unitsPerSecond: null });
  if (!first) throw new Error('a picture has tasks');
  const params = job.ledger.paramsOf(first.id);
  if (!params) throw new Error('the job knows it');
  const right = () => fakeResult(params);
  const arrive = (attempt: string, body: Bytes, adapter: AdapterClass = CLASS, head: Partial<ResultHead> = {}) =>
    held.arrived({
      attempt: aid(attempt),
      member,
      adapter,
      software: true,
      head: {
        type: 'result',
        ref: { attempt: aid(attempt), task: first.id, job: job.id },
        outputs: [...pathtraceTask.outputs(params)],
        stats: { kernelMs: 1, wallMs: 1, submissions: 1 },
        ...head,
      },
      body,
    });
  /** Accepted before, and in the store. */
  const store = (attempt: string, result: Bytes) => {
    const { tile, samples } = params;
    stored.set(first.id, {
      ...{ version: RECORDS_VERSION, job: job.id, task: first.id, attempt: aid(attempt), tile, samples },
      ...{ volunteer: member.id, name: '', adapter: CLASS, software: true, kernelMs: 1, result },
    });
  };
  return { held, told, job, task: first.id, right, arrive, store };
}

/** One bit of one pixel. */
function nudged(result: Bytes): Bytes {
  result[0] = (result[0] ?? 0) ^ 1;
  return result;
}

describe('results under check', () => {
  it('are held from the check to their end, and looked at by their kernel', () => {
    const { held, told, job, task, right, arrive } = setUp();
    arrive('a1', right());
    held.check(job, aid('a1'), task, null);
    held.settled();
    arrive('a2', right().slice(4));
    held.check(job, aid('a2'), task, null);
    expect(told).toMatchObject([
      { type: 'checked', attempt: 'a1', fault: null },
      { type: 'checked', attempt: 'a2', fault: expect.stringContaining('add up') },
    ]);
    expect(held.open().held.map(({ attempt }) => attempt)).toEqual(['a1', 'a2']);
    expect(held.take(aid('a1'))?.member).toBe(member);
    expect(held.take(aid('a1'))).toBeNull();
    held.endTask(task);
    expect(held.open().held).toEqual([]);
  });

  it('are dropped when nobody wants them checked, and at the end of their job', () => {
    const { held, told, job, task, right, arrive } = setUp();
    arrive('a1', right());
    held.settled();
    held.check(job, aid('a1'), task, null);
    expect(told).toMatchObject([{ type: 'checked', fault: 'the result is gone' }]);
    arrive('a2', right());
    held.check(job, aid('a2'), task, null);
    held.endJob(v.parse(JobId, 'other'));
    expect(held.open().held).toHaveLength(1);
    held.endJob(job.id);
    expect(held.open().held).toEqual([]);
  });

  it('that come a second time are the ones that are held', () => {
    const { held, job, task, right, arrive } = setUp();
    const first = right();
    arrive('a1', first);
    held.check(job, aid('a1'), task, null);
    arrive('a1', nudged(right()));
    expect(held.take(aid('a1'))?.body).toBe(first);
  });

  it('of a task that nobody knows are faulty', () => {
    const { held, told, job, right, arrive } = setUp();
    arrive('a1', right());
    held.check(job, aid('a1'), v.parse(TaskId, 'j:9-9'), null);
    arrive('a2', right());
    held.check(undefined, aid('a2'), v.parse(TaskId, 'x:0-0'), null);
    expect(told).toMatchObject([{ fault: expect.stringContaining('does not have') }, { fault: 'the result is gone' }]);
  });
});

describe('comparing', () => {
  const both = (b: (right: Bytes) => Bytes, adapter?: AdapterClass) => {
    const t = setUp();
    t.arrive('a1', t.right());
    t.arrive('a2', b(t.right()), adapter);
    for (const id of ['a1', 'a2']) t.held.check(t.job, aid(id), t.task, null);
    t.told.length = 0;
    t.held.compare(t.job, t.task, PAIR, null);
    return t.told;
  };
  const nobody = { vendor: '', architecture: '', description: '', browser: 'test-1' };

  it('takes equal bits, of whomever', () => {
    for (const adapter of [CLASS, nobody, { ...CLASS, vendor: 'other' }]) {
      expect(both((r) => r, adapter)).toEqual([{ type: 'compared', attempt: 'a1', with: 'a2', verdict: 'equal' }]);
    }
  });

  it('takes rounding of another class of adapter, and of one that nobody can name, but not of the same', () => {
    expect(both(nudged)).toMatchObject([{ verdict: 'different' }]);
    for (const change of [{ vendor: 'x' }, { architecture: 'x' }, { description: 'x' }, { browser: 'x' }]) {
      expect(both(nudged, { ...CLASS, ...change })).toMatchObject([{ verdict: 'within' }]);
    }
    const t = setUp();
    t.arrive('a1', t.right(), nobody);
    t.arrive('a2', nudged(t.right()), nobody);
    for (const id of ['a1', 'a2']) t.held.check(t.job, aid(id), t.task, null);
    t.held.compare(t.job, t.task, PAIR, null);
    expect(t.told.at(-1)).toMatchObject({ type: 'compared', verdict: 'within' });
  });

  it('reads one that was accepted from the store, and owes an answer meanwhile', async () => {
    const { held, told, job, task, right, arrive, store } = setUp();
    store('a1', right());
    arrive('a2', nudged(right()));
    held.check(job, aid('a2'), task, null);
    told.length = 0;
    held.compare(job, task, PAIR, null);
    expect(told).toEqual([]);
    expect(held.open().comparing).toEqual([{ attempt: 'a1', with: 'a2' }]);
    await settle();
    expect(told).toEqual([{ type: 'compared', attempt: 'a1', with: 'a2', verdict: 'different' }]);
    expect(held.open().comparing).toEqual([]);
  });

  it('says whose bytes are gone, and answers all the same', async () => {
    const { held, told, job, task, right, arrive, store } = setUp();
    // The store has the task's result of another attempt.
    store('a9', right());
    arrive('a2', right());
    held.check(job, aid('a2'), task, null);
    told.length = 0;
    held.compare(job, task, PAIR, null);
    await settle();
    const pair = { attempt: aid('a1'), with: aid('a2') };
    expect(told).toEqual([{ type: 'resultGone', attempt: 'a1' }, nothingToCompare(pair)]);
    told.length = 0;
    held.compare(undefined, task, PAIR, null);
    await settle();
    expect(told.map(({ type }) => type)).toEqual(['resultGone', 'resultGone', 'compared']);
  });
});

describe('parts', () => {
  const SECRET = 77_777;
  const setUpPart = (whole: (right: Bytes) => Bytes, part: (right: Bytes) => Bytes) => {
    const t = setUp();
    const params = t.job.ledger.paramsOf(t.task);
    if (!params) throw new Error('the job knows it');
    const small = pathtraceTask.probe(params, SECRET);
    t.arrive('a1', whole(t.right()));
    t.held.check(t.job, aid('a1'), t.task, null);
    const head = { outputs: [...pathtraceTask.outputs(small)] };
    t.arrive('a2', part(fakeResult(small)), CLASS, head);
    t.held.check(t.job, aid('a2'), t.task, SECRET);
    return { ...t, small };
  };
  const verdict = ({ held, job, task, told }: ReturnType<typeof setUp>) => {
    held.compare(job, task, PAIR, SECRET);
    return told.at(-1);
  };

  it('are judged by their own form, and compared with what the whole has there', () => {
    const t = setUpPart(
      (right) => right,
      (right) => right,
    );
    expect(t.told).toMatchObject([{ fault: null }, { fault: null }]);
    expect(t.small.tile.width * t.small.tile.height).toBeLessThanOrEqual(4);
    expect(verdict(t)).toMatchObject({ type: 'compared', verdict: 'equal' });
    const wrong = setUpPart(
      (right) => right,
      (right) => nudged(right),
    );
    expect(verdict(wrong)).toMatchObject({ verdict: 'different' });
  });

  it('see nothing of the rest', () => {
    const t = setUpPart(
      // The corner, which is in no part of the middle.
      (right) => nudged(right),
      (right) => right,
    );
    const corner = t.small.tile.x === 0 && t.small.tile.y === 0;
    expect(corner).toBe(false);
    expect(verdict(t)).toMatchObject({ verdict: 'equal' });
  });

  it('are compared with one another', () => {
    const t = setUpPart(
      (right) => right,
      (right) => right,
    );
    const head = { outputs: [...pathtraceTask.outputs(t.small)] };
    t.arrive('a3', fakeResult(t.small), CLASS, head);
    t.held.check(t.job, aid('a3'), t.task, SECRET);
    t.held.compare(t.job, t.task, { attempt: aid('a2'), with: aid('a3') }, SECRET);
    expect(t.told.at(-1)).toMatchObject({ verdict: 'equal' });
  });

  it('are no whole results', () => {
    const t = setUp();
    t.arrive('a1', t.right());
    t.held.check(t.job, aid('a1'), t.task, SECRET);
    expect(t.told).toMatchObject([{ fault: expect.stringMatching(/add up|as agreed/) }]);
  });
});
