import { type ReadonlySignal, signal } from '@preact/signals';
import { FRAMES_A_SECOND } from '@tabgrid/coordinator/bounds';
import type { SimulationView } from '@tabgrid/coordinator/simulation/api';
import type { Millis } from '@tabgrid/protocol/ids';

/**
 * Which frame of a world is shown.
 *
 * 1. `frame` is never beyond the newest one that is there.
 * 2. `follow`: the newest. `play`: as much later as time has gone by. `still`: the one that was chosen.
 * 3. A world that is new is followed from its beginning.
 */
export interface Playback {
  readonly frame: ReadonlySignal<number>;
  readonly mode: ReadonlySignal<'follow' | 'play' | 'still'>;
  note(view: Pick<SimulationView, 'id' | 'framesDone'> | null): void;
  /** In real time, from what is shown; from the beginning where that is the end. */
  play(): void;
  pause(): void;
  /** @param frame the newest, or one beyond it, is followed */
  scrub(frame: number): void;
  /** Time has gone by. */
  tick(): void;
}

export function createPlayback(now: () => Millis): Playback {
  const frame = signal(0);
  const mode = signal<'follow' | 'play' | 'still'>('follow');
  let id: string | null = null;
  let newest = 0;
  let began = { frame: 0, at: 0 };

  function scrub(wanted: number): void {
    mode.value = wanted >= newest ? 'follow' : 'still';
    frame.value = Math.max(0, Math.min(newest, Math.round(wanted)));
  }

  return {
    frame,
    mode,
    note(view) {
      newest = view?.framesDone ?? 0;
      if ((view?.id ?? null) !== id) {
        id = view?.id ?? null;
        mode.value = 'follow';
      }
      // Frames may be taken back too.
      if (mode.value === 'follow' || frame.value > newest) scrub(newest);
    },
    play() {
      began = { frame: frame.value >= newest ? 0 : frame.value, at: now() };
      mode.value = 'play';
      frame.value = began.frame;
    },
    pause() {
      if (mode.value === 'play') scrub(frame.value);
    },
    scrub,
    tick() {
      if (mode.value !== 'play') return;
      const next = began.frame + Math.floor(((now() - began.at) * FRAMES_A_SECOND) / 1000);
      if (next >= newest) scrub(newest);
      else frame.value = next;
    },
  };
}
