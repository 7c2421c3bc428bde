import { expect, it } from 'vitest';
import { SRGB_TO_LINEAR, storeTexels } from './texels.js';

function image(width: number, height: number, texel: (x: number, y: number) => readonly number[]) {
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgba.set(texel(x, y), 4 * (y * width + x));
  return { width, height, rgba };
}

const noise = (width: number, height: number) =>
  image(width, height, (x, y) => [(x * 37 + y * 91) % 256, x % 256, y % 256, 255]);

it('decodes sRGB at its known points', () => {
  expect(SRGB_TO_LINEAR[0]).toBe(0);
  expect(SRGB_TO_LINEAR[255]).toBe(1);
  expect(SRGB_TO_LINEAR[188]).toBeCloseTo(0.5029, 4);
  expect(SRGB_TO_LINEAR[10]).toBeCloseTo(10 / 255 / 12.92, 8);
});

it('keeps images that fit, one after the other', () => {
  const a = noise(4, 2);
  const b = noise(3, 5);
  const store = storeTexels(
    [
      { image: a, srgb: true },
      { image: b, srgb: false },
    ],
    1000,
  );
  expect(store.images.map(({ at }) => at)).toEqual([0, 8]);
  expect(store.texels).toEqual(new Uint8Array([...a.rgba, ...b.rgba]));
  expect(store.notes).toEqual([]);
});

it('shrinks an image of one colour to a texel', () => {
  const store = storeTexels([{ image: image(64, 32, () => [1, 2, 3, 4]), srgb: false }], 4);
  expect([...store.texels]).toEqual([1, 2, 3, 4]);
  expect(store.images[0]).toMatchObject({ opaque: false, image: { width: 1, height: 1 } });
});

it('halves the largest until all fit, and says so', () => {
  const store = storeTexels(
    [
      { image: noise(16, 16), srgb: false },
      { image: noise(4, 4), srgb: false },
    ],
    400,
  );
  expect(store.images.map(({ image: { width, height } }) => [width, height])).toEqual([
    [8, 8],
    [4, 4],
  ]);
  expect(store.notes).toHaveLength(1);
});

it('ends also when nothing can fit', () => {
  const store = storeTexels([{ image: noise(7, 5), srgb: true }], 0);
  expect(store.images[0]?.image).toMatchObject({ width: 1, height: 1 });
});

it('averages light in sRGB images, codes in linear ones', () => {
  const stripes = image(2, 2, (x) => (x === 0 ? [0, 0, 0, 0] : [255, 255, 255, 255]));
  const srgb = storeTexels([{ image: stripes, srgb: true }], 4);
  const linear = storeTexels([{ image: stripes, srgb: false }], 4);
  expect([...srgb.texels]).toEqual([188, 188, 188, 128]);
  expect([...linear.texels]).toEqual([128, 128, 128, 128]);
});

it('knows the mean and whether all is opaque', () => {
  const store = storeTexels([{ image: image(2, 1, (x) => [255 * x, 0, 0, 255]), srgb: true }], 100);
  expect(store.images[0]?.mean).toEqual([0.5, 0, 0]);
  expect(store.images[0]?.opaque).toBe(true);
});

it('refuses images whose bytes do not fit their size', () => {
  expect(() => storeTexels([{ image: { width: 2, height: 2, rgba: new Uint8Array(15) }, srgb: true }], 100)).toThrow(
    RangeError,
  );
  expect(() => storeTexels([{ image: { width: 0, height: 2, rgba: new Uint8Array(0) }, srgb: true }], 100)).toThrow(
    RangeError,
  );
});
