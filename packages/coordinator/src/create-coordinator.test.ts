import { JobReport } from '@tabgrid/protocol/records';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestGrid, ONLINE, preparedCornell, ROOM, SPEC } from './test-kit.js';

/** What a picture of SPEC has to hash to, whoever renders it. */
let expected: string;

beforeAll(async () => {
  await preparedCornell();
  const grid = createTestGrid();
  await grid.volunteer();
  await grid.launch();
  await grid.until(() => grid.coordinator.view().job?.state === 'done');
  expected = await grid.sha();
});

describe('one picture', () => {
  it('is rendered by one volunteer, reported, stored and exported', async () => {
    const grid = createTestGrid();
    grid.status(ONLINE);
    await grid.volunteer({ session: 'Grace' });
    await grid.launch();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    const { job, volunteers, room, signaling } = grid.coordinator.view();
    expect(room).toEqual({ id: ROOM, publicUrl: null });
    expect(signaling).toBe('online');
    expect(job).toMatchObject({
      share: 1,
      spp: 16,
      tasks: { total: 6, accepted: 6, running: 0 },
      attempts: 6,
      retries: 0,
    });
    expect(volunteers).toMatchObject([
      { name: 'Grace', state: 'ready', tilesAccepted: 6, tilesRunning: 0, path: 'local' },
    ]);
    const report = v.parse(JobReport, await grid.coordinator.report());
    expect(report).toMatchObject({ width: 48, height: 32, spp: 16, tiles: 6, chaos: [], state: 'done', kernelMs: 240 });
    expect(report.volunteers).toMatchObject([
      { name: 'Grace', tiles: 6, adapter: 'Test adapter (test-1)', state: 'ready' },
    ]);
    expect(report.bytesFromVolunteers).toBeGreaterThan(48 * 32 * 16);
    expect(report.wallMs).toBeGreaterThan(250);
    expect(report.cameraSamplesPerSecond).toBeCloseTo((48 * 32 * 16) / (report.wallMs / 1000), 3);
    expect(new TextDecoder().decode(await grid.coordinator.export('png', { exposure: -1 }))).toBe(
      'png 48x32 {"exposure":-1}',
    );
    expect(grid.coordinator.tiles().filter((t) => t.state === 'accepted')).toHaveLength(6);
    expect(await grid.coordinator.pastJobs()).toMatchObject([{ title: 'cornell', state: 'done', spp: 16, width: 48 }]);
  });

  it('is the same for three volunteers, another tile, and results out of order', async () => {
    for (const tile of [8, 24, null]) {
      const grid = createTestGrid();
      for (const ms of [20, 90, 300]) await grid.volunteer({ behaviour: { kind: 'work', ms } });
      await grid.launch({ tile });
      await grid.until(() => grid.coordinator.view().job?.state === 'done');
      expect(await grid.sha()).toBe(expected);
    }
  });

  it('shows tiles as they come, a rate and a time to go, at most four times a second', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 400 } });
    const times: number[] = [];
    grid.coordinator.subscribe(() => times.push(grid.clock.now()));
    await grid.launch({ tile: 8 });
    await grid.pass(3_000);
    const { job, volunteers } = grid.coordinator.view();
    expect(job?.samplesPerSecond).toBeGreaterThan(0);
    expect(job?.etaMs).toBeGreaterThan(1_000);
    expect(volunteers[0]?.tilesRunning).toBeGreaterThanOrEqual(2);
    expect(grid.coordinator.tiles().some((t) => t.state === 'running')).toBe(true);
    const film = grid.coordinator.film();
    expect(film?.rgb.some((x) => x > 0)).toBe(true);
    for (const [i, time] of times.entries()) if (i > 0) expect(time - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(250);
    expect(times.length).toBeGreaterThan(5);
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    const seen = times.length;
    await grid.pass(300);
    expect(times.length).toBeGreaterThan(seen - 1);
  });

  it('keeps the next task with the volunteer, so that it never waits for one', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ behaviour: { kind: 'work', ms: 100 } });
    await grid.launch({ tile: 8 });
    await grid.until(() => volunteer.accepted.length > 2);
    while (grid.coordinator.view().job?.state === 'running') {
      const { job } = grid.coordinator.view();
      const left = (job?.tasks.total ?? 0) - (job?.tasks.accepted ?? 0);
      if (left > 4) expect(volunteer.tasks.length - volunteer.accepted.length).toBeGreaterThanOrEqual(2);
      await grid.pass(5);
    }
    const report = v.parse(JobReport, await grid.coordinator.report());
    // 24 tasks of 100 ms: nothing but the first and the last step may cost more.
    expect(report.wallMs).toBeLessThanOrEqual(24 * 100 * 1.05);
  });
});

