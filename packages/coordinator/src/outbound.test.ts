import type { Bytes } from '@tabgrid/protocol/bytes';
import { AttemptId, BlobId, JobId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_ENCLOSED_BYTES } from '@tabgrid/protocol/limits';
import { FromCoordinator } from '@tabgrid/protocol/link';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createOutbound, type WholeTask } from './outbound.js';

const volunteer = v.parse(VolunteerId, 'v1');
const attempt = v.parse(AttemptId, 'j:0-1.1');
const job = v.parse(JobId, 'j');
const task: TaskSpec = {
  id: v.parse(TaskId, 'j:0-1'),
  job,
  kernel: { kind: 'k', version: '1' },
  params: {},
  inputs: [],
  requires: {},
  workUnits: 1,
  outputBytes: 4,
  verify: 'none',
};
const RENDER = { kind: 'render', title: 'a title' } as const;
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

function setUp(send: (head: FromCoordinator, body?: Bytes) => Promise<void> = async () => {}) {
  const said: string[] = [];
  const told: SchedulerEvent[] = [];
  const waiting: (() => void)[] = [];
  const outbound = createOutbound({
    journal: { durable: () => new Promise((resolve) => waiting.push(resolve)) },
    roster: {
      async send(_, head, body) {
        said.push(head.type);
        await send(head, body);
      },
      broadcast: (head) => void said.push(head.type),
    },
    tell: (event) => void told.push(event),
  });
  const stored = async () => {
    for (const resolve of waiting.splice(0)) resolve();
    await settle();
  };
  return { outbound, said, told, stored };
}

describe('what volunteers are told', () => {
  it('is nothing of a task or an acknowledgement before the journal has it', async () => {
    const { outbound, said, told, stored } = setUp();
    outbound.task(volunteer, attempt, task, RENDER);
    outbound.acknowledge(volunteer, attempt);
    outbound.jobOver(job, () => true);
    await settle();
    expect(said).toEqual([]);
    await stored();
    expect(said).toEqual(['task', 'accepted', 'jobOver']);
    expect(told).toEqual([{ type: 'sent', attempt }]);
  });

  it('is a view’s task at once: no page after this one goes on with it', async () => {
    const { outbound, said, told } = setUp();
    outbound.task(volunteer, attempt, task, { kind: 'view', title: 'a title' });
    await settle();
    expect(said).toEqual(['task']);
    expect(told).toEqual([{ type: 'sent', attempt }]);
  });

  it('is never a task that was stopped before it was sent', async () => {
    const { outbound, said, told, stored } = setUp();
    outbound.task(volunteer, attempt, task, RENDER);
    outbound.cancel(volunteer, attempt, 'another result was first');
    await stored();
    expect(said).toEqual([]);
    expect(told).toEqual([]);
  });

  it('is a task with what it reads, when that is put together', async () => {
    const heads: FromCoordinator[] = [];
    const { outbound, told, stored } = setUp(async (head) => void heads.push(head));
    const inputs = [{ id: v.parse(BlobId, 'a'.repeat(64)), bytes: 8 }];
    let ready: (whole: WholeTask) => void = () => {};
    outbound.task(
      volunteer,
      attempt,
      task,
      RENDER,
      () =>
        new Promise((resolve) => {
          ready = resolve;
        }),
    );
    await stored();
    expect(heads).toEqual([]);
    ready({ task: { ...task, inputs } });
    await settle();
    expect(heads).toMatchObject([{ type: 'task', attempt, task: { id: task.id, inputs } }]);
    expect(told).toEqual([{ type: 'sent', attempt }]);
  });

  it('is what is enclosed along with the task, as far as there is room for it', async () => {
    const said: { readonly head: FromCoordinator; readonly body?: Bytes }[] = [];
    const { outbound, stored } = setUp(async (head, body) => void said.push({ head, ...(body && { body }) }));
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => ({ id: v.parse(BlobId, letter.repeat(64)), bytes: 8 }));
    if (!a || !b || !c) throw new Error('no blobs');
    const whole: WholeTask = {
      task: { ...task, inputs: [a, b] },
      enclosed: [
        { blob: a.id, bases: [c], patch: Uint8Array.of(1, 2, 3) },
        { blob: b.id, bases: [], patch: new Uint8Array(MAX_ENCLOSED_BYTES - 2) },
        { blob: b.id, bases: [], patch: Uint8Array.of(4) },
      ],
    };
    outbound.task(volunteer, attempt, task, RENDER, async () => whole);
    await stored();
    const [{ head, body } = { head: null }] = said;
    expect(v.parse(FromCoordinator, head)).toMatchObject({
      enclosed: [
        { blob: a.id, bytes: 3, bases: [c] },
        { blob: b.id, bytes: 1, bases: [] },
      ],
    });
    expect(body).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('is no task that was stopped while it was put together, or that cannot be', async () => {
    const { outbound, said, told, stored } = setUp();
    let ready: (whole: WholeTask) => void = () => {};
    outbound.task(
      volunteer,
      attempt,
      task,
      RENDER,
      () =>
        new Promise((resolve) => {
          ready = resolve;
        }),
    );
    await stored();
    outbound.cancel(volunteer, attempt, 'what it is made from is not believed any more');
    ready({ task });
    await settle();
    expect([said, told]).toEqual([[], []]);
    outbound.task(volunteer, attempt, task, RENDER, () => Promise.reject(new Error('no memory for it')));
    await stored();
    expect(said).toEqual([]);
    expect(told).toMatchObject([{ type: 'failed', attempt, failure: { message: 'Error: no memory for it' } }]);
  });

  it('is a stop at once, whatever the store does', async () => {
    const { outbound, said, stored } = setUp();
    outbound.task(volunteer, attempt, task, RENDER);
    await stored();
    outbound.cancel(volunteer, attempt, 'too late');
    outbound.reject(volunteer, attempt, 'wrong');
    expect(said).toEqual(['task', 'cancel', 'rejected']);
  });

  it('is not that a job is over which began again', async () => {
    const { outbound, said, stored } = setUp();
    outbound.jobOver(job, () => false);
    await stored();
    expect(said).toEqual([]);
  });

  it('fails a task that cannot be put into a message, and leaves a closed link to the link', async () => {
    const bad = setUp(async () => {
      throw new RangeError('too long');
    });
    bad.outbound.task(volunteer, attempt, task, RENDER);
    await bad.stored();
    expect(bad.told).toMatchObject([{ type: 'failed', attempt, failure: { code: 'badTask', message: 'too long' } }]);
    const closed = setUp(async () => {
      throw new Error('the link is closed');
    });
    closed.outbound.task(volunteer, attempt, task, RENDER);
    await closed.stored();
    expect(closed.told).toEqual([]);
  });
});
