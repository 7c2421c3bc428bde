import type { Bytes } from '@tabgrid/protocol/bytes';

/**
 * From the film's linear light (Rec. 709 primaries) to 8-bit sRGB. A film has no upper end; a screen has: the curve
 * decides how highlights roll off.
 *
 * - `filmic`: Stephen Hill's fit of the ACES reference and sRGB output transforms (published in the BakingLab of
 *   MJP and David Neubelt, ACES.hlsl): a toe, a shoulder, and colours that bleach towards white. Scaled so that 18 % grey
 *   stays 18 % grey, as it would not by itself.
 * - `neutral`: Khronos PBR Neutral (KhronosGroup/ToneMapping, its specification's equations): base colours under white
 *   light come out as authored, and only highlights are compressed.
 * - `clip`: no curve; what is over 1 is cut.
 */
export type ToneCurve = 'filmic' | 'neutral' | 'clip';

export interface ToneOptions {
  /** Photographic stops: +1 doubles the light. Default 0. */
  readonly exposure?: number;
  /** Default `filmic`. */
  readonly curve?: ToneCurve;
}

/** Opaque RGBA for {@link encodePng} or a canvas. Not-a-number and negative light count as none. */
export function toneMap(rgb: Float32Array, { exposure = 0, curve = 'filmic' }: ToneOptions = {}): Bytes {
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

type Pixel = Float64Array;

/** Solves fit(0.18 · scale) = 0.18. */
const FILMIC_SCALE = 1.461_9;

function filmic(p: Pixel): void {
  const [r, g, b] = [(p[0] ?? 0) * FILMIC_SCALE, (p[1] ?? 0) * FILMIC_SCALE, (p[2] ?? 0) * FILMIC_SCALE];
  const x = filmicFit(0.597_19 * r + 0.354_58 * g + 0.048_23 * b);
  const y = filmicFit(0.076 * r + 0.908_34 * g + 0.015_66 * b);
  const z = filmicFit(0.028_4 * r + 0.133_83 * g + 0.837_77 * b);
  p[0] = 1.604_75 * x - 0.531_08 * y - 0.073_67 * z;
  p[1] = -0.102_08 * x + 1.108_13 * y - 0.006_05 * z;
  p[2] = -0.003_27 * x - 0.072_76 * y + 1.076_02 * z;
}

function filmicFit(v: number): number {
  return (v * (v + 0.024_578_6) - 0.000_090_537) / (v * (0.983_729 * v + 0.432_951) + 0.238_081);
}

/** Names as in the specification: F90, Ks, Kd. */
const F90 = 0.04;
const KS = 0.8 - F90;
const KD = 0.15;

function neutral(p: Pixel): void {
  const [r = 0, g = 0, b = 0] = p;
  const low = Math.min(r, g, b);
  const fresnel = low <= 2 * F90 ? low - (low * low) / (4 * F90) : F90;
  const peak = Math.max(r, g, b) - fresnel;
  const compressed = 1 - (1 - KS) ** 2 / (peak + 1 - 2 * KS);
  const keep = 1 / (KD * (peak - compressed) + 1);
  for (let c = 0; c < 3; c++) {
    const value = (p[c] ?? 0) - fresnel;
    p[c] = peak <= KS ? value : value * (compressed / peak) * keep + compressed * (1 - keep);
  }
}

const CURVES: Readonly<Record<ToneCurve, (p: Pixel) => void>> = { filmic, neutral, clip: () => {} };