describe('volunteers come and go', () => {
  it('a job without volunteers waits and says so, and goes on with the first that comes', async () => {
    const grid = createTestGrid();
    await grid.launch();
    expect(grid.coordinator.view().job?.notice).toContain('No volunteer');
    expect(grid.announced.at(-1)).toMatchObject({ hasWork: true });
    await grid.volunteer();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    expect(grid.coordinator.view().job?.notice).toBeNull();
    expect(grid.announced.at(-1)).toEqual({ open: false, hasWork: false, wanted: 0 });
  });

  it('a volunteer that leaves in mid-job has its tiles done again', async () => {
    const grid = createTestGrid();
    const first = await grid.volunteer({ behaviour: { kind: 'work', ms: 200 } });
    await grid.launch({ tile: 8 });
    await grid.until(() => first.accepted.length >= 3);
    const second = await grid.volunteer();
    await first.link.close('closed tab');
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    expect(await grid.sha()).toBe(expected);
    expect(grid.coordinator.view().job?.retries).toBeGreaterThan(0);
    expect(second.accepted.length).toBeGreaterThan(0);
    expect(grid.coordinator.view().volunteers).toMatchObject([
      { state: 'gone', tilesAccepted: first.accepted.length },
      {},
    ]);
  });

  it('a volunteer that freezes is given up after its lease', async () => {
    const grid = createTestGrid();
    const frozen = await grid.volunteer({ behaviour: { kind: 'silent' } });
    await grid.launch();
    await grid.pass(1_000);
    expect(frozen.tasks.length).toBeGreaterThan(0);
    await grid.volunteer();
    await grid.until(() => grid.coordinator.view().job?.state === 'done', 120_000);
    expect(await grid.sha()).toBe(expected);
  });

  it('one that says goodbye is gone at once', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ behaviour: { kind: 'silent' } });
    await grid.launch();
    await volunteer.say({ type: 'goodbye', reason: 'the person stopped' });
    await grid.pass(5);
    expect(grid.coordinator.view().job?.tasks.running).toBe(0);
  });

  it('one that comes back over a new link is the same one, and its kept result counts once', async () => {
    const grid = createTestGrid();
    const before = await grid.volunteer({ session: 'same', behaviour: { kind: 'silent' } });
    await grid.launch();
    await grid.pass(10);
    const [kept] = before.tasks;
    if (!kept) throw new Error('it was sent a task');
    const after = await grid.volunteer({ session: 'same', behaviour: { kind: 'silent' } });
    await after.result(kept);
    await after.result(kept);
    await grid.until(() => after.accepted.length === 2);
    expect(after.accepted).toEqual([kept.attempt, kept.attempt]);
    const { job, volunteers } = grid.coordinator.view();
    expect(job?.tasks.accepted).toBe(1);
    expect(volunteers).toHaveLength(1);
    expect(await before.link.closed).toMatchObject({ by: 'them' });
    after.behaviour = { kind: 'work', ms: 20 };
    await grid.volunteer();
    await grid.until(() => grid.coordinator.view().job?.state === 'done', 120_000);
    expect(await grid.sha()).toBe(expected);
  });

  it('a paused one gets nothing, and the job says that it waits', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ telemetry: { paused: true } });
    await grid.launch();
    await grid.pass(300);
    expect(volunteer.tasks).toEqual([]);
    expect(grid.coordinator.view().job?.notice).toContain('paused');
    await volunteer.say({
      type: 'telemetry',
      telemetry: { visibility: 'hidden', paused: false, intensity: 0.5, battery: null, gpuBusyMs: 0 },
    });
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    expect(grid.coordinator.view().volunteers[0]?.hidden).toBe(true);
  });

  it('one that cannot run the tasks is told apart, with what it lacks', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ capabilities: { limits: { maxBufferSize: 16, maxStorageBufferBindingSize: 16 } } });
    await grid.launch();
    await grid.pass(300);
    expect(grid.coordinator.view().job?.notice).toMatch(/maxBufferSize of \d+ \(has 16\)/);
  });
});

