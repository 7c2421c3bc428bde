import { UserError } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { createStorage, setUpPage } from './testing/set-up-page.js';
import { aKeptSimulation, aSimulation } from './testing/simulation-samples.js';

const world = (name: string) => new File(['{}'], name);

describe('the kind of job', () => {
  it('is a picture until physics is chosen, and remembered', () => {
    const storage = createStorage();
    const { page } = setUpPage({ storage });
    expect(page.kind.value).toBe('picture');
    page.chooseKind('physics');
    expect(page.kind.value).toBe('physics');
    expect(setUpPage({ storage }).page.kind.value).toBe('physics');
  });
});

describe('the world', () => {
  it('is a built-in one by its name, and other names change nothing', () => {
    const { page } = setUpPage();
    page.chooseWorld('dominoes');
    page.chooseWorld('avalanche');
    expect(page.simulation.value.world).toBe('dominoes');
  });

  it('can be a file, until a built-in one is chosen again', () => {
    const { page } = setUpPage();
    page.takeWorld([world('mine.GLB')]);
    expect(page.worldFile.value?.name).toBe('mine.GLB');
    page.chooseWorld('stack');
    expect(page.worldFile.value).toBeNull();
  });

  it('is one file of a kind that is known: all else is refused with words', () => {
    const { page } = setUpPage();
    page.takeWorld([world('a.json'), world('b.json')]);
    expect(page.problem.value).toEqual({ place: 'world', message: 'These are 2 files. Choose one world at a time.' });
    page.takeWorld([world('sky.hdr')]);
    expect(page.problem.value?.message).toContain('“sky.hdr” is no world');
    expect(page.worldFile.value).toBeNull();
    page.takeWorld([world('a.json')]);
    expect(page.problem.value).toBeNull();
  });

  it('that is a file has its own bodies: a wrong number of them is no problem then', async () => {
    const { page, coordinator } = setUpPage();
    page.editSimulation({ bodies: '0' });
    expect(page.simulationProblems.value.bodies).toBe('Bodies goes from 1 to 100,000.');
    page.takeWorld([world('a.json')]);
    expect(page.simulationProblems.value).toEqual({});
    await page.simulate();
    expect(coordinator.asked).toEqual(['simulate a.json 2 s 8 auto 2 m spot']);
  });
});

describe('simulating', () => {
  it('hands the settings over, and remembers them', async () => {
    const storage = createStorage();
    const { page, coordinator } = setUpPage({ storage });
    page.chooseWorld('pyramid');
    page.editSimulation({ bodies: '55', seconds: '0.5', substeps: '4', regions: '3', margin: '1.5' });
    page.editSimulation({ verify: 'replicate', realTime: true, merge: 'average' });
    await page.simulate();
    const asked = 'simulate pyramid 55 0.5 s 4 in real time 3 1.5 m averaged replicate';
    expect(coordinator.asked).toEqual([asked]);
    const next = setUpPage({ storage });
    await next.page.simulate();
    expect(next.coordinator.asked).toEqual([asked]);
  });

  it('takes the usual number of bodies, and of regions, where none is given', async () => {
    const { page, coordinator } = setUpPage();
    await page.simulate();
    expect(coordinator.asked).toEqual(['simulate pile as many as usual 2 s 8 auto 2 m spot']);
  });

  it('does not start with settings that are out of bounds', async () => {
    const { page, coordinator } = setUpPage();
    page.editSimulation({ substeps: '65' });
    await page.simulate();
    expect(coordinator.asked).toEqual([]);
    expect(page.problem.value).toEqual({ place: 'simulate', message: 'Substeps goes from 1 to 64.' });
    page.editSimulation({ substeps: '64' });
    expect(page.problem.value).toBeNull();
  });

  it('shows what the coordinator has against it', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.failNext(new UserError('A body lies in another.'));
    await page.simulate();
    expect(page.problem.value).toEqual({ place: 'simulate', message: 'A body lies in another.' });
  });

  it('leaves the picture and its settings alone', async () => {
    const { page } = setUpPage();
    await page.chooseBuiltin('bunny');
    await page.launch();
    const { draft, view } = page;
    const [before, job] = [draft.value, view.value.job];
    page.chooseKind('physics');
    await page.simulate();
    expect(draft.value).toBe(before);
    expect(view.value.job).toBe(job);
    expect(view.value.simulation?.state).toBe('running');
  });
});

