import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, sha256Hex } from '@tabgrid/protocol/bytes';
import { BlobId } from '@tabgrid/protocol/ids';
import type { JsonObject } from '@tabgrid/protocol/json';
import { type AnyKernel, anyKernel } from '@tabgrid/webgpu-kernels/erased';
import {
  GpuLostError,
  type GpuSession,
  InvalidTaskError,
  NoGpuError,
  OutOfMemoryError,
} from '@tabgrid/webgpu-kernels/gpu-session';
import type { Kernel, Outputs, RunControl, TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import type { Scores } from '@tabgrid/webgpu-kernels/score/measure';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createDeferred } from './deferred.js';
import { createGpuWorker, type OpenedSession } from './gpu-worker-core.js';
import { CAPABILITIES, settle, task, until } from './test-kit.js';
import type { InputAnswer, RunAnswer, RunHooks } from './worker-port.js';

interface FakeSession extends OpenedSession {
  lose(reason: string): void;
  busy: number;
  readonly intensities: number[];
}

function createFakeSession(figures: Record<string, number> = {}): FakeSession {
  const lost = createDeferred<string>();
  const intensities: number[] = [];
  const none = (): never => {
    throw new Error('the kernel of this test uses no GPU');
  };
  const fake: FakeSession = {
    busy: 0,
    intensities,
    lose: (reason) => lost.resolve(reason),
    capabilities: CAPABILITIES,
    session: {
      // The kernels here never look at it.
      get device() {
        return none();
      },
      adapterClass: CAPABILITIES.adapter,
      lost: lost.promise,
      pipeline: none,
      resource: none,
      submit: none,
      slicer: none,
      readBuffer: none,
      now: () => 0,
      setIntensity: (share) => void intensities.push(share),
      busyMs: () => fake.busy,
      close: () => {},
      slicerFigures: () => figures,
    },
  };
  return fake;
}

interface Call {
  readonly gpu: GpuSession;
  readonly params: { readonly n: number };
  readonly inputs: readonly TaskInput[];
  readonly control: RunControl;
  resolve(outputs: Outputs): void;
  reject(error: unknown): void;
}

const NO_MEMORY = { recall: async () => null, keep: async () => {} };

/** A kernel whose runs the test ends. */
function createFakeKernel() {
  const calls: Call[] = [];
  const kernel: Kernel<{ n: number }> = {
    task: {
      kind: 'add',
      version: '1',
      params: v.strictObject({ n: v.number() }),
      outputs: ({ n }) => [{ name: 'sum', bytes: 4 }, ...(n === 3 ? [{ name: 'more', bytes: 2 }] : [])],
      workUnits: () => 1,
      requires: () => ({}),
      probe: (params) => params,
      fault: (_params, [output]) => (output?.[0] === 255 ? 'canary gone' : null),
      compare: () => ({ kind: 'equal' }),
    },
    run: (gpu, params, inputs, control) =>
      new Promise((resolve, reject) => {
        calls.push({ gpu, params, inputs, control, resolve, reject });
      }),
  };
  return { calls, kernel: anyKernel(kernel) };
}

function createHooks(input: (ref: BlobRef) => InputAnswer = () => ({ kind: 'missing', message: 'no such blob' })) {
  const seen: string[] = [];
  const hooks: RunHooks = {
    started: () => void seen.push('started'),
    progress: (share) => void seen.push(`progress ${share}`),
    submitted: () => void seen.push('submitted'),
    input: async (ref) => input(ref),
  };
  return { seen, hooks };
}

function setUp(measure: () => Promise<Scores | null> = async () => null) {
  const measured: unknown[] = [];
  const sessions: FakeSession[] = [];
  const remembered: unknown[] = [];
  const locks: string[] = [];
  const { calls, kernel } = createFakeKernel();
  let refuse: Error | null = null;
  const worker = createGpuWorker({
    async openSession(figures) {
      remembered.push(figures);
      if (refuse !== null) throw refuse;
      const session = createFakeSession({ trace: 1000 / 4 ** (sessions.length + 1) });
      sessions.push(session);
      return session;
    },
    kernels: [kernel],
    measure(gpu) {
      measured.push(gpu);
      return measure();
    },
    variants: NO_MEMORY,
    holdLock: (name) => locks.push(name),
  });
  const run = (number: number, params: JsonObject = { n: 1 }, hooks = createHooks().hooks, fields = {}) =>
    worker.run({ run: number, task: task(`t${number}`, [], { params, ...fields }) }, hooks);
  const express = (number: number) =>
    worker.run(
      { run: number, task: task(`t${number}`, [], { params: { n: 1 } }), manner: 'express' },
      createHooks().hooks,
    );
  return {
    worker,
    express,
    sessions,
    remembered,
    locks,
    measured,
    calls,
    run,
    refuse(error: Error | null) {
      refuse = error;
    },
  };
}

