import { JobId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkSamples,
  checkSharing,
  checkSpec,
  chooseCamera,
  LIVE_JOBS,
  makeFilm,
  mustHaveRoom,
  renderJob,
} from './launch.js';
import { preparedCornell, SPEC } from './test-kit.js';

let scene: Awaited<ReturnType<typeof preparedCornell>>;
beforeAll(async () => {
  scene = await preparedCornell();
});

describe('a launch', () => {
  it('makes a job of what was asked for, checked as was asked for', () => {
    const job = renderJob(v.parse(JobId, 'j'), scene, { ...SPEC, verify: 'spot', tile: 24 });
    expect(job).toMatchObject({
      id: 'j',
      spp: 16,
      tile: 24,
      verify: 'spot',
      base: { film: { width: 48, height: 32 } },
    });
    expect(job.base.camera).not.toHaveProperty('lens');
    const blurred = renderJob(v.parse(JobId, 'j'), scene, { ...SPEC, aperture: 1.4, focus: 2 });
    expect(blurred.base.camera.lens).toMatchObject({ distance: 2 });
    expect(() => checkSpec({ ...SPEC, aperture: 0 })).toThrow('f-number');
  });

  it('takes a weight above 0 and any priority that is a number', () => {
    checkSharing({ weight: 0.001, priority: -3 });
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => checkSharing({ weight, priority: 0 })).toThrow('weight');
    }
    for (const priority of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(() => checkSharing({ weight: 1, priority })).toThrow('priority');
    }
  });

  it('needs room for one more job', () => {
    const jobs = (n: number) => ({ running: () => Array.from({ length: n }, () => null) });
    mustHaveRoom(jobs(LIVE_JOBS - 1));
    expect(() => mustHaveRoom(jobs(LIVE_JOBS))).toThrow(`${LIVE_JOBS} jobs run already`);
  });

  it('names the bounds of samples, and what a picture has room for', () => {
    checkSamples(16, 0);
    expect(() => checkSamples(0, 0)).toThrow('1 to 65,536');
    expect(() => checkSamples(2, 65_535)).toThrow('ask for 1 or fewer');
  });

  it('finds a camera by its name, and says which there are', () => {
    const [first] = scene.cameras;
    if (!first?.name) throw new Error('the box has a camera');
    expect(chooseCamera(scene, { ...SPEC, camera: first.name })).toBe(first);
    expect(chooseCamera(scene, SPEC)).toBe(first);
    expect(() => chooseCamera(scene, { ...SPEC, camera: 'nobody' })).toThrow(`"${first.name}"`);
  });

  it('says so when a film is too large for the browser', () => {
    expect(makeFilm(2, 3)).toMatchObject({ width: 2, height: 3 });
    expect(() => makeFilm(2 ** 26, 2 ** 26)).toThrow('choose a smaller picture');
  });
});
