import { type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, bytesOf, wordsOf } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { deflated } from '@tabgrid/protocol/deflate';
import { BlobId, JobId } from '@tabgrid/protocol/ids';
import { CHUNK_BYTES, MAX_BLOB_BYTES } from '@tabgrid/protocol/limits';
import type { Enclosed } from '@tabgrid/protocol/link';
import { makePatch } from '@tabgrid/protocol/patch';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createGpuHost } from './gpu-host.js';
import { createLending } from './lending.js';
import { DEFAULT_LIMITS, type VolunteerLimits } from './limits.js';
import {
  attemptId,
  CAPABILITIES,
  createFakeBlobs,
  createFakeEnvironment,
  createFakeSource,
  createFakeWorker,
  type FakeCoordinator,
  type FakeWorker,
  room,
  SESSION,
  settle,
  task,
  until,
} from './test-kit.js';

/** A volunteer between yes and stop, against a scripted coordinator. */
async function setUp(limits: Partial<VolunteerLimits> = {}) {
  const clock = createManualClock();
  const source = createFakeSource(clock);
  const blobs = createFakeBlobs();
  const workers: FakeWorker[] = [];
  const failures: string[] = [];
  const gpu = createGpuHost({
    spawn() {
      const made = createFakeWorker();
      workers.push(made);
      return made;
    },
    intensity: 0.5,
    onDead: (message) => failures.push(message),
  });
  await gpu.open();
  const lending = createLending({
    source,
    gpu,
    capabilities: CAPABILITIES,
    blobs,
    clock,
    session: SESSION,
    settings: { intensity: 0.5, pauseOnBattery: true, name: '' },
    environment: createFakeEnvironment(),
    limits: { ...DEFAULT_LIMITS, ...limits },
    changed: () => {},
    failed: (message) => failures.push(message),
  });
  const join = async (to = room('A')): Promise<FakeCoordinator> => {
    const coordinator = source.link({ room: to });
    await until(() => coordinator.of('telemetry').length > 0);
    return coordinator;
  };
  const worker = () => workers.at(-1) ?? createFakeWorker();
  const running = (id: string) => until(() => worker().run(id) !== undefined);
  return { clock, source, blobs, gpu, workers, worker, running, failures, lending, join };
}

/** A blob of so many words. */
const wordsBlob = (words: number, seed: number): Promise<NamedBlob> =>
  nameBlob(bytesOf(Int32Array.from({ length: words }, (_, i) => Math.imul(i + seed, 0x9e37_79b1))));

/** What tells one blob by others of its length. */
async function patchOf({ ref, bytes }: NamedBlob, bases: readonly NamedBlob[]) {
  const words = bytes.byteLength / 4;
  const patch = await makePatch(
    wordsOf(bytes),
    bases.map((base) => wordsOf(base.bytes)),
    {
      tables: [{ rows: words, columns: 1 }],
      runs: [{ base: bases.length > 0 ? bases.length - 1 : null, at: 0, words }],
    },
  );
  const enclosed: Enclosed = { blob: ref.id, bytes: patch.byteLength, bases: bases.map((base) => base.ref) };
  return { enclosed, patch };
}

/** A blob of pseudo-random bytes. */
function blobOf(bytes: number, seed = 1): Promise<NamedBlob> {
  const data = new Uint8Array(bytes);
  let x = seed;
  for (let i = 0; i < bytes; i += 997) {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i;
    data[i] = x;
  }
  return nameBlob(data);
}