describe('a simulation', () => {
  it('pauses, goes on and stops', async () => {
    const { page, coordinator } = setUpPage();
    await page.simulate();
    await page.pauseSimulation();
    expect(page.view.value.simulation?.state).toBe('paused');
    await page.resumeSimulation();
    expect(page.view.value.simulation?.state).toBe('running');
    await page.cancelSimulation();
    expect(page.view.value.simulation?.state).toBe('cancelled');
    expect(coordinator.asked.slice(1)).toEqual(['pause simulation', 'resume simulation', 'cancel simulation']);
  });

  it('that is not there cannot be paused', async () => {
    const { page } = setUpPage();
    await page.pauseSimulation();
    expect(page.problem.value).toEqual({ place: 'simulation', message: 'No world is being simulated.' });
  });

  it('is saved in each form', async () => {
    const { page, coordinator, saved } = setUpPage();
    await page.saveTrajectory('glb');
    expect(saved).toEqual([]);
    coordinator.show({ simulation: aSimulation({ state: 'done', framesDone: 120 }) });
    for (const format of ['glb', 'binary', 'json'] as const) await page.saveTrajectory(format);
    expect(saved).toEqual([
      'three-things-3-bodies-120-frames.glb model/gltf-binary 3',
      'three-things-3-bodies-120-frames.trajectory.bin application/octet-stream 3',
      'three-things-3-bodies-120-frames.trajectory.json application/json 3',
    ]);
  });

  it('as it is shown becomes the scene of a picture', async () => {
    const { page, coordinator } = setUpPage();
    await page.renderFrame();
    expect(coordinator.asked).toEqual([]);
    coordinator.show({ simulation: aSimulation({ framesDone: 90 }) });
    page.chooseKind('physics');
    page.playback.scrub(45);
    await page.renderFrame();
    expect(coordinator.asked).toEqual(['export simulation glb frame 45', 'loadScene three-things-at-0.75-s.glb']);
    expect(page.kind.value).toBe('picture');
    expect(page.view.value.scene?.name).toBe('three-things-at-0.75-s.glb');
  });

  it('whose frame is not there any more stays what it is, and the page says why', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ simulation: aSimulation({ framesDone: 90 }) });
    page.chooseKind('physics');
    coordinator.failNext(new UserError('Frame 90 is not there.'));
    await page.renderFrame();
    expect(page.problem.value).toEqual({ place: 'simulation', message: 'Frame 90 is not there.' });
    expect(page.kind.value).toBe('physics');
  });

  it('is followed frame by frame, and the next one from its beginning', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ simulation: aSimulation({ framesDone: 40 }) });
    expect(page.playback.frame.value).toBe(40);
    page.playback.scrub(7);
    await page.cancelSimulation();
    await page.simulate();
    expect(page.playback.frame.value).toBe(0);
    expect(page.playback.mode.value).toBe('follow');
  });
});

describe('a simulation of an earlier page', () => {
  it('is gone on with, and then shown', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ keptSimulation: aKeptSimulation() });
    await page.takeUpSimulation();
    expect(coordinator.asked).toEqual(['take the simulation up']);
    expect(page.kind.value).toBe('physics');
    expect(page.playback.frame.value).toBe(36);
    expect(page.view.value).toMatchObject({ simulation: { state: 'running' }, keptSimulation: null });
  });

  it('is discarded', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.show({ keptSimulation: aKeptSimulation({ state: 'done' }) });
    await page.discardSimulation();
    expect(coordinator.asked).toEqual(['discard the simulation']);
    expect(page.kind.value).toBe('picture');
  });

  it('has its problem where its offer is', async () => {
    for (const [state, place] of [
      ['running', 'unfinished'],
      ['done', 'kept'],
    ] as const) {
      const { page, coordinator } = setUpPage();
      coordinator.show({ keptSimulation: aKeptSimulation({ state }) });
      coordinator.failNext(new UserError('It is damaged.'));
      await page.takeUpSimulation();
      expect(page.problem.value).toEqual({ place, message: 'It is damaged.' });
      expect(page.kind.value).toBe('picture');
    }
  });
});
