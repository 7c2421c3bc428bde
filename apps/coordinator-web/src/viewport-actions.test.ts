import { describe, expect, it } from 'vitest';
import { setUpPage } from './testing/set-up-page.js';

const RIGHT = { kind: 'turn', yaw: Math.PI / 2, pitch: 0 } as const;

async function looking() {
  const set = setUpPage();
  await set.page.chooseBuiltin('bunny');
  set.page.edit({ width: '320', height: '200' });
  set.coordinator.asked.length = 0;
  await set.page.look(true);
  return set;
}

describe('looking around', () => {
  it('opens the view with the settings, and moves its camera', async () => {
    const { page, coordinator } = await looking();
    expect(coordinator.asked).toEqual(['viewport.open 320x200', 'viewport.move 0,0,5']);
    page.moveView(RIGHT);
    expect(coordinator.asked.at(-1)).toBe('viewport.move 5,0,0');
    page.moveView({ kind: 'reset' });
    expect(coordinator.asked.at(-1)).toBe('viewport.move 0,0,5');
    await page.look(false);
    expect(coordinator.asked.at(-1)).toBe('viewport.close');
    page.moveView(RIGHT);
    expect(coordinator.asked.at(-1)).toBe('viewport.close');
  });

  it('comes back to where one looked from', async () => {
    const { page, coordinator } = await looking();
    page.moveView(RIGHT);
    await page.look(false);
    await page.look(true);
    expect(coordinator.asked.at(-1)).toBe('viewport.move 5,0,0');
  });

  it('follows the settings without moving, and a camera that is chosen', async () => {
    const { page, coordinator } = await looking();
    page.moveView(RIGHT);
    page.edit({ width: '640' });
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(coordinator.asked.slice(-2)).toEqual(['viewport.open 640x200', 'viewport.move 5,0,0']);
    page.edit({ spp: '12' });
    expect(coordinator.asked.at(-1)).toBe('viewport.move 5,0,0');
    page.edit({ width: '' });
    expect(coordinator.asked.at(-1)).toBe('viewport.move 5,0,0');
    page.edit({ width: '640', camera: 'Main' });
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(coordinator.asked.slice(-2)).toEqual(['viewport.open 640x200', 'viewport.move 0,0,5']);
  });

  it('says what stands in the way, and shows the picture again', async () => {
    const { page } = setUpPage();
    await page.look(true);
    expect(page.problem.value).toEqual({ place: 'view', message: 'No scene is loaded.' });
    expect(page.looking.value).toBe(false);
  });

  it('goes on in another scene from that one’s camera', async () => {
    const { page, coordinator } = await looking();
    page.moveView(RIGHT);
    page.useView();
    await page.takeFiles([new File([], 'other.glb')]);
    coordinator.show({ viewport: null });
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(coordinator.asked.slice(-2)).toEqual(['viewport.open 320x200', 'viewport.move 0,0,5']);
    expect(page.viewpoint.value).toBeNull();
  });
});

describe('rendering from where one looks', () => {
  it('is what the next launch does, and the picture is shown then', async () => {
    const { page, coordinator } = await looking();
    page.moveView({ kind: 'dolly', factor: 0.5 });
    page.useView();
    expect(page.viewpoint.value).toBe(page.orbit.value?.camera);
    await page.launch();
    expect(coordinator.asked.slice(-2)).toEqual(['launch 320x200 64 spot at 0,0,2.5', 'viewport.close']);
    expect(page.looking.value).toBe(false);
  });

  it('is not what it does when another camera is chosen', async () => {
    const { page, coordinator } = await looking();
    page.useView();
    page.forgetView();
    await page.launch();
    expect(coordinator.asked).toContain('launch 320x200 64 spot');
  });
});
