import { UserError } from '@tabgrid/coordinator/api';
import { createManualClock } from '@tabgrid/protocol/clock';
import { describe, expect, it } from 'vitest';
import { createPage, messageOf } from './page.js';
import { createRemembered } from './remembered.js';
import { A_ROOM, A_SCENE, aJob, aVolunteer, createFakeCoordinator, jobId } from './testing/fake-coordinator.js';
import { createFakeVolunteer } from './testing/fake-volunteer.js';

function createStorage() {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
}

function setUp(options: { readonly storage?: ReturnType<typeof createStorage>; readonly noGpu?: string } = {}) {
  const coordinator = createFakeCoordinator();
  const volunteer = createFakeVolunteer();
  if (options.noGpu !== undefined) volunteer.failWith(options.noGpu);
  const clock = createManualClock();
  const saved: string[] = [];
  const clipboard: { text: string; allowed: boolean } = { text: '', allowed: true };
  const page = createPage({
    coordinator,
    volunteer,
    remembered: createRemembered(options.storage ?? createStorage()),
    clock,
    save: (bytes, name, type) => saved.push(`${name} ${type} ${bytes.byteLength}`),
    copy: async (text) => {
      if (!clipboard.allowed) throw new Error('denied');
      clipboard.text = text;
    },
  });
  return { coordinator, volunteer, clock, page, saved, clipboard };
}

const file = (name: string) => new File(['x'], name);

describe('the scene', () => {
  it('is chosen by name', async () => {
    const { page, coordinator } = setUp();
    await page.chooseBuiltin('bunny');
    expect(coordinator.asked).toEqual(['loadScene bunny']);
    expect(page.choice.value).toEqual({ kind: 'builtin', name: 'bunny' });
    expect(page.view.value.scene).toEqual(A_SCENE);
  });

  it('is taken from dropped files, with what belongs to it and its light', async () => {
    const { page, coordinator } = setUp();
    await page.takeFiles([file('room.gltf'), file('room.bin'), file('sky.hdr')]);
    expect(coordinator.asked).toEqual(['loadScene room.gltf+room.bin', 'loadEnvironment sky.hdr']);
    expect(page.choice.value).toEqual({ kind: 'file', name: 'room.gltf' });
    expect(page.view.value.scene?.environment).toBe('sky.hdr');
  });

  it('that cannot be read leaves the one before in use, and says why', async () => {
    const { page, coordinator } = setUp();
    await page.chooseBuiltin('cornell');
    coordinator.failNext(new UserError('“x.glb” is cut short. Export it again.'));
    await page.takeFiles([file('x.glb'), file('sky.hdr')]);
    expect(page.problem.value).toEqual({ place: 'scene', message: '“x.glb” is cut short. Export it again.' });
    expect(page.choice.value).toEqual({ kind: 'builtin', name: 'cornell' });
    expect(coordinator.asked).not.toContain('loadEnvironment sky.hdr');
  });

  it('never starts with files that nobody can use', async () => {
    const { page, coordinator } = setUp();
    await page.takeFiles([file('notes.txt')]);
    expect(coordinator.asked).toEqual([]);
    expect(page.problem.value?.place).toBe('scene');
  });

  it('forgets a camera that the new scene does not have', async () => {
    const { page } = setUp();
    page.edit({ camera: 'Main' });
    await page.chooseBuiltin('bunny');
    expect(page.draft.value.camera).toBe('Main');
    page.edit({ camera: 'Elsewhere' });
    await page.chooseBuiltin('spheres');
    expect(page.draft.value.camera).toBe('');
  });
});

describe('a problem', () => {
  it('goes when its action succeeds, and stays when another does', async () => {
    const { page, coordinator } = setUp();
    coordinator.failNext(new UserError('Not an HDR.'));
    await page.chooseEnvironment(file('x.hdr'));
    expect(page.problem.value?.place).toBe('environment');
    await page.chooseBuiltin('bunny');
    expect(page.problem.value?.place).toBe('environment');
    await page.chooseEnvironment(null);
    expect(page.problem.value).toBeNull();
  });

  it('can be dismissed', async () => {
    const { page } = setUp();
    await page.addSamples('0');
    expect(page.problem.value).toEqual({ place: 'job', message: 'Samples goes from 1 to 65,536.' });
    page.dismiss();
    expect(page.problem.value).toBeNull();
  });

  it('says more when it was nobody’s intention', () => {
    expect(messageOf(new UserError('Do this.'))).toBe('Do this.');
    expect(messageOf(new TypeError('x is undefined'))).toMatch(/x is undefined.*Reload/);
    expect(messageOf('odd')).toContain('odd');
  });
});

