import type { PreparedScene } from '@tabgrid/assets/prepare';
import { type SceneInput, type SceneView, UserError } from './api.js';
import type { ScenePreparer, SceneSetting } from './deps.js';

/**
 * The scene that the next job will show.
 *
 * 1. One file is read at a time, in the order of asking.
 * 2. A scene that cannot be read leaves the one before in use.
 */
export interface Scenes {
  readonly prepared: PreparedScene | null;
  readonly view: SceneView | null;
  /** What is being read; null when nothing is. */
  readonly preparing: string | null;
  load(input: SceneInput): Promise<SceneView>;
  loadEnvironment(file: File | null): Promise<SceneView>;
  setTime(seconds: number | null): Promise<SceneView>;
}

interface Loaded {
  readonly input: SceneInput;
  readonly setting: SceneSetting;
  readonly prepared: PreparedScene;
  readonly view: SceneView;
}

export function createScenes(preparer: ScenePreparer, changed: () => void): Scenes {
  let loaded: Loaded | null = null;
  const reading: string[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** Runs after everything asked for before, whether that went well or not. */
  const inTurn = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    reading.push(name);
    changed();
    const mine = last.then(work).finally(() => {
      reading.shift();
      changed();
    });
    last = mine.catch(() => {});
    return mine;
  };

  const read = async (input: SceneInput, setting: SceneSetting): Promise<SceneView> => {
    const prepared = await preparer.prepare(input, setting);
    const { triangles, materials, textures, bytes, cameras, animation, warnings } = prepared.summary;
    const view: SceneView = {
      name: prepared.name,
      triangles,
      materials,
      textures,
      bytes,
      cameras,
      animation,
      time: animation && setting.time,
      warnings,
      environment: setting.environment?.name ?? null,
    };
    loaded = { input, setting, prepared, view };
    return view;
  };

  return {
    get prepared() {
      return loaded?.prepared ?? null;
    },
    get view() {
      return loaded?.view ?? null;
    },
    get preparing() {
      return reading[0] ?? null;
    },
    load(input) {
      const name = input.kind === 'builtin' ? input.name : input.scene.name;
      // Another scene has another animation; the light stays.
      return inTurn(name, () => read(input, { environment: loaded?.setting.environment ?? null, time: null }));
    },
    loadEnvironment(file) {
      return inTurn(file?.name ?? 'the scene’s own light', async () => {
        if (!loaded) throw new UserError('There is no scene yet: choose a scene first, then its environment.');
        return await read(loaded.input, { ...loaded.setting, environment: file });
      });
    },
    setTime(seconds) {
      return inTurn(seconds === null ? 'the rest pose' : `second ${seconds} of the animation`, async () => {
        if (!loaded) throw new UserError('There is no scene yet: choose a scene first, then its time.');
        if (seconds === null && loaded.setting.time === null) return loaded.view;
        if (!loaded.view.animation) throw new UserError('The scene has no animation: it looks the same at any time.');
        if (seconds !== null && !Number.isFinite(seconds)) throw new UserError('The time is not a number of seconds.');
        return await read(loaded.input, { ...loaded.setting, time: seconds });
      });
    },
  };
}
