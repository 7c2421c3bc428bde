import { describe, expect, it } from 'vitest';
import { downscale } from './downscale.js';

const image = (width: number, height: number, red: readonly number[]) => ({
  width,
  height,
  rgba: Uint8Array.from(red.flatMap((r) => [r, 0, 255, 128])),
});
const reds = (rgba: Uint8Array) => [...rgba].filter((_, i) => i % 4 === 0);

describe('downscale', () => {
  it('leaves what fits alone', () => {
    const small = image(2, 1, [1, 2]);
    expect(downscale(small, 2)).toBe(small);
  });

  it('takes the mean of four, each channel by itself', () => {
    const half = downscale(image(4, 2, [0, 10, 100, 100, 20, 31, 100, 101]), 2);
    expect(half).toMatchObject({ width: 2, height: 1 });
    expect([...half.rgba]).toEqual([15, 0, 255, 128, 100, 0, 255, 128]);
  });

  it('halves until it fits, and sides of 1 stay', () => {
    const thin = downscale(image(8, 1, [0, 8, 16, 24, 32, 40, 48, 56]), 2);
    expect(thin).toMatchObject({ width: 2, height: 1 });
    expect(reds(thin.rgba)).toEqual([12, 44]);
  });

  it('drops the last row and column of odd sides', () => {
    const odd = downscale(image(3, 3, [4, 4, 99, 4, 4, 99, 99, 99, 99]), 2);
    expect(odd).toMatchObject({ width: 1, height: 1 });
    expect(reds(odd.rgba)).toEqual([4]);
  });
});