function flipped(chunk: Bytes): Bytes {
  const copy = chunk.slice();
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

describe('tasks', () => {
  it('runs a task and sends its result, until it is accepted', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await t.running('t1');
    t.worker().run('t1')?.hooks.started();
    t.worker().run('t1')?.finish(9);
    await until(() => coordinator.of('result').length === 1);
    expect(coordinator.of('started')).toEqual([{ type: 'started', attempt: 'a1' }]);
    expect(coordinator.of('result')[0]).toMatchObject({
      ref: { attempt: 'a1', task: 't1', job: 'job' },
      outputs: [{ name: 'sum', bytes: 4 }],
      stats: { kernelMs: 5, wallMs: 6, submissions: 1 },
    });
    expect([...(coordinator.bodies[coordinator.heads.findIndex(({ type }) => type === 'result')] ?? [])]).toEqual([
      9, 9, 9, 9,
    ]);
    expect(t.lending.contributed().tasks).toBe(0);
    coordinator.say({ type: 'accepted', attempt: attemptId('a1') });
    await until(() => t.lending.contributed().tasks === 1);
    coordinator.say({ type: 'accepted', attempt: attemptId('a1') });
    await settle();
    expect(t.lending.contributed().tasks).toBe(1);
  });

  it('keeps one task next in the Worker, and hands over another as soon as one has submitted everything', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    for (const id of ['1', '2', '3', '4']) coordinator.give(`a${id}`, task(`t${id}`));
    await t.running('t2');
    await settle();
    expect(t.worker().runs.map(({ request }) => request.task.id)).toEqual(['t1', 't2']);
    t.worker().run('t1')?.hooks.started();
    t.worker().run('t1')?.hooks.submitted();
    // t1 still reads back: nothing has been answered.
    await t.running('t3');
    await settle();
    expect(t.worker().runs).toHaveLength(3);
    expect(coordinator.of('result')).toHaveLength(0);
    t.worker().run('t1')?.finish(1);
    await until(() => coordinator.of('result').length === 1);
    await settle();
    expect(t.worker().run('t4')).toBeUndefined();
    t.worker().run('t2')?.hooks.started();
    t.worker().run('t2')?.finish(2);
    await t.running('t4');
  });

  it('lets parts of a view into the Worker at once, whatever else is there', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    for (const id of ['1', '2', '3']) coordinator.give(`a${id}`, task(`t${id}`));
    await t.running('t2');
    for (const id of ['1', '2', '3']) coordinator.give(`v${id}`, task(`u${id}`), 'view');
    await t.running('u2');
    await settle();
    const asked = () => t.worker().runs.map(({ request }) => [request.task.id, request.manner]);
    expect(asked()).toEqual([
      ['t1', undefined],
      ['t2', undefined],
      ['u1', 'express'],
      ['u2', 'express'],
    ]);
    t.worker().run('u1')?.hooks.started();
    t.worker().run('u1')?.finish(1);
    await t.running('u3');
    await settle();
    expect(asked()).toHaveLength(5);
    // What is only refined waits like any other work.
    coordinator.give('r1', task('w1'), 'refinement');
    await settle();
    expect(asked()).toHaveLength(5);
    for (const id of ['t1', 't2', 't3']) {
      await t.running(id);
      t.worker().run(id)?.hooks.started();
      t.worker().run(id)?.finish(1);
    }
    await t.running('w1');
    expect(asked().at(-1)).toEqual(['w1', 'stoppable']);
  });

  it('tells progress at most once a second', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await t.running('t1');
    const hooks = t.worker().run('t1')?.hooks;
    hooks?.started();
    for (let i = 1; i <= 25; i++) {
      hooks?.progress(i / 25);
      await t.clock.advance(100);
    }
    await settle();
    expect(coordinator.of('progress').map(({ share }) => share)).toEqual([1 / 25, 11 / 25, 21 / 25]);
  });

  it('cancels: the run is aborted, nothing is said, and the next one begins', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    for (const id of ['1', '2', '3']) coordinator.give(`a${id}`, task(`t${id}`));
    await t.running('t2');
    coordinator.say({ type: 'cancel', attempt: attemptId('a1'), reason: 'somebody was faster' });
    await t.running('t3');
    expect(t.worker().run('t1')?.aborted).toBe(true);
    t.worker().run('t1')?.finish(1);
    await settle();
    expect(coordinator.of('result')).toHaveLength(0);
    expect(coordinator.of('failed')).toHaveLength(0);
  });

  it('passes a kernel’s failure on', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await t.running('t1');
    t.worker()
      .run('t1')
      ?.answer({ kind: 'failed', failure: { code: 'badTask', message: 'tile of no size' }, busyMs: 0 });
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]).toMatchObject({
      ref: { attempt: 'a1' },
      failure: { code: 'badTask', message: 'tile of no size' },
    });
  });

  it('does not send a result that is larger than the task allows', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1', [], { outputBytes: 2 }));
    await t.running('t1');
    t.worker().run('t1')?.finish(1);
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]?.failure.code).toBe('badTask');
  });

  it('drops the tasks and results of a job that is over, and trims the store but for what is still needed', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    const [shared] = [await blobOf(100)];
    coordinator.serve([shared]);
    coordinator.give('a1', task('t1'));
    const other = task('t2', [shared.ref]);
    coordinator.say({
      type: 'task',
      attempt: attemptId('a2'),
      task: { ...other, job: v.parse(JobId, 'other') },
      info: { job: v.parse(JobId, 'other'), kind: 'test', title: '' },
    });
    await t.running('t2');
    coordinator.say({ type: 'jobOver', job: task('x').job });
    await until(() => t.blobs.trims.length === 2);
    expect(t.worker().run('t1')?.aborted).toBe(true);
    expect(t.worker().run('t2')?.aborted).toBe(false);
    expect([...(t.blobs.trims[1]?.keep ?? [])]).toEqual([shared.ref.id]);
  });
});

