import { describe, expect, it } from 'vitest';
import { A_ROOM, aJob, aJobId, aVolunteer } from './testing/samples.js';
import { createStorage, setUpPage } from './testing/set-up-page.js';

describe('launching', () => {
  it('hands the settings over', async () => {
    const { page, coordinator } = setUpPage();
    await page.chooseBuiltin('bunny');
    page.edit({ width: '320', height: '200', spp: '8' });
    await page.launch();
    expect(coordinator.asked.at(-1)).toBe('launch 320x200 8 spot');
    expect(page.view.value.job?.state).toBe('running');
  });

  it('does not start with settings that are out of bounds', async () => {
    const { page, coordinator } = setUpPage();
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
    const { page } = setUpPage();
    await page.launch();
    expect(page.problem.value).toEqual({ place: 'launch', message: 'No scene is loaded.' });
  });

  it('hands over how results are checked, and remembers it', async () => {
    const storage = createStorage();
    const { page, coordinator } = setUpPage({ storage });
    await page.chooseBuiltin('bunny');
    page.edit({ verify: 'replicate' });
    await page.launch();
    expect(coordinator.asked.at(-1)).toBe('launch 960x540 64 replicate');
    expect(setUpPage({ storage }).page.draft.value.verify).toBe('replicate');
  });

  it('hands the lens over, and remembers it', async () => {
    const storage = createStorage();
    const { page, coordinator } = setUpPage({ storage });
    await page.chooseBuiltin('bunny');
    page.edit({ aperture: '1.4' });
    await page.launch();
    expect(coordinator.asked.at(-1)).toBe('launch 960x540 64 spot f/1.4 at auto');
    expect(setUpPage({ storage }).page.draft.value.aperture).toBe('1.4');
  });

  it('goes beside a job that runs', async () => {
    const { page } = setUpPage();
    await page.chooseBuiltin('bunny');
    await page.launch();
    await page.launch();
    expect(page.view.value.jobs.map((job) => job.id)).toEqual(['job-1', 'job-2']);
    expect(page.view.value.job?.id).toBe('job-2');
  });
});

describe('jobs that end', () => {
  const row = (id: string) => ({
    id: aJobId(id),
    title: 'Bunny',
    state: 'done' as const,
    width: 1,
    height: 1,
    spp: 1,
    startedAt: 0,
    wallMs: 1,
  });

  it('come with a fresh list of past ones', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ job: aJob() });
    coordinator.past.push(row('job-1'));
    coordinator.show({ job: aJob({ state: 'done', share: 1 }) });
    await Promise.resolve();
    expect(page.past.value.map((job) => job.id)).toEqual(['job-1']);
    expect(await page.openPast(aJobId('job-1'))).toBe(true);
    expect(coordinator.asked).toEqual(['openPast job-1']);
  });

  it('behind the owner’s back are kept in sight until they are looked at or hidden', async () => {
    const { page, coordinator } = setUpPage();
    const [a, b, c] = ['a', 'b', 'c'].map((id) => aJob({ id: aJobId(id) }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three jobs');
    coordinator.show({ job: a, jobs: [a, b, c] });
    coordinator.past.push(row('b'), row('c'));
    coordinator.show({ jobs: [a] });
    await Promise.resolve();
    expect(page.ended.value.map((job) => job.id)).toEqual(['b', 'c']);
    page.hideEnded(b.id);
    expect(page.ended.value.map((job) => job.id)).toEqual(['c']);
    await page.openPast(c.id);
    expect(page.ended.value).toEqual([]);
  });
});

describe('the grid', () => {
  it('is shown as the coordinator tells it', () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ signaling: 'online', room: { id: A_ROOM, publicUrl: null } });
    expect(page.view.value.signaling).toBe('online');
    page.setOpen(true);
    expect(page.view.value.open).toBe(true);
    page.close();
    coordinator.show({ signaling: 'offline' });
    expect(page.view.value.signaling).toBe('online');
  });

  it('announces what changes', () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ job: aJob({ etaMs: null }) });
    expect(page.announcement.value).toBe('Bunny: 42 per cent.');
  });

  it('measures the upload by what goes to others, not to this page’s own helper', async () => {
    const { page, coordinator, clock } = setUpPage();
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
    const { page, clock, clipboard } = setUpPage();
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
