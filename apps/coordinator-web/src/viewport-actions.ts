import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Orbit, orbitOf } from '@tabgrid/assets/math/orbit';
import type { Coordinator, GridView, SceneView, Viewpoint } from '@tabgrid/coordinator/api';
import type { Actions } from './actions.js';
import { type Move, moved } from './viewport/moves.js';
import { type Draft, readDraft } from './words/settings.js';

/**
 * Looking around in the scene, and rendering from where one looks.
 *
 * Invariants:
 * 1. While `looking`, the coordinator's viewport is open or being opened, of the settings' size, bounces and seed, and shows
 *    what `orbit` sees.
 * 2. Another scene begins with its own camera, and is rendered from none of the one before.
 */
export interface ViewportActions {
  readonly looking: ReadonlySignal<boolean>;
  /** Where one looks from; null before that is known. */
  readonly orbit: ReadonlySignal<Orbit | null>;
  /** Where the next render is seen from; null: from the camera that the settings name. */
  readonly viewpoint: ReadonlySignal<Viewpoint | null>;
  look(on: boolean): Promise<void>;
  moveView(move: Move): void;
  /** The next render is seen from where one looks now. */
  useView(): void;
  /** The next render is seen from the camera that the settings name. */
  forgetView(): void;
}

/** The page's side of it, which has to hear of changes. */
export interface ViewportPart extends ViewportActions {
  refreshed(view: GridView): void;
  edited(): void;
}

export function createViewportActions(deps: {
  readonly coordinator: Pick<Coordinator, 'viewport'>;
  readonly actions: Actions;
  readonly draft: ReadonlySignal<Draft>;
}): ViewportPart {
  const { actions, draft } = deps;
  const { viewport } = deps.coordinator;
  const looking = signal(false);
  const orbit: Signal<Orbit | null> = signal(null);
  const viewpoint: Signal<Viewpoint | null> = signal(null);
  let home: Orbit | null = null;
  let scene = '';
  let settings = '';
  let camera = '';
  let opening = false;

  async function open(): Promise<void> {
    const read = readDraft(draft.value);
    // Half-written settings change nothing yet.
    if (!read.ok || opening) return;
    opening = true;
    settings = settingsOf(draft.value);
    // A camera that is chosen is looked through.
    if (camera !== draft.value.camera) orbit.value = null;
    camera = draft.value.camera;
    const before = orbit.value;
    const well = await actions.run('view', async () => {
      const from = viewpoint.value;
      const first = await viewport.open({ ...read.spec, ...(from && { viewpoint: from }) });
      home = orbitOf(first.camera, first.bounds);
      orbit.value = before ?? home;
    });
    opening = false;
    if (!well) {
      looking.value = false;
    } else if (!looking.value) {
      viewport.close();
    } else if (orbit.value) {
      viewport.move(orbit.value.camera);
      // What was typed meanwhile.
      edited();
    }
  }

  function edited(): void {
    if (looking.value && settings !== settingsOf(draft.value)) void open();
  }

  return {
    looking,
    orbit,
    viewpoint,
    async look(on) {
      if (looking.value === on) return;
      looking.value = on;
      if (on) await open();
      // One that is being opened closes when it is.
      else if (!opening) viewport.close();
    },
    moveView(move) {
      if (!looking.value || !orbit.value || !home) return;
      orbit.value = moved(orbit.value, move, home);
      viewport.move(orbit.value.camera);
    },
    useView() {
      if (orbit.value) viewpoint.value = orbit.value.camera;
    },
    forgetView() {
      viewpoint.value = null;
    },
    refreshed(view) {
      const now = nameOf(view.scene);
      if (now !== scene) {
        scene = now;
        viewpoint.value = null;
        orbit.value = null;
        home = null;
      }
      // It closes with its scene: the next one is looked at in its place.
      if (looking.value && view.viewport === null && view.scene !== null && view.preparing === null) void open();
    },
    edited,
  };
}

/** Equal for one scene under another light. */
function nameOf(scene: SceneView | null): string {
  return scene ? [scene.name, scene.triangles, scene.materials, ...scene.cameras].join('\n') : '';
}

/** The settings that a view depends on. */
function settingsOf({ width, height, bounces, seed, camera }: Draft): string {
  return [width, height, bounces, seed, camera].join(' ');
}