describe('volunteers that do harm', () => {
  it('results that are too short, not finite, or of another task are rejected and done again', async () => {
    const answers: ((right: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>)[] = [
      (right) => right.slice(4),
      (right) => {
        new DataView(right.buffer).setFloat32(0, Number.NaN, true);
        return right;
      },
      (right) => right.fill(0),
      () => new Uint8Array(0),
    ];
    for (const make of answers) {
      const grid = createTestGrid();
      const bad = await grid.volunteer({ behaviour: { kind: 'answer', make: (_, right) => make(right) } });
      await grid.launch();
      await grid.until(() => bad.of('rejected').length > 0);
      await grid.volunteer();
      await grid.until(() => grid.coordinator.view().job?.state === 'done', 120_000);
      expect(await grid.sha()).toBe(expected);
      expect(bad.accepted).toEqual([]);
      expect(grid.coordinator.view().volunteers[0]).toMatchObject({ tilesAccepted: 0 });
    }
  });

  it('three bad results in a row put it into quarantine, with the reason on the page', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'answer', make: (_, right) => right.slice(1) } });
    await grid.launch();
    await grid.until(() => grid.coordinator.view().volunteers[0]?.state === 'quarantined');
    const { job, volunteers } = grid.coordinator.view();
    expect(volunteers[0]?.reason).toMatch(/3 failures in a row.*do not|3 failures in a row/);
    expect(job?.notice).toContain('waits');
  });

  it('the name of somebody else’s attempt drops it, and a wrong task name has the tile done again', async () => {
    const grid = createTestGrid();
    const honest = await grid.volunteer({ behaviour: { kind: 'silent' } });
    const liar = await grid.volunteer({ behaviour: { kind: 'silent' } });
    await grid.launch();
    await grid.pass(10);
    const [own] = liar.tasks;
    const [foreign] = honest.tasks;
    if (!own || !foreign) throw new Error('both were sent tasks');
    await liar.result(own, undefined, { id: foreign.task.id });
    await grid.until(() => liar.of('rejected').length === 1);
    await liar.result(foreign);
    await grid.until(() => liar.link.state === 'closed');
    expect(grid.coordinator.view().notices.join()).toContain('breaking the protocol');
    honest.behaviour = { kind: 'work', ms: 10 };
    await grid.volunteer();
    await grid.until(() => grid.coordinator.view().job?.state === 'done', 120_000);
    expect(await grid.sha()).toBe(expected);
  });

  it('heads that are not in the protocol close the link, and only that one', async () => {
    const grid = createTestGrid();
    const rude = await grid.volunteer();
    const polite = await grid.volunteer();
    const { message } = await import('@tabgrid/protocol/message');
    await rude.link.send(message({ type: 'give me everything' }));
    await grid.until(() => rude.link.state === 'closed');
    expect(polite.link.state).toBe('open');
    const early = await grid.volunteer({ helloless: true });
    await early.say({ type: 'goodbye', reason: '' });
    await grid.until(() => early.link.state === 'closed');
    await polite.say({ type: 'goodbye', reason: '' }, new Uint8Array(3));
    await grid.until(() => polite.link.state === 'closed');
    expect(grid.coordinator.view().notices.join()).toContain('3 links');
  });

  it('a page of another version or build is refused, with what to do', async () => {
    const grid = createTestGrid();
    const old = await grid.volunteer({ protocol: 999 });
    expect(old.of('refused')[0]?.reason).toContain('Reload');
    const stale = await grid.volunteer({ capabilities: { kernels: [{ kind: 'pathtrace', version: 'old' }] } });
    expect(stale.of('refused')[0]?.reason).toContain('Reload');
    await grid.until(() => stale.link.state === 'closed');
    expect(grid.coordinator.view().volunteers).toEqual([]);
  });

  it('a link without a hello is closed', async () => {
    const grid = createTestGrid();
    const mute = await grid.volunteer({ helloless: true });
    await grid.pass(25_000);
    expect(mute.link.state).toBe('closed');
  });
});

