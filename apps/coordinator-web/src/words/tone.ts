import { TONE_CURVES, type ToneCurve } from '@tabgrid/assets/tonemap';

/** How pictures are shown, in words for the one who chooses. Pure. */

export interface CurveWords {
  readonly curve: ToneCurve;
  readonly label: string;
  /** What it does to a picture. */
  readonly help: string;
}

const WORDS: Readonly<Record<ToneCurve, Omit<CurveWords, 'curve'>>> = {
  aces: { label: 'ACES (film)', help: 'Strong contrast; bright colours go towards white.' },
  agx: { label: 'AgX (soft)', help: 'Softer; strongly coloured lights keep their hue.' },
  neutral: { label: 'Neutral (products)', help: 'Base colours stay as they were made; only highlights give way.' },
  linear: { label: 'Linear (no curve)', help: 'Nothing is bent; what is too bright is cut.' },
};

export const CURVE_WORDS: readonly CurveWords[] = TONE_CURVES.map((curve) => ({ curve, ...WORDS[curve] }));

/** The curve that a form's value names, or null. */
export function curveOf(value: string): ToneCurve | null {
  return TONE_CURVES.find((curve) => curve === value) ?? null;
}

/** Stops with their sign: `+1.5 EV`, `0 EV`. */
export function formatStops(stops: number): string {
  const rounded = Math.round(stops * 10) / 10;
  const size = Math.abs(rounded).toFixed(Number.isInteger(rounded) ? 0 : 1);
  return `${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${size} EV`;
}