describe('a link that is lost', () => {
  it('goes on computing, and sends the result over the next link, as often as it takes', async () => {
    const t = await setUp();
    const first = await t.join();
    first.give('a1', task('t1'));
    await t.running('t1');
    await first.link.close('cable pulled');
    await settle();
    expect(t.worker().run('t1')?.aborted).toBe(false);
    t.worker().run('t1')?.finish(7);
    await settle();
    const second = await t.join();
    await until(() => second.of('result').length === 1);
    await second.link.close('again');
    const third = await t.join();
    await until(() => third.of('result').length === 1);
    expect(third.of('result')[0]?.ref.attempt).toBe('a1');
    third.say({ type: 'accepted', attempt: attemptId('a1') });
    await until(() => t.lending.contributed().tasks === 1);
    const fourth = await t.join();
    await settle();
    expect(fourth.of('result')).toHaveLength(0);
  });

  it('does not run a task twice that is sent again after the reconnect', async () => {
    const t = await setUp();
    const first = await t.join();
    first.give('a1', task('t1'));
    first.give('a2', task('t2'));
    await t.running('t2');
    t.worker().run('t1')?.finish(1);
    await until(() => first.of('result').length === 1);
    const second = await t.join();
    second.give('a1', task('t1'));
    second.give('a2', task('t2'));
    await until(() => second.of('result').length === 1);
    await settle();
    expect(t.worker().runs).toHaveLength(2);
  });

  it('sends a failure again that did not arrive', async () => {
    const t = await setUp();
    const first = await t.join();
    first.give('a1', task('t1'));
    await t.running('t1');
    await first.link.close('cable pulled');
    t.lending.setPaused(true);
    await settle();
    const second = await t.join();
    await until(() => second.of('failed').length === 1);
    await settle();
    const third = await t.join();
    await settle();
    expect(third.of('failed')).toHaveLength(0);
  });

  it('sends nothing of one room to another', async () => {
    const t = await setUp();
    const first = await t.join(room('A'));
    first.give('a1', task('t1'));
    first.give('a2', task('t2'));
    await t.running('t2');
    t.worker().run('t1')?.finish(1);
    await until(() => first.of('result').length === 1);
    await first.link.close('gone');
    const other = await t.join(room('B'));
    await settle();
    expect(t.worker().run('t2')?.aborted).toBe(true);
    t.worker().run('t2')?.finish(2);
    await settle();
    expect(other.heads.map(({ type }) => type)).toEqual(['hello', 'telemetry']);
  });

  it('keeps what it has when the coordinator says goodbye: its page may only be reloading', async () => {
    const t = await setUp();
    const first = await t.join();
    for (const id of ['1', '2']) first.give(`a${id}`, task(`t${id}`));
    await t.running('t2');
    t.worker().run('t1')?.finish(1);
    await until(() => first.of('result').length === 1);
    first.say({ type: 'goodbye', reason: 'the dashboard is closed' });
    await first.link.closed;
    await settle();
    expect(t.worker().run('t2')?.aborted).toBe(false);
    t.worker().run('t2')?.finish(2);
    await settle();
    const second = await t.join();
    await until(() => second.of('result').length === 2);
    expect(second.of('result').map(({ ref }) => ref.attempt)).toEqual(['a1', 'a2']);
    for (const id of ['a1', 'a2']) second.say({ type: 'accepted', attempt: attemptId(id) });
    await until(() => t.lending.contributed().tasks === 2);
  });

  it('tells the next link of work that runs on', async () => {
    const t = await setUp();
    const first = await t.join();
    first.give('a1', task('t1'));
    await t.running('t1');
    t.worker().run('t1')?.hooks.started();
    first.say({ type: 'goodbye', reason: 'the dashboard is closed' });
    await first.link.closed;
    const second = await t.join();
    await t.clock.advance(1_500);
    t.worker().run('t1')?.hooks.progress(0.5);
    await until(() => second.of('progress').length === 1);
    expect(second.of('progress')[0]).toMatchObject({ attempt: 'a1', share: 0.5 });
  });

  it('keeps finished results for a room that it comes back to, and for no other', async () => {
    const t = await setUp();
    const first = await t.join(room('A'));
    first.give('a1', task('t1'));
    await t.running('t1');
    t.worker().run('t1')?.finish(1);
    await until(() => first.of('result').length === 1);
    await first.link.close('the owner reloads');
    const other = await t.join(room('B'));
    // The same name in another room is another attempt.
    other.say({ type: 'accepted', attempt: attemptId('a1') });
    await settle();
    expect(t.lending.contributed().tasks).toBe(0);
    expect(other.of('result')).toEqual([]);
    await other.link.close('no more work');
    const again = await t.join(room('A'));
    await until(() => again.of('result').length === 1);
    again.say({ type: 'accepted', attempt: attemptId('a1') });
    await until(() => t.lending.contributed().tasks === 1);
  });

  it('keeps no more for former rooms than its limit, and drops the oldest first', async () => {
    const t = await setUp({ keptResultBytes: 8 });
    const first = await t.join(room('A'));
    for (const id of ['1', '2']) first.give(`a${id}`, task(`t${id}`));
    await t.running('t2');
    for (const id of ['t1', 't2']) t.worker().run(id)?.finish(1);
    await until(() => first.of('result').length === 2);
    await first.link.close('gone');
    const other = await t.join(room('B'));
    other.give('b1', task('t3'));
    await t.running('t3');
    t.worker().run('t3')?.finish(1);
    await until(() => other.of('result').length === 1);
    await other.link.close('gone');
    const again = await t.join(room('A'));
    await until(() => again.of('result').length > 0);
    await settle();
    expect(again.of('result').map(({ ref }) => ref.attempt)).toEqual(['a2']);
    await again.link.close('gone');
    const third = await t.join(room('B'));
    await until(() => third.of('result').length === 1);
  });

  it('speaks to the newest link only', async () => {
    const t = await setUp();
    const first = await t.join();
    const second = await t.join();
    await first.link.closed;
    first.give('a1', task('t1'));
    second.give('a2', task('t2'));
    await t.running('t2');
    expect(t.worker().run('t1')).toBeUndefined();
  });
});

