import type { Bytes } from '@tabgrid/protocol/bytes';
import { CURVES, type ToneCurve } from './tone-curves.js';

export type { ToneCurve } from './tone-curves.js';

/** How linear light becomes 8-bit sRGB. */
export interface ToneOptions {
  /** Photographic stops: +1 doubles the light. Default 0. */
  readonly exposure?: number;
  /** Default `aces`. */
  readonly curve?: ToneCurve;
}

/** Names that people and scripts choose by; the first is the default. */
export const TONE_CURVES = ['aces', 'agx', 'neutral', 'linear'] as const satisfies readonly ToneCurve[];

/** Stops that a person may choose either way: from candlelight to the bare sun. */
export const MAX_EXPOSURE = 16;

/** Opaque RGBA for {@link encodePng} or a canvas. Not-a-number and negative light count as none. */
export function toneMap(rgb: Float32Array, { exposure = 0, curve = TONE_CURVES[0] }: ToneOptions = {}): Bytes {
  const gain = 2 ** exposure;
  const apply = CURVES[curve];
  const out = new Uint8Array((rgb.length / 3) * 4);
  const pixel = new Float64Array(3);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    for (let c = 0; c < 3; c++) pixel[c] = light(rgb[from + c] ?? 0) * gain;
    apply(pixel);
    for (let c = 0; c < 3; c++) out[to + c] = linearToSrgb8(pixel[c] ?? 0);
    out[to + 3] = 255;
  }
  return out;
}

/** One linear channel as an 8-bit sRGB code (IEC 61966-2-1), right to 0.03 of a code. */
export function linearToSrgb8(linear: number): number {
  if (!(linear > 0)) return 0;
  return SRGB_CODES[Math.min(SRGB_STEPS, Math.round(linear * SRGB_STEPS))] ?? 255;
}

const SRGB_STEPS = 65_535;
const SRGB_CODES = Uint8Array.from({ length: SRGB_STEPS + 1 }, (_, i) => {
  const linear = i / SRGB_STEPS;
  return Math.round(255 * (linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));
});

/** Brighter than anything a curve tells apart, and far from overflow. */
const MAX_LIGHT = 1e9;

function light(x: number): number {
  return x > 0 ? Math.min(x, MAX_LIGHT) : 0;
}