const outputsOf = (value: number): Outputs => ({
  outputs: [new Uint8Array(4).fill(value)],
  stats: { kernelMs: 1, wallMs: 2, submissions: 1 },
});

function bodyOf(answer: RunAnswer): Bytes | null {
  return answer.kind === 'done' ? new Uint8Array(answer.body) : null;
}

describe('open', () => {
  it('tells the adapter’s capabilities and the page’s kernels, and holds the lock', async () => {
    const t = setUp();
    expect(await t.worker.open({ intensity: 0.4, lock: 'alive' })).toEqual({
      kind: 'open',
      capabilities: { ...CAPABILITIES, kernels: [{ kind: 'add', version: '1' }] },
    });
    expect(t.locks).toEqual(['alive']);
    expect(t.sessions[0]?.intensities).toEqual([0.4]);
  });

  it('tells what the machine was measured to do, and measures it once', async () => {
    const scores = { gpu: 5000, cpu: 300 };
    const t = setUp(async () => scores);
    const open = () => t.worker.open({ intensity: 0.4, lock: null });
    expect(await open()).toMatchObject({ capabilities: { scores } });
    t.sessions[0]?.lose('driver reset');
    await settle();
    expect(await open()).toMatchObject({ capabilities: { scores } });
    expect(t.sessions).toHaveLength(2);
    expect(t.measured).toEqual([t.sessions[0]?.session]);
  });

  it('goes on without scores where measuring fails, or the device is lost over it', async () => {
    const failing = setUp(() => Promise.reject(new Error('no such shader')));
    const answer = await failing.worker.open({ intensity: 0.4, lock: null });
    expect(answer).toMatchObject({ kind: 'open' });
    expect(answer.kind === 'open' && 'scores' in answer.capabilities).toBe(false);
    const hanging = setUp(() => createDeferred<Scores | null>().promise);
    const opened = hanging.worker.open({ intensity: 0.4, lock: null });
    await until(() => hanging.measured.length === 1);
    hanging.sessions[0]?.lose('driver reset');
    expect((await opened).kind).toBe('open');
  });

  it('offers a kernel whose bits count in the version that this adapter’s answer to a known task is of', async () => {
    const answer = new Uint8Array(4).fill(7);
    const sha256 = await sha256Hex(answer);
    const kept: string[] = [];
    const offers = async (made: Bytes | Error, software = false): Promise<unknown> => {
      let asked = 0;
      const { kernel } = createFakeKernel();
      const known: AnyKernel = {
        ...kernel,
        knownAnswer: { sha256, tasks: async () => [{ params: { n: 1 }, inputs: [] }] },
        async run() {
          asked++;
          if (made instanceof Error) throw made;
          return { outputs: [made, new Uint8Array(9)], stats: { kernelMs: 1, wallMs: 1, submissions: 1 } };
        },
      };
      const session = createFakeSession();
      const worker = createGpuWorker({
        kernels: [known],
        openSession: async () => ({ ...session, capabilities: { ...CAPABILITIES, software } }),
        measure: async () => null,
        variants: { recall: async () => null, keep: async ({ kind }, version) => void kept.push(`${kind} ${version}`) },
        holdLock() {},
      });
      const opened = await worker.open({ intensity: 0.4, lock: null });
      const sent = { ...task('t', [], { params: { n: 1 } }), kernel: { kind: 'add', version: '1' } };
      const tried = await worker.run({ run: 1, task: sent }, createHooks().hooks);
      return [opened.kind === 'open' && opened.capabilities.kernels, asked, tried.kind];
    };
    const other = new Uint8Array(4).fill(8);
    const dialect = `1+${(await sha256Hex(other)).slice(0, 12)}`;
    expect(await offers(answer)).toEqual([[{ kind: 'add', version: '1' }], 2, 'done']);
    expect(await offers(other)).toEqual([[{ kind: 'add', version: dialect }], 1, 'failed']);
    expect(await offers(new Error('no such instruction'))).toEqual([[], 1, 'failed']);
    expect(await offers(other, true)).toEqual([[{ kind: 'add', version: '1' }], 1, 'done']);
    expect(kept).toEqual(['add answer 1', `add answer ${dialect}`]);
  });

  it('says what to do where there is no GPU, and can be asked again', async () => {
    const t = setUp();
    t.refuse(new NoGpuError('switch it on'));
    expect(await t.worker.open({ intensity: 0.4, lock: null })).toEqual({ kind: 'noGpu', message: 'switch it on' });
    t.refuse(null);
    expect((await t.worker.open({ intensity: 0.4, lock: null })).kind).toBe('open');
  });
});