describe('blobs', () => {
  it('fetches a blob once for several tasks, chunk by chunk, and hands the bytes over', async () => {
    const t = await setUp();
    const blob = await blobOf(2 * CHUNK_BYTES + 17);
    const coordinator = await t.join();
    coordinator.serve([blob]);
    coordinator.give('a1', task('t1', [blob.ref]));
    coordinator.give('a2', task('t2', [blob.ref]));
    await t.running('t2');
    const needs = coordinator.of('need');
    expect(needs.filter(({ list }) => list)).toHaveLength(1);
    expect(needs.flatMap(({ chunks }) => chunks).sort()).toEqual([0, 1, 2]);
    const answer = await t.worker().run('t1')?.hooks.input(blob.ref);
    expect(answer?.kind === 'bytes' && Buffer.compare(new Uint8Array(answer.bytes), blob.bytes)).toBe(0);
  });

  it('lets no task wait for the inputs of another', async () => {
    const t = await setUp();
    const blob = await blobOf(10);
    const coordinator = await t.join();
    coordinator.give('a1', task('t1', [blob.ref]));
    coordinator.give('a2', task('t2'));
    await t.running('t2');
    expect(t.worker().run('t1')).toBeUndefined();
    coordinator.serve([blob]);
  });

  it('resumes a half-fetched blob over the next link', async () => {
    const t = await setUp();
    const blob = await blobOf(4 * CHUNK_BYTES);
    const first = await t.join();
    first.serve([blob], (_id, index, chunk) => (index < 2 ? chunk : null));
    first.give('a1', task('t1', [blob.ref]));
    await until(() => t.blobs.chunks.get(blob.ref.id)?.size === 2);
    await first.link.close('cable pulled');
    const second = await t.join();
    second.serve([blob]);
    // The script begins to serve after the welcome: ask again by the silence timer, at the latest.
    await t.clock.advance(DEFAULT_LIMITS.silenceMs);
    await t.running('t1');
    const asked = second.of('need').flatMap(({ chunks }) => chunks);
    expect(asked).not.toContain(0);
    expect(asked).not.toContain(1);
    expect(second.of('need').some(({ list }) => list)).toBe(false);
  });

  it('asks again for a chunk that arrived damaged', async () => {
    const t = await setUp();
    const blob = await blobOf(3 * CHUNK_BYTES);
    const coordinator = await t.join();
    let spoilt = 0;
    coordinator.serve([blob], (_id, index, chunk) => (index === 1 && spoilt++ === 0 ? flipped(chunk) : chunk));
    coordinator.give('a1', task('t1', [blob.ref]));
    await t.running('t1');
    expect(
      coordinator
        .of('need')
        .flatMap(({ chunks }) => chunks)
        .sort(),
    ).toEqual([0, 1, 1, 2]);
    const answer = await t.worker().run('t1')?.hooks.input(blob.ref);
    expect(answer?.kind === 'bytes' && Buffer.compare(new Uint8Array(answer.bytes), blob.bytes)).toBe(0);
  });

  it.each([
    ['chunks that are always damaged', 2 * CHUNK_BYTES, flipped],
    ['a single chunk that is always damaged', 100, flipped],
    ['chunks of a wrong length', 2 * CHUNK_BYTES, (chunk: Bytes) => chunk.subarray(1)],
  ])('gives the task back after a few strikes: %s', async (_name, bytes, spoil) => {
    const t = await setUp();
    const blob = await blobOf(bytes);
    const coordinator = await t.join();
    coordinator.serve([blob], (_id, _index, chunk) => spoil(chunk));
    coordinator.give('a1', task('t1', [blob.ref]));
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]?.failure.code).toBe('inputMissing');
    expect(t.blobs.chunks.get(blob.ref.id)).toBeUndefined();
  });

  it('takes what comes along with a task instead of asking, also as a patch of what an earlier task left', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    const [first, second, left] = await Promise.all([1, 2, 3].map((seed) => wordsBlob(300, seed)));
    if (!first || !second || !left) throw new Error('no blobs');
    const one = await patchOf(first, []);
    coordinator.enclose('one', task('one', [first.ref]), [one.enclosed], one.patch);
    await t.running('one');
    const run = t.worker().run('one');
    run?.answer({
      kind: 'done',
      ...{ outputs: [{ name: 'sum', bytes: 4 }], body: new ArrayBuffer(4), busyMs: 1 },
      stats: { kernelMs: 1, wallMs: 1, submissions: 1 },
      kept: { ref: left.ref, bytes: left.bytes.slice().buffer },
    });
    await until(() => coordinator.of('result').length === 1);
    expect(coordinator.of('result')[0]?.kept).toEqual(left.ref);
    const two = await patchOf(second, [left, first]);
    coordinator.enclose('two', task('two', [second.ref]), [two.enclosed], two.patch);
    await t.running('two');
    const answer = await t.worker().run('two')?.hooks.input(second.ref);
    expect(answer?.kind === 'bytes' && Buffer.compare(new Uint8Array(answer.bytes), second.bytes)).toBe(0);
    expect(coordinator.of('need')).toEqual([]);
    // What was handed over is still there for the next patch.
    const three = await patchOf(left, [second]);
    coordinator.enclose('three', task('three', [left.ref]), [three.enclosed], three.patch);
    await t.running('three');
    // Another job is over.
    coordinator.say({ type: 'jobOver', job: v.parse(JobId, 'another') });
    const still = await patchOf(second, [left, first]);
    coordinator.enclose('still', task('still', [second.ref]), [still.enclosed], still.patch);
    await settle();
    expect(coordinator.of('need')).toEqual([]);
    // The job is over: nothing of it is kept.
    coordinator.say({ type: 'jobOver', job: task('one').job });
    const four = await patchOf(first, [second]);
    coordinator.enclose('four', task('four', [first.ref]), [four.enclosed], four.patch);
    await until(() => coordinator.of('need').length === 1);
  });

  it('asks for what does not come of a patch: a base is missing, it is none, of something else, or too much', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    const [blob, base] = await Promise.all([wordsBlob(300, 1), wordsBlob(300, 2)]);
    if (!blob || !base) throw new Error('no blobs');
    coordinator.serve([blob]);
    const { enclosed, patch } = await patchOf(blob, [base]);
    const other = await patchOf(base, []);
    const bomb = await deflated(new Uint8Array(32 * 1024 * 1024));
    const spoilt: readonly [string, Enclosed, Bytes][] = [
      ['base', enclosed, patch],
      ['none', { ...enclosed, bases: [], bytes: 9 }, new Uint8Array(9).fill(7)],
      ['else', { ...other.enclosed, blob: blob.ref.id }, other.patch],
      ['bomb', { ...enclosed, bases: [], bytes: bomb.byteLength }, bomb],
      ['short', { ...enclosed, bases: [], bytes: 200_000 }, patch],
      ['odd', { ...enclosed, bases: [{ ...base.ref, bytes: 3 }] }, patch],
    ];
    for (const [name, told, body] of spoilt) {
      t.blobs.chunks.clear();
      const asked = coordinator.of('need').length;
      // Nothing is held any more that an earlier one brought.
      coordinator.say({ type: 'jobOver', job: task('one').job });
      coordinator.enclose(name, task(name, [blob.ref]), [told], body);
      await t.running(name);
      expect(coordinator.of('need').length, name).toBe(asked + 1);
      expect(coordinator.of('failed'), name).toEqual([]);
      t.worker().run(name)?.finish(1);
      await settle();
    }
  });

  it('gives the task back when the coordinator lacks the blob', async () => {
    const t = await setUp();
    const blob = await blobOf(10);
    const coordinator = await t.join();
    coordinator.give('a1', task('t1', [blob.ref]));
    await until(() => coordinator.of('need').length === 1);
    coordinator.say({ type: 'noBlob', blob: blob.ref.id });
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]?.failure.code).toBe('inputMissing');
  });

  it('asks again after silence, and gives up in the end', async () => {
    const t = await setUp();
    const blob = await blobOf(10);
    const coordinator = await t.join();
    coordinator.give('a1', task('t1', [blob.ref]));
    for (let asked = 1; asked <= 1 + DEFAULT_LIMITS.strikes; asked++) {
      await until(() => coordinator.of('need').length === asked);
      await t.clock.advance(DEFAULT_LIMITS.silenceMs);
    }
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]?.failure.code).toBe('inputMissing');
  });

  it('stops asking when nobody wants the blob any more', async () => {
    const t = await setUp();
    const blob = await blobOf(10);
    const coordinator = await t.join();
    coordinator.give('a1', task('t1', [blob.ref]));
    await until(() => coordinator.of('need').length === 1);
    coordinator.say({ type: 'cancel', attempt: attemptId('a1'), reason: '' });
    await settle();
    await t.clock.advance(10 * DEFAULT_LIMITS.silenceMs);
    await settle();
    expect(coordinator.of('need')).toHaveLength(1);
  });

  it('has no more chunks under way than its limit', async () => {
    const t = await setUp({ askedChunks: 4 });
    const blob = await blobOf(12 * CHUNK_BYTES);
    const coordinator = await t.join();
    let underWay = 0;
    let most = 0;
    const held: (() => void)[] = [];
    coordinator.serve([blob], (id, index, chunk) => {
      underWay++;
      most = Math.max(most, underWay);
      held.push(() => {
        underWay--;
        coordinator.say({ type: 'chunk', blob: id, index }, chunk);
      });
      return null;
    });
    coordinator.give('a1', task('t1', [blob.ref]));
    while (t.worker().run('t1') === undefined) {
      held.shift()?.();
      await settle();
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('a device that is lost', () => {
  it('gives the task back, and the next task runs', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await t.running('t1');
    t.worker()
      .run('t1')
      ?.answer({ kind: 'failed', failure: { code: 'deviceLost', message: 'reset' }, busyMs: 3 });
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]?.failure.code).toBe('deviceLost');
    coordinator.give('a2', task('t2'));
    await t.running('t2');
    expect(t.failures).toEqual([]);
  });

  it('gives up after five losses in a row, but not when results came in between', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    const lose = async (id: string) => {
      coordinator.give(`a${id}`, task(id));
      await t.running(id);
      t.worker()
        .run(id)
        ?.answer({ kind: 'failed', failure: { code: 'deviceLost', message: 'reset' }, busyMs: 0 });
    };
    for (const id of ['1', '2', '3', '4']) await lose(id);
    coordinator.give('a', task('good'));
    await t.running('good');
    t.worker().run('good')?.finish(1);
    await until(() => coordinator.of('result').length === 1);
    for (const id of ['5', '6', '7', '8']) await lose(id);
    await until(() => coordinator.of('failed').length === 8);
    expect(t.failures).toEqual([]);
    await lose('9');
    await until(() => t.failures.length === 1);
    expect(t.failures[0]).toContain('5 times in a row');
  });

  it('replaces a Worker that crashed, and gives up after three crashes', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    for (let crash = 1; crash <= 3; crash++) {
      coordinator.give(`a${crash}`, task(`t${crash}`));
      await t.running(`t${crash}`);
      t.worker().crash('out of memory');
      await until(() => coordinator.of('failed').length === crash);
    }
    expect(coordinator.of('failed').map(({ failure }) => failure.code)).toEqual([
      'deviceLost',
      'deviceLost',
      'deviceLost',
    ]);
    expect(t.workers).toHaveLength(3);
    expect(t.workers.every(({ terminated }) => terminated)).toBe(true);
    expect(t.failures).toHaveLength(1);
  });
});

