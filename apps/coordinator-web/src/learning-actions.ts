import { type ReadonlySignal, signal } from '@preact/signals';
import { type Coordinator, type LearningView, UserError } from '@tabgrid/coordinator/api';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import type { Actions } from './actions.js';
import { MODES } from './words/learning.js';

/**
 * What the page has learned, and what a person can do about it.
 *
 * Invariants:
 * 1. The coordinator is asked only while somebody watches: at once, then once in `LEARNING_EVERY_MS`, and after an action.
 * 2. However many watch, it is asked once each time.
 */
export interface LearningActions {
  /** As last asked for; null before that. */
  readonly learning: ReadonlySignal<LearningView | null>;
  /** Keeps `learning` up to date. Returns the end of it. */
  watchLearning(): () => void;
  /** @param mode a `LearningMode`; anything else changes nothing */
  setLearning(mode: string): Promise<void>;
  /** Saves all of it as a file. */
  exportLearning(): Promise<void>;
  importLearning(file: File): Promise<void>;
  /** @returns whether it is forgotten */
  forgetLearning(): Promise<boolean>;
}

export const LEARNING_EVERY_MS: Millis = 1000;

/** 10,000 outcomes and five small networks are a few MiB: nothing larger is read into memory. */
const MOST_BYTES = 64 * 2 ** 20;

export function createLearningActions(deps: {
  readonly coordinator: Coordinator;
  readonly actions: Actions;
  readonly clock: Clock;
  readonly save: (bytes: Bytes, name: string, type: string) => void;
}): LearningActions {
  const { coordinator, actions, clock } = deps;
  const learning = signal<LearningView | null>(null);
  let watching = 0;
  let cancel = () => {};

  function ask(): void {
    cancel();
    cancel = clock.after(LEARNING_EVERY_MS, ask);
    learning.value = coordinator.learning();
  }

  async function run(action: () => unknown, name?: string): Promise<boolean> {
    const well = await actions.run('learning', action, name);
    if (watching > 0) ask();
    return well;
  }

  return {
    learning,
    watchLearning() {
      let over = false;
      watching++;
      if (watching === 1) ask();
      return () => {
        if (over) return;
        over = true;
        watching--;
        if (watching === 0) cancel();
      };
    },
    async setLearning(mode) {
      const chosen = MODES.find((words) => words.mode === mode);
      if (chosen !== undefined) await run(() => coordinator.setLearning(chosen.mode));
    },
    async exportLearning() {
      await run(
        async () => deps.save(await coordinator.exportLearning(), 'tabgrid-learning.json', 'application/json'),
        'export learning',
      );
    },
    async importLearning(file) {
      await run(async () => {
        if (file.size > MOST_BYTES) throw new UserError(`${file.name} is too large for a file of what was learned.`);
        await coordinator.importLearning(new Uint8Array(await file.arrayBuffer()));
      }, 'import learning');
    },
    forgetLearning: () => run(() => coordinator.forgetLearning(), 'forget learning'),
  };
}