describe('run', () => {
  it('answers with the outputs in one buffer', async () => {
    const t = setUp();
    const { hooks, seen } = createHooks();
    const answered = t.run(1, { n: 3 }, hooks);
    await until(() => t.calls.length === 1);
    expect(t.calls[0]?.params).toEqual({ n: 3 });
    t.calls[0]?.control.progress(0.5);
    t.calls[0]?.control.submitted();
    t.calls[0]?.resolve({ ...outputsOf(7), outputs: [new Uint8Array([7, 7]), new Uint8Array([8, 8])] });
    const answer = await answered;
    expect([...(bodyOf(answer) ?? [])]).toEqual([7, 7, 8, 8]);
    expect(answer).not.toHaveProperty('kept');
    expect(seen).toEqual(['started', 'progress 0.5', 'submitted']);
  });

  it('names what stays, which is no output', async () => {
    const t = setUp();
    const answered = t.run(1, { n: 1 }, createHooks().hooks);
    await until(() => t.calls.length === 1);
    const stays = new Uint8Array([8, 9]);
    t.calls[0]?.resolve({ ...outputsOf(7), outputs: [new Uint8Array([7, 7]), stays] });
    const answer = await answered;
    expect([...(bodyOf(answer) ?? [])]).toEqual([7, 7]);
    expect(answer).toMatchObject({ outputs: [{ name: 'sum', bytes: 2 }], kept: { ref: (await nameBlob(stays)).ref } });
    expect(answer.kind === 'done' && answer.kept ? [...new Uint8Array(answer.kept.bytes)] : null).toEqual([8, 9]);
  });

  it('begins the next run when one has submitted everything, before its results are back', async () => {
    const t = setUp();
    const runs = [1, 2, 3].map((number) => t.run(number, { n: number }));
    await until(() => t.calls.length === 1);
    await settle();
    expect(t.calls).toHaveLength(1);
    t.calls[0]?.control.submitted();
    await until(() => t.calls.length === 2);
    await settle();
    expect(t.calls).toHaveLength(2);
    t.calls[1]?.resolve(outputsOf(2));
    await until(() => t.calls.length === 3);
    t.calls[2]?.reject(new Error('shader'));
    t.calls[0]?.resolve(outputsOf(1));
    expect((await Promise.all(runs)).map(({ kind }) => kind)).toEqual(['done', 'done', 'failed']);
  });

  it('lets an express run begin beside one that submits, and nothing else beside it', async () => {
    const t = setUp();
    const first = t.run(1);
    await until(() => t.calls.length === 1);
    const runs = [first, t.express(2), t.express(3), t.run(4)];
    await until(() => t.calls.length === 2);
    await settle();
    expect(t.calls).toHaveLength(2);
    // The plain one is through; the next plain one waits for the express ones too.
    t.calls[0]?.resolve(outputsOf(1));
    await settle();
    expect(t.calls).toHaveLength(2);
    t.calls[1]?.control.submitted();
    await until(() => t.calls.length === 3);
    await settle();
    expect(t.calls).toHaveLength(3);
    t.calls[2]?.resolve(outputsOf(3));
    await until(() => t.calls.length === 4);
    t.calls[1]?.resolve(outputsOf(2));
    t.calls[3]?.resolve(outputsOf(4));
    expect((await Promise.all(runs)).map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('lets runs that a person looks at submit in short slices of their own', async () => {
    const t = setUp();
    void t.run(1);
    await until(() => t.calls.length === 1);
    void t.express(2);
    await until(() => t.calls.length === 2);
    const asked: unknown[][] = [];
    const [session] = t.sessions;
    if (!session) throw new Error('a session is open');
    const slicer = { units: () => 1 };
    session.session.slicer = (...args) => {
      asked.push(args);
      return slicer;
    };
    expect(t.calls.map(({ gpu }) => gpu.slicer('trace', 900))).toEqual([slicer, slicer]);
    expect(asked).toEqual([
      ['trace', 900],
      ['trace short', 300, 1 / 3],
    ]);
  });

  it.each([
    [new GpuLostError('x'), 'deviceLost'],
    [new OutOfMemoryError('x'), 'outOfMemory'],
    [new InvalidTaskError('x'), 'badTask'],
    [new Error('x'), 'kernelError'],
  ])('%s becomes %s', async (error, code) => {
    const t = setUp();
    const answered = t.run(1);
    await until(() => t.calls.length === 1);
    t.calls[0]?.reject(error);
    expect(await answered).toMatchObject({ kind: 'failed', failure: { code, message: 'x' } });
  });

  it('refuses kernels, versions, parameters and requests that it does not know', async () => {
    const t = setUp();
    const code = async (answer: Promise<RunAnswer>) => {
      const settled = await answer;
      return settled.kind === 'failed' ? settled.failure.code : settled.kind;
    };
    expect(await code(t.run(1, {}, undefined, { kernel: { kind: 'sub', version: '1' } }))).toBe('unknownKernel');
    expect(await code(t.run(2, {}, undefined, { kernel: { kind: 'add', version: '2' } }))).toBe('unknownKernel');
    expect(await code(t.run(3, { n: 'many' }))).toBe('badTask');
    expect(await code(t.run(-1))).toBe('badTask');
    expect(t.calls).toHaveLength(0);
  });

  it('does not hand on a result whose structure is broken', async () => {
    const t = setUp();
    const answered = t.run(1);
    await until(() => t.calls.length === 1);
    t.calls[0]?.resolve(outputsOf(255));
    expect(await answered).toMatchObject({
      kind: 'failed',
      failure: { code: 'kernelError', message: expect.stringContaining('canary gone') },
    });
  });

  it('asks for an input only when the kernel does, and says when it is missing', async () => {
    const t = setUp();
    const ref = { id: v.parse(BlobId, 'c'.repeat(64)), bytes: 3 };
    const asked: BlobRef[] = [];
    const { hooks } = createHooks((wanted) => {
      asked.push(wanted);
      return asked.length === 1
        ? { kind: 'bytes', bytes: new Uint8Array([1, 2, 3]).buffer }
        : { kind: 'missing', message: 'trimmed' };
    });
    const answered = t.worker.run({ run: 1, task: task('t1', [ref], { params: { n: 1 } }) }, hooks);
    await until(() => t.calls.length === 1);
    expect(asked).toHaveLength(0);
    expect([...((await t.calls[0]?.inputs[0]?.bytes()) ?? [])]).toEqual([1, 2, 3]);
    const second = t.calls[0]?.inputs[0]?.bytes();
    second?.catch((error: unknown) => t.calls[0]?.reject(error));
    expect(await answered).toMatchObject({ kind: 'failed', failure: { code: 'inputMissing', message: 'trimmed' } });
  });

  it('aborts a run that is on, and one that waits its turn', async () => {
    const t = setUp();
    const [first, second] = [t.run(1), t.run(2)];
    await until(() => t.calls.length === 1);
    await t.worker.abort(2);
    await t.worker.abort(1);
    const { signal } = t.calls[0]?.control ?? { signal: null };
    expect(signal?.aborted).toBe(true);
    t.calls[0]?.reject(signal?.reason);
    expect([(await first).kind, (await second).kind]).toEqual(['aborted', 'aborted']);
    expect(t.calls).toHaveLength(1);
    await t.worker.abort(99);
  });
});

describe('a device that is lost', () => {
  it('ends the run though the kernel hangs, and gives the next one a fresh session with the figures of the last', async () => {
    const t = setUp();
    await t.worker.open({ intensity: 0.4, lock: null });
    const hung = t.run(1);
    await until(() => t.calls.length === 1);
    t.sessions[0]?.lose('driver reset');
    expect(await hung).toMatchObject({ kind: 'failed', failure: { code: 'deviceLost', message: 'driver reset' } });
    const next = t.run(2);
    await until(() => t.calls.length === 2);
    expect(t.sessions).toHaveLength(2);
    expect(t.remembered).toEqual([{}, { trace: 250 }]);
    expect(t.sessions[1]?.intensities).toEqual([0.4]);
    t.calls[1]?.resolve(outputsOf(1));
    expect((await next).kind).toBe('done');
  });

  it('counts the busy time of sessions that ended', async () => {
    const t = setUp();
    await t.worker.open({ intensity: 0.4, lock: null });
    const [first] = t.sessions;
    if (first) first.busy = 100;
    expect(await t.worker.busyMs()).toBe(100);
    first?.lose('reset');
    await settle();
    expect(await t.worker.busyMs()).toBe(100);
    await t.worker.open({ intensity: 0.4, lock: null });
    const second = t.sessions[1];
    if (second) second.busy = 11;
    expect(await t.worker.busyMs()).toBe(111);
  });

  it('says deviceLost when no adapter comes back, and works again when one does', async () => {
    const t = setUp();
    await t.worker.open({ intensity: 0.4, lock: null });
    t.sessions[0]?.lose('reset');
    await settle();
    t.refuse(new NoGpuError('gone'));
    expect(await t.run(1)).toMatchObject({ kind: 'failed', failure: { code: 'deviceLost', message: 'gone' } });
    t.refuse(null);
    const next = t.run(2);
    await until(() => t.calls.length === 1);
    t.calls[0]?.resolve(outputsOf(1));
    expect((await next).kind).toBe('done');
  });

  it('hands a change of intensity to the session at once', async () => {
    const t = setUp();
    await t.worker.open({ intensity: 0.4, lock: null });
    await t.worker.setIntensity(0.9);
    expect(t.sessions[0]?.intensities).toEqual([0.4, 0.9]);
  });
});

describe('a kernel’s variants', () => {
  /** A worker on a GPU whose kernel ends its runs at once, and whose trials the test ends. */
  function setUpTuning(software = false) {
    const trials: { readonly n: number; readonly inputs: readonly TaskInput[]; end(error?: Error): void }[] = [];
    const sessions: FakeSession[] = [];
    const { kernel } = createFakeKernel();
    const worker = createGpuWorker({
      async openSession() {
        const session = createFakeSession();
        sessions.push(session);
        return { ...session, capabilities: { ...CAPABILITIES, software } };
      },
      kernels: [
        {
          ...kernel,
          async run(_gpu, _params, _inputs, control) {
            control.submitted();
            return outputsOf(1);
          },
          tune: (_gpu, { n }, inputs, memory) =>
            new Promise((resolve, reject) => {
              expect(memory).toBe(NO_MEMORY);
              trials.push({ n: Number(n), inputs, end: (error) => (error ? reject(error) : resolve()) });
            }),
        },
      ],
      measure: async () => null,
      variants: NO_MEMORY,
      holdLock() {},
    });
    const ref = { id: v.parse(BlobId, 'c'.repeat(64)), bytes: 3 };
    const run = (n: number, manner?: 'express' | 'stoppable') =>
      worker.run(
        { run: n, task: task(`t${n}`, [ref], { params: { n } }), ...(manner && { manner }) },
        createHooks().hooks,
      );
    return { trials, sessions, run };
  }

  it('are tried behind the first result, which does not wait for it, and not twice at once', async () => {
    const t = setUpTuning();
    expect((await t.run(1)).kind).toBe('done');
    expect((await t.run(2)).kind).toBe('done');
    expect(t.trials.map(({ n }) => n)).toEqual([1]);
    t.trials[0]?.end();
    await settle();
    await t.run(3);
    expect(t.trials.map(({ n }) => n)).toEqual([1, 3]);
  });

  it('are tried on what the GPU holds alone', async () => {
    const t = setUpTuning();
    await t.run(1);
    await expect(t.trials[0]?.inputs[0]?.bytes()).rejects.toThrow();
  });

  it('are not tried in software, nor behind what a person looks at', async () => {
    const software = setUpTuning(true);
    await software.run(1);
    const looking = setUpTuning();
    await looking.run(1, 'express');
    await looking.run(2, 'stoppable');
    expect([...software.trials, ...looking.trials]).toEqual([]);
  });

  it('harm nobody when a trial fails, or never ends because the device is lost', async () => {
    const t = setUpTuning();
    await t.run(1);
    t.trials[0]?.end(new OutOfMemoryError('no room'));
    await settle();
    await t.run(2);
    t.sessions[0]?.lose('driver reset');
    await settle();
    expect((await t.run(3)).kind).toBe('done');
    expect(t.sessions).toHaveLength(2);
    expect(t.trials.map(({ n }) => n)).toEqual([1, 2, 3]);
  });
});