describe('a hostile coordinator', () => {
  it.each([
    ['not an object', 'boo'],
    ['an unknown type', { type: 'eval', code: 'alert(1)' }],
    ['a task without a kernel', { type: 'task', attempt: 'a', task: {}, info: {} }],
    ['a field too many', { type: 'accepted', attempt: 'a1', extra: 1 }],
    ['a chunk index beyond any blob', { type: 'chunk', blob: 'a'.repeat(64), index: 5000 }],
    ['a reason without end', { type: 'goodbye', reason: 'x'.repeat(501) }],
  ])('closes the link on %s', async (_name, head) => {
    const t = await setUp();
    const coordinator = await t.join();
    coordinator.sayRaw(head);
    expect((await coordinator.link.closed).by).toBe('them');
    const next = await t.join();
    next.give('a1', task('t1'));
    await t.running('t1');
  });

  it('does nothing for one that has not said welcome', async () => {
    const t = await setUp();
    const silent = t.source.link({ welcome: false });
    silent.give('a1', task('t1'));
    await settle();
    expect(t.worker().runs).toHaveLength(0);
  });

  it('holds no more tasks than its limit', async () => {
    const t = await setUp({ heldAttempts: 3 });
    const coordinator = await t.join();
    for (let i = 0; i < 50; i++) coordinator.give(`a${i}`, task(`t${i}`));
    await until(() => coordinator.of('failed').length === 47);
    expect(new Set(coordinator.of('failed').map(({ failure }) => failure.code))).toEqual(new Set(['stopped']));
  });

  it('refuses inputs beyond its limits before it fetches a byte', async () => {
    const t = await setUp({ blobBytes: 1000, taskBytes: 1500 });
    const coordinator = await t.join();
    const big = { id: v.parse(BlobId, 'a'.repeat(64)), bytes: MAX_BLOB_BYTES };
    coordinator.give('a1', task('t1', [big]));
    coordinator.give(
      'a2',
      task('t2', [
        { ...big, bytes: 900 },
        { id: v.parse(BlobId, 'b'.repeat(64)), bytes: 900 },
      ]),
    );
    await until(() => coordinator.of('failed').length === 2);
    expect(coordinator.of('failed').map(({ failure }) => failure.code)).toEqual(['outOfMemory', 'outOfMemory']);
    expect(coordinator.of('need')).toHaveLength(0);
  });

  it('refuses a blob that is named with two lengths', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    const blob = await blobOf(100);
    coordinator.give('a1', task('t1', [blob.ref]));
    coordinator.give('a2', task('t2', [{ ...blob.ref, bytes: 99 }]));
    await until(() => coordinator.of('failed').length === 1);
    expect(coordinator.of('failed')[0]?.ref.attempt).toBe('a2');
  });

  it('takes no chunk list that is not the blob’s, and no chunk that it did not ask for', async () => {
    const t = await setUp();
    const coordinator = await t.join();
    const [wanted, other] = [await blobOf(2 * CHUNK_BYTES), await blobOf(2 * CHUNK_BYTES, 5)];
    coordinator.say({ type: 'chunk', blob: wanted.ref.id, index: 0 }, other.bytes.slice(0, CHUNK_BYTES));
    coordinator.give('a1', task('t1', [wanted.ref]));
    for (let strike = 0; strike <= DEFAULT_LIMITS.strikes; strike++) {
      await until(() => coordinator.of('need').length === strike + 1);
      coordinator.say({ type: 'list', blob: wanted.ref }, other.chunkHashes);
    }
    await until(() => coordinator.of('failed').length === 1);
    expect(t.blobs.chunks.size).toBe(0);
  });

  it('takes no new tasks while too many results wait to be accepted', async () => {
    const t = await setUp({ keptResultBytes: 7 });
    const coordinator = await t.join();
    for (const id of ['t1', 't2']) {
      coordinator.give(`a-${id}`, task(id));
      await t.running(id);
      t.worker().run(id)?.finish(1);
    }
    await until(() => coordinator.of('result').length === 2);
    coordinator.give('a3', task('t3'));
    await until(() => coordinator.of('failed').length === 1);
    coordinator.say({ type: 'accepted', attempt: attemptId('a-t1') });
    coordinator.say({ type: 'rejected', attempt: attemptId('a-t2'), reason: 'NaN' });
    coordinator.give('a4', task('t4'));
    await t.running('t4');
    expect(t.lending.contributed().tasks).toBe(1);
  });

  it('ends when it is refused, or when the versions do not fit', async () => {
    const t = await setUp();
    const coordinator = t.source.link({ welcome: false });
    coordinator.say({ type: 'welcome', protocol: 999, volunteer: SESSION, owner: 'Ada' });
    await until(() => t.failures.length === 1);
    expect(t.failures[0]).toContain('different versions');
    coordinator.say({ type: 'refused', reason: 'You sent wrong results.' });
    await until(() => t.failures.length === 2);
    expect(t.failures[1]).toContain('You sent wrong results.');
  });
});
