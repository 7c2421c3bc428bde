import { describe, expect, it } from 'vitest';
import type { SceneSetting } from './deps.js';
import { createScenes } from './scenes.js';
import { preparedCornell } from './test-kit.js';

const LIFT = { name: 'lift', seconds: 2 };

async function setUp(animation: typeof LIFT | null) {
  const prepared = await preparedCornell();
  const asked: SceneSetting[] = [];
  const preparer = {
    async prepare(_: unknown, setting: SceneSetting) {
      asked.push(setting);
      return { ...prepared, summary: { ...prepared.summary, animation } };
    },
  };
  return { scenes: createScenes(preparer, () => {}), asked };
}

const CORNELL = { kind: 'builtin', name: 'cornell' } as const;

describe('the time of a scene', () => {
  it('is part of its setting, and stays when the light changes', async () => {
    const { scenes, asked } = await setUp(LIFT);
    await scenes.load(CORNELL);
    expect(scenes.view).toMatchObject({ animation: LIFT, time: null });
    const sky = new File([], 'sky.hdr');
    await scenes.setTime(1.5);
    await scenes.loadEnvironment(sky);
    expect(scenes.view).toMatchObject({ time: 1.5, environment: 'sky.hdr' });
    await scenes.setTime(null);
    expect(asked).toEqual([
      { environment: null, time: null },
      { environment: null, time: 1.5 },
      { environment: sky, time: 1.5 },
      { environment: sky, time: null },
    ]);
  });

  it('begins at rest with every scene, under the light that was chosen', async () => {
    const { scenes, asked } = await setUp(LIFT);
    await scenes.load(CORNELL);
    const sky = new File([], 'sky.hdr');
    await scenes.loadEnvironment(sky);
    await scenes.setTime(1);
    await scenes.load(CORNELL);
    expect(asked.at(-1)).toEqual({ environment: sky, time: null });
  });

  it('is refused where nothing moves, or where it is no time', async () => {
    const { scenes, asked } = await setUp(null);
    await expect(scenes.setTime(1)).rejects.toThrow(/choose a scene first/);
    await scenes.load(CORNELL);
    await expect(scenes.setTime(1)).rejects.toThrow(/no animation/);
    // Nothing to change, nothing to read.
    await scenes.setTime(null);
    expect(asked).toHaveLength(1);
    const moving = await setUp(LIFT);
    await moving.scenes.load(CORNELL);
    await expect(moving.scenes.setTime(Number.NaN)).rejects.toThrow(/not a number/);
  });
});
