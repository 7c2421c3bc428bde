import { createManualClock } from '@tabgrid/protocol/clock';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import { describe, expect, it } from 'vitest';
import type { VolunteerView } from './api.js';
import { createVolunteer, DEFAULT_SETTINGS, type VolunteerDeps } from './create-volunteer.js';
import {
  createFakeBlobs,
  createFakeEnvironment,
  createFakeSource,
  createFakeWorker,
  type FakeWorker,
  room,
  SESSION,
  settle,
  task,
  until,
} from './test-kit.js';

function setUp(options: { worker?: () => FakeWorker } & Partial<VolunteerDeps> = {}) {
  const { worker: makeWorker = () => createFakeWorker(), ...deps } = options;
  const clock = createManualClock(1000);
  const source = createFakeSource(clock);
  const environment = createFakeEnvironment();
  const blobs = createFakeBlobs();
  const workers: FakeWorker[] = [];
  let connects = 0;
  const volunteer = createVolunteer({
    connect() {
      connects++;
      return source;
    },
    spawnWorker() {
      const worker = makeWorker();
      workers.push(worker);
      return worker;
    },
    blobs,
    clock,
    session: SESSION,
    settings: DEFAULT_SETTINGS,
    environment,
    ...deps,
  });
  const worker = () => {
    const last = workers.at(-1);
    if (last === undefined) throw new Error('no Worker was spawned');
    return last;
  };
  /** Started, linked and welcome. */
  const join = async (to = room('A')) => {
    await volunteer.start();
    const coordinator = source.link({ room: to });
    await until(() => coordinator.of('telemetry').length > 0);
    return coordinator;
  };
  return { clock, source, environment, blobs, volunteer, workers, worker, join, connects: () => connects };
}

describe('consent', () => {
  it('does nothing at all before start', async () => {
    const t = setUp();
    t.volunteer.configure({ intensity: 0.3 });
    t.volunteer.pause();
    await t.clock.advance(60_000);
    expect(t.workers).toHaveLength(0);
    expect(t.connects()).toBe(0);
    expect(t.volunteer.view().status).toEqual({ kind: 'idle' });
  });

  it('probes the GPU before it connects, and connects nowhere without one', async () => {
    const t = setUp({ worker: () => createFakeWorker({ open: { kind: 'noGpu', message: 'turn it on there' } }) });
    await t.volunteer.start();
    expect(t.connects()).toBe(0);
    expect(t.worker().terminated).toBe(true);
    expect(t.volunteer.view().status).toEqual({ kind: 'failed', message: 'turn it on there' });
  });

  it('can be started again after a failure', async () => {
    let there = false;
    const t = setUp({
      worker: () => createFakeWorker(there ? {} : { open: { kind: 'noGpu', message: 'none' } }),
    });
    await t.volunteer.start();
    there = true;
    await t.volunteer.start();
    expect(t.volunteer.view().status.kind).toBe('running');
  });

  it('says why when the Worker cannot even be made', async () => {
    const t = setUp({
      spawnWorker: () => {
        throw new Error('blocked by a policy');
      },
    });
    await t.volunteer.start();
    expect(t.volunteer.view().status).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('blocked by a policy'),
    });
  });

  it('leaves nothing behind when stop overtakes start', async () => {
    const t = setUp();
    const starting = t.volunteer.start();
    await t.volunteer.stop();
    await starting;
    expect(t.worker().terminated).toBe(true);
    expect(t.connects()).toBe(0);
    expect(t.volunteer.view().status).toEqual({ kind: 'idle' });
  });

  it('starts once, however often it is asked', async () => {
    const t = setUp();
    await Promise.all([t.volunteer.start(), t.volunteer.start()]);
    await t.volunteer.start();
    expect(t.workers).toHaveLength(1);
    expect(t.connects()).toBe(1);
  });
});

