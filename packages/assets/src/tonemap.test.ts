import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearToSrgb8, TONE_CURVES, type ToneCurve, toneMap } from './tonemap.js';

const pixel = (rgb: readonly number[], options: Parameters<typeof toneMap>[1]) =>
  [...toneMap(Float32Array.from(rgb), options)].slice(0, 3);
const gray = (level: number, curve: ToneCurve, exposure = 0) => pixel([level, level, level], { curve, exposure });

describe('linearToSrgb8', () => {
  it.each([
    [0, 0],
    [0.0031308, 10],
    [0.18, 118],
    [0.2140411, 127.5],
    [0.5, 188],
    [1, 255],
    [2, 255],
    [Number.POSITIVE_INFINITY, 255],
    [-1, 0],
    [Number.NaN, 0],
  ])('%d is %d', (linear, code) => expect(Math.abs(linearToSrgb8(linear) - code)).toBeLessThanOrEqual(0.5));

  it('gives every code back', () => {
    for (let code = 0; code < 256; code++) {
      const c = code / 255;
      expect(linearToSrgb8(c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).toBe(code);
    }
  });
});

describe('toneMap', () => {
  it('makes opaque RGBA, a pixel of three numbers each', () => {
    expect([...toneMap(Float32Array.of(0, 0, 0, 1, 1, 1), { curve: 'linear' })]).toEqual([
      0, 0, 0, 255, 255, 255, 255, 255,
    ]);
  });

  it.each(TONE_CURVES)('%s leaves 18 % grey about where it is', (curve) => {
    // PBR Neutral takes away what Fresnel adds to a surface: 0.04.
    const want = linearToSrgb8(curve === 'neutral' ? 0.14 : 0.18);
    for (const channel of gray(0.18, curve)) expect(Math.abs(channel - want)).toBeLessThanOrEqual(1);
  });

  it('aces: bright light rolls off and bleaches', () => {
    expect(gray(1, 'aces')[0]).toBeGreaterThan(190);
    expect(gray(1, 'aces')[0]).toBeLessThan(235);
    expect(gray(1e6, 'aces')).toEqual([255, 255, 255]);
    const [red = 0, green = 0, blue = 0] = pixel([50, 1, 1], { curve: 'aces' });
    expect(red).toBe(255);
    expect(Math.min(green, blue)).toBeGreaterThan(120);
  });

  it('agx: rolls off softer, spares hues longer, and ends white too', () => {
    // From the published fit: log2(0.80836) = −0.307 lies at 0.73739 of the range, where the sigmoid is 0.75538 – a grey,
    // which both matrices leave as it is to 0.02 %; to the power of 2.2: 0.53947.
    expect(Math.abs((gray(1, 'agx')[0] ?? 0) - linearToSrgb8(0.539_47))).toBeLessThanOrEqual(1);
    expect(gray(1, 'agx')[0]).toBeLessThan(gray(1, 'aces')[0] ?? 0);
    expect(gray(1e6, 'agx')).toEqual([255, 255, 255]);
    // A saturated blue lamp stays blue where the other curve's clips to a single channel.
    const [red = 0, green = 0, blue = 0] = pixel([0, 0, 8], { curve: 'agx' });
    expect(blue).toBeGreaterThan(Math.max(red, green));
    expect(Math.min(red, green)).toBeGreaterThan(60);
  });

  it('neutral: what lies below the shoulder keeps its colour', () => {
    // 0.5 − 0.04, 0.3 − 0.04, 0.2 − 0.04, by the specification.
    expect(pixel([0.5, 0.3, 0.2], { curve: 'neutral' })).toEqual([0.46, 0.26, 0.16].map(linearToSrgb8));
    // Peak 4 − 0.04 = 3.96: compressed to 1 − 0.24² ÷ (3.96 + 1 − 1.52) = 0.98326.
    const expected =
      3.96 * (0.98326 / 3.96) * (1 / (0.15 * (3.96 - 0.98326) + 1)) + 0.98326 * (1 - 1 / (0.15 * (3.96 - 0.98326) + 1));
    expect(gray(4, 'neutral')[0]).toBe(linearToSrgb8(expected));
  });

  it('a stop doubles the light', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TONE_CURVES), fc.double({ min: 0, max: 3, noNaN: true }), (curve, level) => {
        expect(gray(level, curve, 1)).toEqual(gray(level * 2, curve));
      }),
    );
  });

  it('is monotonous in grey', () => {
    for (const curve of TONE_CURVES) {
      let last = -1;
      for (let level = 0; level < 20; level = level * 1.05 + 0.001) {
        const [code = 0] = gray(level, curve);
        expect(code).toBeGreaterThanOrEqual(last);
        last = code;
      }
    }
  });

  it('takes anything for light', () => {
    for (const curve of TONE_CURVES) {
      expect(pixel([Number.NaN, -5, 0], { curve })).toEqual(pixel([0, 0, 0], { curve }));
      expect(pixel([Number.POSITIVE_INFINITY, 3e38, 1e30], { curve })).toEqual([255, 255, 255]);
      expect(pixel([0, 0, 0], { curve })).toEqual([0, 0, 0]);
    }
  });
});