describe('blobs', () => {
  it('serves the lists and chunks of the present job, and nothing else', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ behaviour: { kind: 'silent' } });
    await grid.launch();
    await grid.pass(5);
    const { blobs } = await preparedCornell();
    for (const { ref } of blobs) await volunteer.say({ type: 'need', blob: ref.id, list: true, chunks: [0, 700] });
    await grid.until(() => volunteer.of('noBlob').length === blobs.length);
    for (const { ref, bytes, chunkHashes } of blobs) {
      expect(volunteer.bodies.get(`list ${ref.id}`)).toEqual(chunkHashes);
      expect(volunteer.bodies.get(`${ref.id} 0`)?.byteLength).toBe(Math.min(bytes.byteLength, 2 ** 20));
    }
    const [first] = blobs;
    if (!first) throw new Error('a scene has blobs');
    const { BlobId } = await import('@tabgrid/protocol/ids');
    await volunteer.say({ type: 'need', blob: v.parse(BlobId, 'f'.repeat(64)), list: true, chunks: [] });
    await grid.until(() => volunteer.of('noBlob').length === blobs.length + 1);
  });
});

describe('holding', () => {
  it('stops the hand-out at a share, and a next hold follows the release without a gap', async () => {
    const grid = createTestGrid();
    await grid.volunteer({ behaviour: { kind: 'work', ms: 50 } });
    const reached = grid.coordinator.hold.at(0.3);
    await grid.launch({ tile: 8 });
    let happened = false;
    void reached.then(() => {
      happened = true;
    });
    await grid.until(() => happened);
    await grid.pass(1_000);
    const heldAt = grid.coordinator.view().job;
    expect(heldAt?.share).toBeGreaterThanOrEqual(0.3);
    expect(heldAt).toMatchObject({ state: 'running', held: true, tasks: { running: 0 } });
    expect(heldAt?.notice).toContain('Held');
    for (const order of ['release first', 'hold first']) {
      if (order === 'release first') grid.coordinator.hold.release();
      const next = grid.coordinator.hold.at(0.99);
      if (order === 'hold first') grid.coordinator.hold.release();
      let again = false;
      void next.then(() => {
        again = true;
      });
      // The one that was released: everything but the last task is done before the next hold is reached.
      await grid.until(() => again);
      await grid.pass(1_000);
      expect(grid.coordinator.view().job?.state).toBe('running');
    }
    grid.coordinator.hold.release();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    expect(await grid.sha()).toBe(expected);
  });

  it('tells whoever waits that a hold was replaced or released, and refuses a share that is none', async () => {
    const grid = createTestGrid();
    const first = grid.coordinator.hold.at(0.5);
    const second = grid.coordinator.hold.at(0.6);
    await expect(first).rejects.toThrow('Another hold');
    await grid.pass(5);
    grid.coordinator.hold.release();
    await expect(second).rejects.toThrow('released');
    await expect(grid.coordinator.hold.at(2)).rejects.toThrow('share');
  });
});

