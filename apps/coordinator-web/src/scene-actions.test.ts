import { UserError } from '@tabgrid/coordinator/api';
import { expect, it } from 'vitest';
import { A_SCENE } from './testing/samples.js';
import { setUpPage } from './testing/set-up-page.js';

const file = (name: string) => new File(['x'], name);

it('a scene is chosen by name', async () => {
  const { page, coordinator } = setUpPage();
  await page.chooseBuiltin('bunny');
  expect(coordinator.asked).toEqual(['loadScene bunny']);
  expect(page.choice.value).toEqual({ kind: 'builtin', name: 'bunny' });
  expect(page.view.value.scene).toEqual(A_SCENE);
});

it('a scene is taken from dropped files, with what belongs to it and its light', async () => {
  const { page, coordinator } = setUpPage();
  await page.takeFiles([file('room.gltf'), file('room.bin'), file('sky.hdr')]);
  expect(coordinator.asked).toEqual(['loadScene room.gltf+room.bin', 'loadEnvironment sky.hdr']);
  expect(page.choice.value).toEqual({ kind: 'file', name: 'room.gltf' });
  expect(page.view.value.scene?.environment).toBe('sky.hdr');
});

it('a scene that cannot be read leaves the one before in use, and says why', async () => {
  const { page, coordinator } = setUpPage();
  await page.chooseBuiltin('cornell');
  coordinator.failNext(new UserError('“x.glb” is cut short. Export it again.'));
  await page.takeFiles([file('x.glb'), file('sky.hdr')]);
  expect(page.problem.value).toEqual({ place: 'scene', message: '“x.glb” is cut short. Export it again.' });
  expect(page.choice.value).toEqual({ kind: 'builtin', name: 'cornell' });
  expect(coordinator.asked).not.toContain('loadEnvironment sky.hdr');
});

it('files that nobody can use start nothing', async () => {
  const { page, coordinator } = setUpPage();
  await page.takeFiles([file('notes.txt')]);
  expect(coordinator.asked).toEqual([]);
  expect(page.problem.value?.place).toBe('scene');
});

it('a camera that the new scene does not have is forgotten', async () => {
  const { page } = setUpPage();
  page.edit({ camera: 'Main' });
  await page.chooseBuiltin('bunny');
  expect(page.draft.value.camera).toBe('Main');
  page.edit({ camera: 'Elsewhere' });
  await page.chooseBuiltin('spheres');
  expect(page.draft.value.camera).toBe('');
});

it('a time is asked for once it is typed, and taken back by an empty field', async () => {
  const { page, coordinator } = setUpPage();
  coordinator.show({ scene: { ...A_SCENE, animation: { name: 'Walk', seconds: 0.7 } } });
  await page.chooseTime(' 0,25 ');
  await page.chooseTime('0.25');
  await page.chooseTime('');
  await page.chooseTime('');
  expect(coordinator.asked).toEqual(['setTime 0.25', 'setTime null']);
  await page.chooseTime('soon');
  expect(page.problem.value).toEqual({ place: 'time', message: 'The time is not a number of seconds.' });
  coordinator.failNext(new UserError('The scene has no animation.'));
  await page.chooseTime('2');
  expect(page.problem.value).toEqual({ place: 'time', message: 'The scene has no animation.' });
});

it('a light has its own problem, which goes when a light is taken', async () => {
  const { page, coordinator } = setUpPage();
  coordinator.failNext(new UserError('Not an HDR.'));
  await page.chooseEnvironment(file('x.hdr'));
  expect(page.problem.value?.place).toBe('environment');
  await page.chooseBuiltin('bunny');
  expect(page.problem.value?.place).toBe('environment');
  await page.chooseEnvironment(null);
  expect(page.problem.value).toBeNull();
});
