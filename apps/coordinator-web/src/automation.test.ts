import { expect, it } from 'vitest';
import { createAutomation } from './automation.js';
import { createFakeCoordinator } from './testing/fake-coordinator.js';

it('reads, exports and holds, and nothing else', async () => {
  const coordinator = createFakeCoordinator();
  const automation = createAutomation(coordinator);
  expect(Object.keys(automation).sort()).toEqual(['exportImage', 'filmBytes', 'hold', 'learning', 'report', 'view']);
  expect(automation.view()).toBe(coordinator.view());
  expect(automation.learning()).toEqual(coordinator.learning());
  expect(await automation.report()).toEqual({ some: 'report' });
  expect(await automation.exportImage('png')).toEqual(new Uint8Array([1, 2, 3]));
  await automation.hold.at(0.5);
  automation.hold.release();
  expect(coordinator.asked).toEqual(['learning', 'learning', 'report', 'export png', 'hold.at 0.5', 'hold.release']);
});

it('hands out the film as bytes', () => {
  const coordinator = createFakeCoordinator();
  const automation = createAutomation(coordinator);
  expect(automation.filmBytes()).toBeNull();
  const rgb = new Float32Array([1, 2, 3]);
  coordinator.showFilm({ width: 1, height: 1, rgb, revision: 1, form: 'rendered' }, []);
  expect(new Float32Array(automation.filmBytes()?.slice().buffer ?? new ArrayBuffer(0))).toEqual(rgb);
});