describe('more, less, again', () => {
  it('adds samples to a finished picture, as if they had been asked for at once', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    await grid.coordinator.addSamples(16);
    expect(grid.coordinator.view().job).toMatchObject({ state: 'running', spp: 32, share: 0.5 });
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    const twice = await grid.sha();
    const other = createTestGrid();
    await other.volunteer();
    await other.launch({ spp: 32 });
    await other.until(() => other.coordinator.view().job?.state === 'done');
    expect(twice).toBe(await other.sha());
  });

  it('keeps what is there when it is cancelled, tells the volunteers, and can be finished later', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer({ behaviour: { kind: 'work', ms: 200 } });
    await grid.launch({ tile: 8 });
    await grid.until(() => volunteer.accepted.length >= 4);
    grid.coordinator.cancel();
    expect(grid.coordinator.view().job).toMatchObject({
      state: 'cancelled',
      tasks: { accepted: volunteer.accepted.length },
    });
    await grid.until(() => volunteer.of('jobOver').length === 1);
    expect(volunteer.of('cancel').length).toBeGreaterThan(0);
    expect(grid.coordinator.film()?.rgb.some((x) => x > 0)).toBe(true);
    await grid.coordinator.addSamples(16);
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    const other = createTestGrid();
    await other.volunteer();
    await other.launch({ spp: 32 });
    await other.until(() => other.coordinator.view().job?.state === 'done');
    expect(await grid.sha()).toBe(await other.sha());
  });

  it('lists past pictures and opens them again, with their pixels, and adds samples to them', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    await grid.pass(50);
    const { blobs, records } = grid.deps;
    const [past] = await grid.coordinator.pastJobs();
    if (!past) throw new Error('it is listed');

    const later = createTestGrid({ blobs, records });
    await later.volunteer();
    await later.coordinator.openPast(past.id);
    expect(later.coordinator.view().job).toMatchObject({ id: past.id, state: 'done', spp: 16, share: 1 });
    expect(await later.sha()).toBe(expected);
    const report = v.parse(JobReport, await later.coordinator.report());
    expect(report.volunteers).toMatchObject([{ id: 'past-v1', tiles: 6, state: 'gone', path: null }]);
    await later.coordinator.addSamples(16);
    await later.until(() => later.coordinator.view().job?.state === 'done');
    await later.pass(50);

    const third = createTestGrid({ blobs, records });
    await third.coordinator.openPast(past.id);
    expect(third.coordinator.view().job).toMatchObject({ state: 'done', spp: 32 });
    expect(await third.sha()).toBe(await later.sha());
  });

  it('says so when a past picture is gone', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    await grid.pass(50);
    const { blobs, records } = grid.deps;
    const [past] = await grid.coordinator.pastJobs();
    if (!past) throw new Error('it is listed');
    for (const key of await records.keys('results')) await records.put('results', key, { version: 99 });
    const later = createTestGrid({ blobs, records });
    await expect(later.coordinator.openPast(past.id)).rejects.toThrow('not in this browser');
    expect(later.coordinator.view().job).toBeNull();
  });

  it('launches another job when one is done', async () => {
    const grid = createTestGrid();
    await grid.volunteer();
    await grid.launch();
    await expect(grid.coordinator.addSamples(1)).rejects.toThrow('running');
    await grid.until(() => grid.state() === 'done');
    await grid.coordinator.launch({ ...SPEC, seed: 2 });
    await grid.until(() => grid.state() === 'done');
    expect(await grid.sha()).not.toBe(expected);
    expect(await grid.coordinator.pastJobs()).toHaveLength(2);
  });
});

