import { BlobId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES, createFakeWorker, task, until } from './test-kit.js';
import { createWorkerHandle, exposeGpuWorker, type WorkerLike } from './worker-handle.js';
import type { InputAnswer, RunHooks } from './worker-port.js';

/** The two halves over a real message channel, as comlink uses it between a page and its Worker. */
function setUp() {
  const { port1, port2 } = new MessageChannel();
  const far = createFakeWorker();
  exposeGpuWorker(far.api, port2);
  const order: string[] = [];
  const errors: ((event: Event) => void)[] = [];
  const worker: WorkerLike = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer ?? []),
    addEventListener(type, listener) {
      if (type === 'error' && typeof listener === 'function') errors.push(listener);
      else port1.addEventListener(type, listener);
    },
    removeEventListener: (type, listener) => port1.removeEventListener(type, listener),
    start: () => port1.start(),
    terminate() {
      order.push('terminated');
      port1.close();
      port2.close();
    },
  };
  const handle = createWorkerHandle(worker, {
    lock: 'lock of this test',
    async released() {
      order.push('released');
    },
  });
  const crash = (event: Event) => {
    for (const listener of errors) listener(event);
  };
  return { far, handle, order, crash };
}

const hooks = (input: () => Promise<InputAnswer>, seen: string[] = []): RunHooks => ({
  started: () => void seen.push('started'),
  progress: (share) => void seen.push(`${share}`),
  submitted: () => void seen.push('submitted'),
  input,
});

const nothing = async (): Promise<InputAnswer> => ({ kind: 'missing', message: '' });

describe('the Worker’s port', () => {
  it('carries answers and hooks both ways', async () => {
    const t = setUp();
    expect(await t.handle.api.open({ intensity: 0.5, lock: null })).toEqual({
      kind: 'open',
      capabilities: CAPABILITIES,
    });
    const seen: string[] = [];
    const answered = t.handle.api.run({ run: 1, task: task('t1') }, hooks(nothing, seen));
    await until(() => t.far.runs.length === 1);
    const run = t.far.run('t1');
    run?.hooks.started();
    run?.hooks.progress(0.5);
    run?.hooks.submitted();
    await until(() => seen.length === 3);
    run?.finish(5);
    const answer = await answered;
    expect(answer.kind === 'done' && [...new Uint8Array(answer.body)]).toEqual([5, 5, 5, 5]);
    expect(seen).toEqual(['started', '0.5', 'submitted']);
    await t.handle.terminate();
  });

  it('moves buffers instead of copying them', async () => {
    const t = setUp();
    const input = new Uint8Array([1, 2, 3]).buffer;
    const answered = t.handle.api.run(
      { run: 1, task: task('t1') },
      hooks(async () => ({ kind: 'bytes', bytes: input })),
    );
    await until(() => t.far.runs.length === 1);
    const ref = { id: v.parse(BlobId, 'c'.repeat(64)), bytes: 3 };
    const got = await t.far.run('t1')?.hooks.input(ref);
    expect(got?.kind === 'bytes' && [...new Uint8Array(got.bytes)]).toEqual([1, 2, 3]);
    expect(input.byteLength).toBe(0);
    const body = new Uint8Array([9, 9, 9, 9]).buffer;
    t.far.run('t1')?.answer({
      kind: 'done',
      outputs: [{ name: 'sum', bytes: 4 }],
      body,
      stats: { kernelMs: 0, wallMs: 0, submissions: 0 },
      busyMs: 0,
    });
    await answered;
    expect(body.byteLength).toBe(0);
    await t.handle.terminate();
  });

  it('ends the Worker before it waits for its end, and once', async () => {
    const t = setUp();
    const gone = t.handle.terminate();
    expect(t.order).toEqual(['terminated', 'released']);
    await gone;
    await t.handle.terminate();
    expect(t.order).toHaveLength(2);
  });

  it('tells a crash in words', async () => {
    const t = setUp();
    t.crash(Object.assign(new Event('error'), { message: 'SyntaxError' }));
    expect(await t.handle.crashed).toBe('SyntaxError');
    await t.handle.terminate();
  });
});
