import { describe, expect, it } from 'vitest';
import { fakeResult } from '../render/fake-kernel.js';
import { addResult, createFilm } from '../render/film.js';
import { fakeBase, fakeScene } from '../render/fixture.js';
import { createExposure, expose } from './exposure.js';

const SIZE = { width: 12, height: 9 };
const base = fakeBase((await fakeScene()).manifest, { film: SIZE });

const part = (y: number, height: number, first: number, count: number) => {
  const tile = { x: 0, y, width: SIZE.width, height };
  const samples = { first, count, block: count };
  return { tile, samples, result: fakeResult({ ...base, tile, samples }) };
};

describe('an exposure', () => {
  it('is bit for bit the film of a picture after one sample', () => {
    const exposure = createExposure(SIZE.width, SIZE.height);
    expose(exposure, part(4, 5, 0, 1));
    expose(exposure, part(0, 4, 0, 1));
    const film = createFilm(SIZE.width, SIZE.height);
    const tile = { x: 0, y: 0, ...SIZE };
    const samples = { first: 0, count: 1, block: 16 };
    addResult(film, { key: 'whole', tile, samples, result: fakeResult({ ...base, tile, samples }) });
    expect([...exposure.rgb]).toEqual([...film.rgb]);
  });

  it('shows the mean of all samples, however many came at a time', () => {
    const exposure = createExposure(SIZE.width, SIZE.height);
    for (const [first, count] of [
      [0, 1],
      [1, 1],
      [2, 2],
      [4, 4],
    ] as const) {
      expose(exposure, part(0, 9, first, count));
    }
    expect([...new Set(exposure.counts)]).toEqual([8]);
    const film = createFilm(SIZE.width, SIZE.height);
    const tile = { x: 0, y: 0, ...SIZE };
    const samples = { first: 0, count: 8, block: 16 };
    addResult(film, { key: 'whole', tile, samples, result: fakeResult({ ...base, tile, samples }) });
    for (const [i, value] of film.rgb.entries()) expect(exposure.rgb[i]).toBeCloseTo(value, 5);
  });

  it('adds up what rows cost', () => {
    const exposure = createExposure(SIZE.width, SIZE.height);
    expose(exposure, part(2, 3, 0, 2));
    expect([...exposure.rowCosts]).toEqual([0, 0, 240, 240, 240, 0, 0, 0, 0]);
  });

  it('refuses a tile outside of it', () => {
    expect(() => expose(createExposure(12, 4), part(2, 3, 0, 1))).toThrow(RangeError);
  });
});
