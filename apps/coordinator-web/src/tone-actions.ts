import { type ReadonlySignal, signal } from '@preact/signals';
import { MAX_EXPOSURE, TONE_CURVES, type ToneOptions } from '@tabgrid/assets/tonemap';
import type { Remembered } from './remembered.js';

export type Tone = Required<ToneOptions>;

/** As pictures are shown until somebody wants them otherwise. */
export const FIRST_TONE: Tone = { curve: TONE_CURVES[0], exposure: 0 };

/** How linear light is shown, for the picture on the page and for PNGs. */
export interface ToneActions {
  readonly tone: ReadonlySignal<Tone>;
  setTone(change: Partial<Tone>): void;
}

export function createToneActions(remembered: Remembered): ToneActions {
  const tone = signal<Tone>(remembered.read('tone') ?? FIRST_TONE);
  return {
    tone,
    setTone(change) {
      const next = { ...tone.value, ...change };
      if (!Number.isFinite(next.exposure)) return;
      tone.value = { ...next, exposure: Math.min(MAX_EXPOSURE, Math.max(-MAX_EXPOSURE, next.exposure)) };
      remembered.write('tone', tone.value);
    },
  };
}
