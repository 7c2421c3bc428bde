import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { decodeShared, encodeShared, packMap } from './environment.js';
import { EnvironmentManifest } from './manifest.js';
import { nameEnvironment, packEnvironment } from './scene.js';

const map = (width: number, height: number, texel: (i: number) => number) => ({
  kind: 'map' as const,
  width,
  height,
  rgb: Float32Array.from({ length: 3 * width * height }, (_, i) => texel(i)),
});

it('keeps nine bits of the brightest channel', () => {
  fc.assert(
    fc.property(
      fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 1, max: 1e9, noNaN: true }))),
      ([r = 0, g = 0, b = 0]) => {
        const decoded = decodeShared(encodeShared(r, g, b));
        const largest = Math.max(r, g, b);
        expect(Math.abs((decoded[0] ?? 0) - r)).toBeLessThanOrEqual(largest / 511);
        expect(Math.abs((decoded[1] ?? 0) - g)).toBeLessThanOrEqual(largest / 511);
        expect(Math.abs((decoded[2] ?? 0) - b)).toBeLessThanOrEqual(largest / 511);
      },
    ),
  );
});

it('keeps what an 8-bit shared exponent holds exactly, as Radiance files do', () => {
  for (const exponent of [1, 3, 9, 28]) {
    for (const mantissa of [128, 200, 255]) {
      const x = mantissa * 2 ** (exponent - 8);
      expect(decodeShared(encodeShared(x, x / 2, 0))[0]).toBe(x);
    }
  }
});

it('encodes 0 and rounds up into the next exponent', () => {
  expect(encodeShared(0, 0, 0)).toBe(0);
  expect(decodeShared(encodeShared(1.9999, 0, 0))[0]).toBe(2);
});

it('gives every texel that shines, or whose neighbour does, a chance', () => {
  const source = map(8, 4, (i) => (i === 3 * 10 ? 5 : 0));
  const { texels, manifest } = packMap(source);
  const floats = new Float32Array(texels.buffer);
  const density = (x: number, y: number) => floats[4 * (y * 8 + x) + 3] ?? 0;
  expect(density(2, 1)).toBeGreaterThan(0);
  for (const [x, y] of [
    [1, 1],
    [3, 1],
    [2, 0],
    [2, 2],
    [1, 0],
    [3, 2],
  ] as const)
    expect(density(x, y)).toBeGreaterThan(0);
  for (const [x, y] of [
    [4, 1],
    [0, 1],
    [2, 3],
  ] as const)
    expect(density(x, y)).toBe(0);
  let sum = 0;
  for (let i = 0; i < 32; i++) sum += floats[4 * i + 3] ?? 0;
  expect(sum / 32).toBeCloseTo(1, 6);
  expect(manifest.luminance).toBeGreaterThan(0);
});

it('chooses rows, and texels within a row, by shares that begin where the one before ends', () => {
  const { texels, manifest } = packMap(map(5, 3, (i) => (i % 7) ** 3));
  const words = new Uint32Array(texels.buffer);
  const floats = new Float32Array(texels.buffer);
  const { width, height } = manifest;
  const word = (x: number, y: number, k: number) => words[4 * (y * width + x) + k] ?? 0;
  const size = (from: number, to: number | null) => ((to ?? 2 ** 32) - from) / 2 ** 32;
  let total = 0;
  for (let y = 0; y < height; y++) {
    expect(word(0, y, 1)).toBe(0);
    const row = size(word(0, y, 2), y + 1 < height ? word(0, y + 1, 2) : null);
    for (let x = 0; x < width; x++) {
      const chance = row * size(word(x, y, 1), x + 1 < width ? word(x + 1, y, 1) : null);
      expect(floats[4 * (y * width + x) + 3]).toBeCloseTo(chance * width * height, 5);
      total += chance;
    }
  }
  expect(total).toBeCloseTo(1, 9);
});

it('scales bright and dim maps so that neither is lost', () => {
  for (const factor of [1e-20, 1e-6, 1, 1e6, 1e20]) {
    const { texels, manifest } = packMap(map(2, 1, (i) => (i < 3 ? factor : factor / 4)));
    const words = new Uint32Array(texels.buffer);
    expect(Number.isInteger(Math.log2(manifest.scale))).toBe(true);
    expect((decodeShared(words[0] ?? 0)[0] * manifest.scale) / factor).toBeCloseTo(1, 2);
    expect((decodeShared(words[4] ?? 0)[0] * manifest.scale) / factor).toBeCloseTo(0.25, 2);
  }
});

it('takes black, broken and one-texel maps', () => {
  expect(packMap(map(4, 2, () => 0)).manifest.luminance).toBe(0);
  expect(packMap(map(2, 2, (i) => [Number.NaN, -1, Number.POSITIVE_INFINITY][i % 3] ?? 0)).manifest.luminance).toBe(0);
  expect(packMap(map(1, 1, () => 3)).manifest.luminance).toBeCloseTo(3, 2);
});

it('halves what is too wide', () => {
  const { manifest } = packMap(map(4096, 2, () => 1));
  expect([manifest.width, manifest.height]).toEqual([2048, 1]);
  expect(manifest.luminance).toBeCloseTo(1, 2);
});

it('refuses sizes that do not fit', () => {
  expect(() => packMap({ ...map(2, 2, () => 1), width: 3 })).toThrow(RangeError);
  expect(() => packMap({ ...map(2, 2, () => 1), width: 0, height: 0 })).toThrow(RangeError);
});

it('names what it packed, and the manifest passes its schema', async () => {
  const named = await nameEnvironment(packEnvironment(map(4, 2, (i) => i)));
  expect(v.is(EnvironmentManifest, named.manifest)).toBe(true);
  expect(named.blobs).toHaveLength(1);
  const constant = await nameEnvironment(packEnvironment({ kind: 'constant', radiance: [1, Number.NaN, -2] }));
  expect(constant).toEqual({ manifest: { kind: 'constant', radiance: [1, 0, 0] }, blobs: [] });
  const broken = { ...named.manifest, width: 5 };
  expect(v.is(EnvironmentManifest, broken)).toBe(false);
});