describe('hello and telemetry', () => {
  it('introduces itself first, and says nothing more before it is welcome', async () => {
    const t = setUp({ settings: { ...DEFAULT_SETTINGS, name: 'Grace' } });
    await t.volunteer.start();
    const coordinator = t.source.link({ welcome: false });
    t.environment.set({ visibility: 'hidden' });
    t.volunteer.configure({ intensity: 0.8 });
    await t.clock.advance(1000);
    await settle();
    expect(coordinator.heads.map(({ type }) => type)).toEqual(['hello']);
    expect(coordinator.of('hello')[0]).toMatchObject({
      protocol: PROTOCOL_VERSION,
      session: SESSION,
      name: 'Grace',
      capabilities: { software: true, kernels: [{ kind: 'add', version: '1' }] },
      telemetry: { visibility: 'visible', paused: false, intensity: 0.5 },
    });
  });

  it('keeps its session id over links and over stop and start', async () => {
    const t = setUp();
    const first = await t.join();
    await first.link.close('reconnect');
    const second = t.source.link();
    await until(() => second.of('hello').length === 1);
    await t.volunteer.stop();
    const third = await t.join();
    expect(new Set([first, second, third].map((c) => c.of('hello')[0]?.session))).toEqual(new Set([SESSION]));
  });

  it('tells telemetry every 10 s, with the busy time that the Worker tells', async () => {
    const t = setUp({ worker: () => createFakeWorker({ busyMs: 4321 }) });
    const coordinator = await t.join();
    await t.clock.advance(10_000);
    await until(() => coordinator.of('telemetry').length === 2);
    await t.clock.advance(9_999);
    await settle();
    expect(coordinator.of('telemetry')).toHaveLength(2);
    expect(coordinator.of('telemetry')[1]?.telemetry.gpuBusyMs).toBe(4321);
  });

  it('tells a change of visibility at once, and goes on', async () => {
    const t = setUp();
    const coordinator = await t.join();
    t.environment.set({ visibility: 'hidden' });
    await until(() => coordinator.of('telemetry').length === 2);
    expect(coordinator.of('telemetry')[1]?.telemetry).toMatchObject({ visibility: 'hidden', paused: false });
    coordinator.give('a1', task('t1'));
    await until(() => t.worker().runs.length === 1);
  });

  it('hands intensity to the Worker live, and tells it once the slider rests', async () => {
    const t = setUp();
    const coordinator = await t.join();
    for (const intensity of [0.6, 0.7, 0.8]) t.volunteer.configure({ intensity });
    expect(t.worker().intensities.slice(-3)).toEqual([0.6, 0.7, 0.8]);
    await t.clock.advance(300);
    await until(() => coordinator.of('telemetry').length === 2);
    await settle();
    expect(coordinator.of('telemetry').map(({ telemetry }) => telemetry.intensity)).toEqual([0.5, 0.8]);
  });

  it('keeps settings within their bounds', () => {
    const t = setUp();
    t.volunteer.configure({ intensity: 7, name: 'x'.repeat(1000) });
    expect(t.volunteer.view().settings).toMatchObject({ intensity: 1, name: 'x'.repeat(MAX_NAME_LENGTH) });
    t.volunteer.configure({ intensity: 0 });
    expect(t.volunteer.view().settings.intensity).toBe(0.1);
    t.volunteer.configure({ intensity: Number.NaN });
    expect(t.volunteer.view().settings.intensity).toBe(0.5);
  });
});

describe('stop', () => {
  it('ends the Worker before it returns, and before anything is said', async () => {
    const order: string[] = [];
    const t = setUp({ worker: () => createFakeWorker({ onTerminate: () => order.push('worker ended') }) });
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await until(() => t.worker().runs.length === 1);
    const send = t.volunteer.stop();
    order.push('stop returned');
    expect(t.volunteer.view().status).toEqual({ kind: 'idle' });
    await until(() => coordinator.of('goodbye').length === 1);
    order.push('goodbye');
    expect(await send).toBe(0);
    expect(order).toEqual(['worker ended', 'stop returned', 'goodbye']);
    await until(() => t.source.closed);
    expect(coordinator.of('failed')).toHaveLength(0);
  });

  it('measures until the Worker is gone', async () => {
    let gone = () => {};
    const worker = createFakeWorker();
    const t = setUp({
      spawnWorker: () => ({ ...worker, terminate: () => new Promise<void>((resolve) => (gone = resolve)) }),
    });
    await t.volunteer.start();
    const stopped = t.volunteer.stop();
    await t.clock.advance(37);
    gone();
    expect(await stopped).toBe(37);
  });

  it('leaves no timer behind', async () => {
    const t = setUp();
    const coordinator = await t.join();
    await t.volunteer.stop();
    await until(() => t.source.closed);
    const said = coordinator.heads.length;
    await t.clock.advance(60_000);
    await settle();
    expect(coordinator.heads).toHaveLength(said);
  });

  it('keeps what was contributed on view, and begins anew with the next start', async () => {
    const t = setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await until(() => t.worker().runs.length === 1);
    t.worker().run('t1')?.finish(1);
    await until(() => coordinator.of('result').length === 1);
    coordinator.say({ type: 'accepted', attempt: coordinator.of('result')[0]?.ref.attempt ?? fail() });
    await until(() => t.volunteer.view().contributed.tasks === 1);
    await t.volunteer.stop();
    expect(t.volunteer.view().contributed).toMatchObject({ tasks: 1, gpuMs: 5 });
    expect(t.volunteer.view().contributed.bytesOut).toBeGreaterThan(0);
    await t.volunteer.start();
    expect(t.volunteer.view().contributed.tasks).toBe(0);
  });
});

