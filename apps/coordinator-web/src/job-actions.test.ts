import { UserError } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { takingUp } from './job-actions.js';
import { aJob, aJobId, anUnfinishedJob } from './testing/samples.js';
import { setUpPage } from './testing/set-up-page.js';

const [a, b] = [aJob({ id: aJobId('a') }), aJob({ id: aJobId('b'), title: 'Cornell' })];

/** A page with two jobs under way, of which the first is shown. */
function setUpTwo() {
  const all = setUpPage();
  all.coordinator.show({ job: a, jobs: [a, b] });
  return all;
}

describe('jobs under way', () => {
  it('are shown, paused, resumed and stopped one by one', async () => {
    const { page, coordinator } = setUpTwo();
    await page.pause(b.id);
    expect(page.view.value.jobs.map((job) => job.state)).toEqual(['running', 'paused']);
    await page.resume(b.id);
    await page.showJob(b.id);
    expect(page.view.value.job?.id).toBe('b');
    await page.stop(a.id);
    expect(page.view.value.jobs.map((job) => job.id)).toEqual(['b']);
    expect(coordinator.asked).toEqual(['pause b', 'resume b', 'showJob b', 'cancel a']);
  });

  it('share the volunteers as the owner chooses', async () => {
    const { page, coordinator } = setUpTwo();
    await page.share(b.id, 'half');
    await page.share(b.id, 'first');
    await page.share(b.id, 'nonsense');
    expect(coordinator.asked).toEqual(['setSharing b 0.5 0', 'setSharing b 1 1']);
    expect(page.view.value.jobs[1]?.sharing).toEqual({ weight: 1, priority: 1 });
  });

  it('have their problems where they stand: under the picture, or in the list', async () => {
    const { page, coordinator } = setUpTwo();
    coordinator.failNext(new UserError('Not now.'));
    await page.pause(a.id);
    expect(page.problem.value).toEqual({ place: 'job', message: 'Not now.' });
    coordinator.failNext(new UserError('Not now either.'));
    await page.pause(b.id);
    expect(page.problem.value).toEqual({ place: 'jobs', message: 'Not now either.' });
    await page.showJob(aJobId('gone'));
    expect(page.problem.value).toEqual({ place: 'jobs', message: 'That render is over.' });
  });

  it('get more samples', async () => {
    const { page, coordinator } = setUpTwo();
    await page.addSamples('0');
    expect(page.problem.value).toEqual({ place: 'job', message: 'Samples goes from 1 to 65,536.' });
    await page.addSamples('32');
    expect(page.problem.value).toBeNull();
    expect(coordinator.asked).toEqual(['addSamples 32']);
  });
});

describe('a job that was cut off', () => {
  it('goes on and is shown', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ unfinished: [anUnfinishedJob({ id: a.id })] });
    const going = page.takeUp(a.id);
    expect(page.busy.value).toBe(takingUp(a.id));
    await going;
    expect(page.busy.value).toBeNull();
    expect(page.view.value).toMatchObject({ job: { id: 'a', state: 'running' }, unfinished: [] });
  });

  it('is left, and joins the past ones', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ unfinished: [anUnfinishedJob({ id: a.id })] });
    await page.giveUp(a.id);
    expect(page.view.value).toMatchObject({ job: null, unfinished: [] });
    expect(page.past.value).toMatchObject([{ id: 'a', state: 'cancelled' }]);
  });

  it('says why it cannot go on', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ unfinished: [anUnfinishedJob({ id: a.id })] });
    coordinator.failNext(new UserError('Its scene is gone.'));
    await page.takeUp(a.id);
    expect(page.problem.value).toEqual({ place: 'unfinished', message: 'Its scene is gone.' });
    expect(page.view.value.unfinished).toHaveLength(1);
  });
});

describe('the finished picture', () => {
  it('is saved under a name that says what it is', async () => {
    const { page, coordinator, saved } = setUpPage();
    coordinator.show({ job: aJob({ state: 'done' }) });
    await page.download('png');
    await page.download('exr');
    expect(saved).toEqual(['bunny-960x540-64spp.png image/png 3', 'bunny-960x540-64spp.exr image/x-exr 3']);
  });

  it('is saved as it is shown', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ job: aJob({ state: 'done' }) });
    page.setTone({ curve: 'agx', exposure: -1.5 });
    await page.download('png');
    page.setForm('rendered');
    await page.download('exr');
    expect(coordinator.asked).toEqual(['export png agx -1.5', 'export exr agx -1.5 as rendered']);
  });

  it('is not saved where there is none', async () => {
    const { page, saved } = setUpPage();
    await page.download('png');
    expect(saved).toEqual([]);
  });
});
