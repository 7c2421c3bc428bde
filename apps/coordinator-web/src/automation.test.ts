import { expect, it } from 'vitest';
import { createAutomation } from './automation.js';
import { createFakeCoordinator } from './testing/fake-coordinator.js';
import { A_VIEWPOINT } from './testing/samples.js';

it('reads, exports and holds, and nothing else', async () => {
  const coordinator = createFakeCoordinator();
  const automation = createAutomation(coordinator);
  const doors = [
    ...['exportImage', 'exportTrajectory', 'filmBytes', 'hold', 'learning', 'nextView'],
    ...['report', 'simulationReport', 'view', 'viewTraces'],
  ];
  expect(Object.keys(automation).sort()).toEqual(doors);
  expect(automation.viewTraces()).toEqual([]);
  expect(automation.view()).toBe(coordinator.view());
  expect(automation.learning()).toEqual(coordinator.learning());
  expect(await automation.report()).toEqual({ some: 'report' });
  expect(await automation.exportImage('png')).toEqual(new Uint8Array([1, 2, 3]));
  await automation.hold.at(0.5);
  automation.hold.release();
  expect(coordinator.asked).toEqual(['learning', 'learning', 'report', 'export png', 'hold.at 0.5', 'hold.release']);
});

it('hands out what was simulated, and the report of it', async () => {
  const coordinator = createFakeCoordinator();
  const automation = createAutomation(coordinator);
  expect(await automation.simulationReport()).toEqual({ simulated: 0 });
  expect(await automation.exportTrajectory('json')).toEqual(new Uint8Array([1, 2, 3]));
  expect(coordinator.asked).toEqual(['report of the simulation', 'export simulation json']);
});

it('hands out the next complete picture of the view, at one sample', async () => {
  const coordinator = createFakeCoordinator();
  const picture = (frame: number, samples: number, complete: boolean) => ({
    ...{ frame, samples, complete, revision: 1, camera: A_VIEWPOINT, over: null },
    under: { width: 1, height: 1, rgb: new Float32Array([frame, samples, 0]), parts: [] },
  });
  const next = createAutomation(coordinator).nextView(1);
  for (const shown of [picture(1, 1, true), picture(2, 1, false), picture(2, 2, true), picture(3, 1, true)]) {
    coordinator.showPicture(shown);
  }
  expect(new Float32Array((await next).buffer)).toEqual(new Float32Array([3, 1, 0]));
});

it('hands out the film as bytes', () => {
  const coordinator = createFakeCoordinator();
  const automation = createAutomation(coordinator);
  expect(automation.filmBytes()).toBeNull();
  const rgb = new Float32Array([1, 2, 3]);
  coordinator.showFilm({ width: 1, height: 1, rgb, revision: 1, form: 'rendered' }, []);
  expect(new Float32Array(automation.filmBytes()?.slice().buffer ?? new ArrayBuffer(0))).toEqual(rgb);
});