describe('launching', () => {
  it('hands the settings over', async () => {
    const { page, coordinator } = setUp();
    await page.chooseBuiltin('bunny');
    page.edit({ width: '320', height: '200', spp: '8' });
    await page.launch();
    expect(coordinator.asked.at(-1)).toBe('launch 320x200 8');
    expect(page.view.value.job?.state).toBe('running');
  });

  it('does not start with settings that are out of bounds', async () => {
    const { page, coordinator } = setUp();
    await page.chooseBuiltin('bunny');
    page.edit({ width: '0' });
    expect(page.problems.value).toEqual({ width: 'Width goes from 1 to 16,384 pixels.' });
    await page.launch();
    expect(coordinator.asked).toEqual(['loadScene bunny']);
    expect(page.problem.value).toEqual({ place: 'launch', message: 'Width goes from 1 to 16,384 pixels.' });
    page.edit({ width: '10' });
    expect(page.problem.value).toBeNull();
    expect(page.problems.value).toEqual({});
  });

  it('shows what the coordinator has against it', async () => {
    const { page } = setUp();
    await page.launch();
    expect(page.problem.value).toEqual({ place: 'launch', message: 'No scene is loaded.' });
  });

  it('can be cancelled, and more samples asked for', async () => {
    const { page, coordinator } = setUp();
    await page.chooseBuiltin('bunny');
    await page.launch();
    page.cancel();
    expect(page.view.value.job?.state).toBe('cancelled');
    await page.addSamples('32');
    expect(coordinator.asked.slice(-2)).toEqual(['cancel', 'addSamples 32']);
    expect(page.view.value.job?.state).toBe('running');
  });
});

describe('the finished picture', () => {
  it('is saved under a name that says what it is', async () => {
    const { page, coordinator, saved } = setUp();
    coordinator.show({ job: aJob({ state: 'done' }) });
    await page.download('png');
    await page.download('exr');
    expect(saved).toEqual(['bunny-960x540-64spp.png image/png 3', 'bunny-960x540-64spp.exr image/x-exr 3']);
  });

  it('comes with a fresh list of past jobs', async () => {
    const { page, coordinator } = setUp();
    coordinator.show({ job: aJob() });
    coordinator.past.push({
      id: jobId('job-1'),
      title: 'Bunny',
      state: 'done',
      width: 1,
      height: 1,
      spp: 1,
      startedAt: 0,
      wallMs: 1,
    });
    coordinator.show({ job: aJob({ state: 'done', share: 1 }) });
    await Promise.resolve();
    expect(page.past.value.map((job) => job.id)).toEqual(['job-1']);
    await page.openPast(jobId('job-1'));
    expect(coordinator.asked).toEqual(['openPast job-1']);
  });
});

describe('this computer’s own helper', () => {
  it('starts by itself, and stays off once it was switched off', async () => {
    const storage = createStorage();
    const first = setUp({ storage });
    expect(first.volunteer.asked).toEqual(['configure {"intensity":0.8}', 'start']);
    await first.page.setHelper(false);
    expect(first.volunteer.asked.at(-1)).toBe('stop');
    const second = setUp({ storage });
    expect(second.volunteer.asked).toEqual(['configure {"intensity":0.8}']);
    expect(second.page.helperWanted.value).toBe(false);
  });

  it('remembers how much of its GPU is lent', () => {
    const storage = createStorage();
    setUp({ storage }).page.setIntensity(0.3);
    expect(setUp({ storage }).page.helper.value.settings.intensity).toBe(0.3);
  });

  it('is still wanted where it cannot run, for the next browser update', async () => {
    const storage = createStorage();
    const { page } = setUp({ storage, noGpu: 'No WebGPU here.' });
    await Promise.resolve();
    expect(page.helper.value.status).toEqual({ kind: 'failed', message: 'No WebGPU here.' });
    expect(setUp({ storage }).page.helperWanted.value).toBe(true);
  });
});

describe('the grid', () => {
  it('is shown as the coordinator tells it', () => {
    const { page, coordinator } = setUp();
    coordinator.show({ signaling: 'online', room: { id: A_ROOM, publicUrl: null } });
    expect(page.view.value.signaling).toBe('online');
    page.setOpen(true);
    expect(page.view.value.open).toBe(true);
    page.close();
    coordinator.show({ signaling: 'offline' });
    expect(page.view.value.signaling).toBe('online');
  });

  it('announces what changes', () => {
    const { page, coordinator } = setUp();
    coordinator.show({ job: aJob({ etaMs: null }) });
    expect(page.announcement.value).toBe('Bunny: 42 per cent.');
  });

  it('measures the upload by what goes to others, not to this page’s own helper', async () => {
    const { page, coordinator, clock } = setUp();
    const sent = (bytes: number) => [
      aVolunteer(0, { path: 'local', bytesTo: bytes * 9 }),
      aVolunteer(1, { bytesTo: bytes }),
    ];
    coordinator.show({ volunteers: sent(0) });
    await clock.advance(2000);
    coordinator.show({ volunteers: sent(4_000_000) });
    expect(page.uploadRate.value).toBe(2_000_000);
  });

  it('copies the link, says so for a moment, and knows what to do when it may not', async () => {
    const { page, clock, clipboard } = setUp();
    await page.copyLink('https://x.example/peer');
    expect(clipboard.text).toBe('https://x.example/peer');
    expect(page.copied.value).toBe(true);
    await clock.advance(2500);
    expect(page.copied.value).toBe(false);
    clipboard.allowed = false;
    await page.copyLink('https://x.example/peer');
    expect(page.problem.value?.place).toBe('invite');
  });
});
