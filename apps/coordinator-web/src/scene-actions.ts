import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { BuiltinScene, Coordinator, SceneInput } from '@tabgrid/coordinator/api';
import type { Actions } from './actions.js';
import { sortFiles } from './words/files.js';
import type { Draft } from './words/settings.js';

/** What the person chose as the scene, for the form; the scene itself is in the view. */
export type SceneChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'builtin'; readonly name: BuiltinScene }
  | { readonly kind: 'file'; readonly name: string };

/** Which scene, under which light. */
export interface SceneActions {
  readonly choice: ReadonlySignal<SceneChoice>;
  chooseBuiltin(name: BuiltinScene): Promise<void>;
  /** Dropped or picked files of any kind. */
  takeFiles(files: readonly File[]): Promise<void>;
  chooseEnvironment(file: File | null): Promise<void>;
  /** Seconds of the scene's animation as a person types them; empty for the rest pose. */
  chooseTime(text: string): Promise<void>;
}

/** Null for none; NaN for what is no number. */
function readTime(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return null;
  const time = Number(trimmed);
  return Number.isFinite(time) ? time : Number.NaN;
}

/** @param draft a camera that a new scene does not have is taken out of it */
export function createSceneActions(coordinator: Coordinator, actions: Actions, draft: Signal<Draft>): SceneActions {
  const choice: Signal<SceneChoice> = signal({ kind: 'none' });

  async function load(input: SceneInput, chosen: SceneChoice): Promise<boolean> {
    const before = choice.value;
    choice.value = chosen;
    const well = await actions.run('scene', async () => {
      const scene = await coordinator.loadScene(input);
      if (!scene.cameras.includes(draft.value.camera)) draft.value = { ...draft.value, camera: '' };
    });
    // Another choice may have been made meanwhile: only this one's failure is taken back.
    if (!well && choice.value === chosen) choice.value = before;
    return well;
  }

  async function chooseEnvironment(file: File | null): Promise<void> {
    await actions.run('environment', () => coordinator.loadEnvironment(file));
  }

  return {
    choice,
    async chooseBuiltin(name) {
      await load({ kind: 'builtin', name }, { kind: 'builtin', name });
    },
    async takeFiles(files) {
      const sorted = sortFiles(files);
      if (sorted.problem !== null) return actions.refuse('scene', sorted.problem);
      const { scene, resources, environment } = sorted;
      if (scene !== null) {
        const well = await load({ kind: 'files', scene, resources }, { kind: 'file', name: scene.name });
        if (!well) return;
      }
      if (environment !== null) await chooseEnvironment(environment);
    },
    chooseEnvironment,
    async chooseTime(text) {
      const time = readTime(text);
      if (Number.isNaN(time)) return actions.refuse('time', 'The time is not a number of seconds.');
      if (time !== coordinator.view().scene?.time) await actions.run('time', () => coordinator.setTime(time));
    },
  };
}