describe('refusals', () => {
  it('name the value and its bounds, and start nothing', async () => {
    const grid = createTestGrid();
    await expect(grid.coordinator.launch(SPEC)).rejects.toThrow('no scene');
    await grid.coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
    const wrong: [Partial<typeof SPEC>, RegExp][] = [
      [{ width: 0 }, /width is 0.*1 to 16,384/],
      [{ height: 16_385 }, /height is 16385/],
      [{ spp: 0 }, /samples/],
      [{ spp: 1.5 }, /samples/],
      [{ bounces: 65 }, /bounces/],
      [{ seed: -1 }, /seed/],
      [{ tile: 4 }, /tile side/],
      [{ camera: 'nobody' }, /no camera named "nobody"/],
    ];
    for (const [change, text] of wrong) {
      await expect(grid.coordinator.launch({ ...SPEC, ...change })).rejects.toThrow(text);
    }
    expect(grid.coordinator.view().job).toBeNull();
    await expect(grid.coordinator.addSamples(16)).rejects.toThrow('no picture');
    await expect(grid.coordinator.export('png')).rejects.toThrow('no picture');
    await expect(grid.coordinator.report()).rejects.toThrow('no picture');
    expect(grid.coordinator.film()).toBeNull();
  });

  it('a scene that cannot be read leaves the one before in use', async () => {
    const { UserError } = await import('./api.js');
    let bad = false;
    const grid = createTestGrid({
      prepare: {
        prepare: () => (bad ? Promise.reject(new UserError('broken: export it again')) : preparedCornell()),
      },
    });
    await expect(grid.coordinator.loadEnvironment(null)).rejects.toThrow('choose a scene first');
    await grid.coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
    bad = true;
    await expect(grid.coordinator.loadScene({ kind: 'builtin', name: 'bunny' })).rejects.toThrow('export it again');
    expect(grid.coordinator.view()).toMatchObject({ scene: { name: 'cornell' }, preparing: null });
  });
});

describe('a store that fails', () => {
  it('is said, and the job goes on and is acknowledged', async () => {
    const { StoreUnavailableError } = await import('@tabgrid/store/ports');
    const { createMemoryRecordStore } = await import('@tabgrid/store/memory');
    const full = async () => Promise.reject(new StoreUnavailableError('the browser has no more room for this site'));
    const grid = createTestGrid({ records: { ...createMemoryRecordStore(), write: full } });
    const volunteer = await grid.volunteer();
    await grid.launch();
    await grid.until(() => grid.coordinator.view().job?.state === 'done');
    await grid.until(() => volunteer.accepted.length === 6);
    expect(await grid.sha()).toBe(expected);
    expect(grid.coordinator.view().notices.join()).toContain('no more room');
  });

  it('says from the start when nothing will be kept', () => {
    const grid = createTestGrid({ storeProblem: 'storage is blocked' });
    expect(grid.coordinator.view().notices.join()).toContain('storage is blocked');
  });
});

describe('the room', () => {
  it('tells the server what pool volunteers should know, once a change', async () => {
    const grid = createTestGrid();
    grid.coordinator.setOpen(true);
    grid.coordinator.setOpen(true);
    expect(grid.announced.at(-1)).toEqual({ open: true, hasWork: false, wanted: 0 });
    await grid.launch({ tile: 8 });
    expect(grid.announced.at(-1)).toEqual({ open: true, hasWork: true, wanted: 6 });
    const seen = grid.announced.length;
    await grid.pass(3_000);
    expect(grid.announced).toHaveLength(seen);
  });

  it('keeps its name while the server is away', async () => {
    const grid = createTestGrid();
    grid.status(ONLINE);
    grid.status({ kind: 'offline', why: 'no answer' });
    expect(grid.coordinator.view()).toMatchObject({ signaling: 'offline', room: { id: ROOM } });
    expect(grid.coordinator.view().notices.join()).toContain('no answer');
  });

  it('says goodbye to everybody when it closes', async () => {
    const grid = createTestGrid();
    const volunteer = await grid.volunteer();
    await grid.launch();
    const closing = grid.coordinator.close();
    await grid.pass(3_000);
    await closing;
    expect(volunteer.of('goodbye')).toHaveLength(1);
    expect(volunteer.link.state).toBe('closed');
  });
});