describe('pause', () => {
  it('gives back what is held, takes nothing, and goes on after resume', async () => {
    const t = setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    coordinator.give('a2', task('t2'));
    await until(() => t.worker().runs.length === 2);
    t.volunteer.pause();
    expect(t.volunteer.view().status).toMatchObject({ kind: 'paused', why: 'person' });
    await until(() => coordinator.of('failed').length === 2 && coordinator.of('telemetry').length === 2);
    expect(coordinator.of('failed').map(({ failure }) => failure.code)).toEqual(['stopped', 'stopped']);
    expect(t.worker().runs.every(({ aborted }) => aborted)).toBe(true);
    expect(t.worker().terminated).toBe(false);
    coordinator.give('a3', task('t3'));
    await until(() => coordinator.of('failed').length === 3);
    t.volunteer.resume();
    coordinator.give('a4', task('t4'));
    await until(() => t.worker().run('t4') !== undefined);
    expect(t.volunteer.view().status.kind).toBe('running');
  });

  it('pauses on battery, and on mains goes on; not when the person does not want that', async () => {
    const t = setUp();
    const coordinator = await t.join();
    t.environment.set({ battery: { charging: false, level: 0.8 } });
    expect(t.volunteer.view().status).toMatchObject({ kind: 'paused', why: 'battery' });
    t.environment.set({ battery: { charging: true, level: 0.8 } });
    expect(t.volunteer.view().status.kind).toBe('running');
    t.environment.set({ battery: { charging: false, level: 0.8 } });
    t.volunteer.configure({ pauseOnBattery: false });
    expect(t.volunteer.view().status.kind).toBe('running');
    await until(() => coordinator.of('telemetry').length >= 4);
    expect(coordinator.of('telemetry').map(({ telemetry }) => telemetry.paused)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('the view', () => {
  it('changes at most four times a second, and shows the last change', async () => {
    const t = setUp();
    await t.join();
    const seen: VolunteerView[] = [];
    t.volunteer.subscribe(() => seen.push(t.volunteer.view()));
    await t.clock.advance(250);
    seen.length = 0;
    for (let i = 0; i < 100; i++) {
      t.volunteer.configure({ intensity: 0.1 + i / 200 });
      await t.clock.advance(10);
    }
    await t.clock.advance(250);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(seen.length).toBeLessThanOrEqual(6);
    expect(seen.at(-1)?.settings.intensity).toBeCloseTo(0.595);
  });

  it('shows what runs, for whom, and how far it is', async () => {
    const t = setUp();
    const coordinator = await t.join();
    coordinator.give('a1', task('t1'));
    await until(() => t.worker().runs.length === 1);
    const run = t.worker().run('t1');
    run?.hooks.started();
    run?.hooks.progress(0.25);
    expect(t.volunteer.view().status).toMatchObject({
      kind: 'running',
      source: { kind: 'linked' },
      now: { info: { title: 'A test' }, owner: 'Ada', share: 0.25 },
    });
    expect(t.volunteer.view().path).toBe('local');
    expect(t.volunteer.view().adapter?.description).toBe('Test GPU');
  });

  it('tells a source that failed, and ends', async () => {
    const t = setUp();
    await t.volunteer.start();
    t.source.status({ kind: 'failed', why: 'That room does not exist.' });
    expect(t.volunteer.view().status).toEqual({ kind: 'failed', message: 'That room does not exist.' });
    expect(t.worker().terminated).toBe(true);
    await until(() => t.source.closed);
  });
});

function fail(): never {
  throw new Error('nothing there');
}
