/**
 * From open-ended linear light (Rec. 709 primaries) to what a screen can show, still linear: how highlights roll off. Each
 * changes a pixel's three numbers in place; what comes out may be a little outside of 0 to 1.
 *
 * - `aces`: Stephen Hill's fit of the ACES reference and sRGB output transforms (published in the BakingLab of MJP and
 *   David Neubelt, ACES.hlsl): a toe, a shoulder, and colours that bleach towards white.
 * - `agx`: Troy Sobotka's AgX, its base look, by Benjamin Wrensch's fit ("Minimal AgX Implementation", 2023): softer, and
 *   saturated lights keep their hue while they bleach.
 * - `neutral`: Khronos PBR Neutral (KhronosGroup/ToneMapping, its specification's equations): base colours under white
 *   light come out as authored, and only highlights are compressed.
 * - `linear`: no curve; what is over 1 is cut.
 *
 * The first two are scaled so that 18 % grey stays 18 % grey, as it would not by itself: changing the curve does not change
 * the exposure.
 */
export type ToneCurve = 'aces' | 'agx' | 'neutral' | 'linear';

type Pixel = Float64Array;

/** Row-major 3 × 3. */
type Matrix = readonly [number, number, number, number, number, number, number, number, number];

function transform(p: Pixel, m: Matrix): void {
  const [r = 0, g = 0, b = 0] = p;
  p[0] = m[0] * r + m[1] * g + m[2] * b;
  p[1] = m[3] * r + m[4] * g + m[5] * b;
  p[2] = m[6] * r + m[7] * g + m[8] * b;
}

/** Solves fit(0.18 · scale) = 0.18. */
const ACES_SCALE = 1.461_9;
const ACES_IN: Matrix = [0.597_19, 0.354_58, 0.048_23, 0.076, 0.908_34, 0.015_66, 0.028_4, 0.133_83, 0.837_77];
const ACES_OUT: Matrix = [
  1.604_75, -0.531_08, -0.073_67, -0.102_08, 1.108_13, -0.006_05, -0.003_27, -0.072_76, 1.076_02,
];

function aces(p: Pixel): void {
  for (let c = 0; c < 3; c++) p[c] = (p[c] ?? 0) * ACES_SCALE;
  transform(p, ACES_IN);
  for (let c = 0; c < 3; c++) p[c] = acesFit(p[c] ?? 0);
  transform(p, ACES_OUT);
}

function acesFit(v: number): number {
  return (v * (v + 0.024_578_6) - 0.000_090_537) / (v * (0.983_729 * v + 0.432_951) + 0.238_081);
}

/** Solves agx(0.18 · scale) = 0.18. */
const AGX_SCALE = 0.808_36;
/** The range of the curve, as powers of two. */
const AGX_LOW = -12.473_93;
const AGX_HIGH = 4.026_069;
const AGX_INSET: Matrix = [
  0.842_479_062_253_094, 0.078_433_599_999_999_2, 0.079_223_745_147_764_3, 0.042_328_242_261_012_3,
  0.878_468_636_469_772, 0.079_166_127_460_543_4, 0.042_375_654_905_705_1, 0.078_433_6, 0.879_142_973_793_104,
];
const AGX_OUTSET: Matrix = [
  1.196_879_005_120_17, -0.098_020_881_140_136_8, -0.099_029_744_079_720_5, -0.052_896_851_757_456_2,
  1.151_903_129_904_17, -0.098_961_176_844_843_3, -0.052_971_635_514_443_8, -0.098_043_450_117_124_1,
  1.151_073_672_641_16,
];
/** The sigmoid as a polynomial, from x⁶ down. */
const AGX_SIGMOID = [15.5, -40.14, 31.96, -6.868, 0.4298, 0.1191, -0.002_32] as const;
/** What the sigmoid gives is meant for a display of this gamma. */
const AGX_GAMMA = 2.2;

function agx(p: Pixel): void {
  for (let c = 0; c < 3; c++) p[c] = (p[c] ?? 0) * AGX_SCALE;
  transform(p, AGX_INSET);
  for (let c = 0; c < 3; c++) {
    const stops = Math.min(AGX_HIGH, Math.max(AGX_LOW, Math.log2(p[c] ?? 0)));
    const x = (stops - AGX_LOW) / (AGX_HIGH - AGX_LOW);
    p[c] = AGX_SIGMOID.reduce<number>((sum, coefficient) => sum * x + coefficient, 0);
  }
  transform(p, AGX_OUTSET);
  for (let c = 0; c < 3; c++) p[c] = Math.max(0, p[c] ?? 0) ** AGX_GAMMA;
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

export const CURVES: Readonly<Record<ToneCurve, (p: Pixel) => void>> = { aces, agx, neutral, linear: () => {} };
