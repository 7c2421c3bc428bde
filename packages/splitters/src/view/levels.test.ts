import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEADLINE_MS, finerStep, passLength, roughStep, sizeOf, type TimeOf, viewSize } from './levels.js';

const FILM = { width: 256, height: 256 };
/** So many samples a second, and a way there and back. */
const at =
  (samplesPerSecond: number, tripMs = 10): TimeOf =>
  (pixels, samples) =>
    tripMs + (pixels * samples * 1000) / samplesPerSecond;
const nobody: TimeOf = () => Number.POSITIVE_INFINITY;

describe('viewSize', () => {
  it('is the picture’s own, or divided by a whole number where that is large', () => {
    expect(viewSize(FILM)).toEqual(FILM);
    expect(viewSize({ width: 960, height: 540 })).toEqual({ width: 960, height: 540 });
    expect(viewSize({ width: 3840, height: 2160 })).toEqual({ width: 960, height: 540 });
    expect(viewSize({ width: 16_384, height: 1 })).toEqual({ width: 16_384, height: 1 });
  });
});

describe('roughStep', () => {
  it('is the finest picture that is here in time', () => {
    expect(roughStep(FILM, at(150_000))).toBe(3);
    expect(roughStep(FILM, at(50_000))).toBe(4);
    expect(roughStep(FILM, at(1e9))).toBe(1);
  });

  it('is never finer than in time, unless nothing is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 1, max: 4000 }),
        fc.double({ min: 1e3, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        (width, height, speed, tripMs) => {
          const timeOf = at(speed, tripMs);
          const step = roughStep({ width, height }, timeOf);
          const size = sizeOf({ width, height }, step);
          const coarsest = roughStep({ width, height }, at(1, 1e9));
          if (step !== coarsest) expect(timeOf(size.width * size.height, 1)).toBeLessThanOrEqual(DEADLINE_MS);
        },
      ),
    );
  });

  it('still shows something where all is far too slow, and while nobody is there', () => {
    const { width, height } = sizeOf(FILM, roughStep(FILM, at(100)));
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(16);
    expect(roughStep(FILM, nobody)).toBe(4);
    expect(roughStep({ width: 20, height: 8 }, nobody)).toBe(1);
  });
});

describe('finerStep', () => {
  it('goes on to the whole picture where that comes soon', () => {
    expect(finerStep(FILM, 4, at(150_000))).toBe(1);
  });

  it('puts one between where that takes long, at least twice as fine as what is there', () => {
    const film = { width: 1920, height: 1080 };
    const step = roughStep(film, at(200_000));
    const between = finerStep(film, step, at(200_000));
    expect(between).toBeGreaterThan(1);
    expect(2 * between).toBeLessThanOrEqual(step);
    expect(finerStep(film, 2, at(200_000))).toBe(1);
  });
});

describe('passLength', () => {
  it('doubles the samples while that does not take long', () => {
    const lengths: number[] = [];
    for (let present = 1; present < 64; present += lengths.at(-1) ?? 64) {
      lengths.push(passLength(FILM, present, 64, at(1e9)));
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32]);
    expect(passLength(FILM, 16, 64, at(300_000))).toBe(4);
    expect(passLength(FILM, 16, 64, nobody)).toBe(1);
  });

  it('begins at a multiple of its length, and stays within the most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 63 }), fc.double({ min: 1e4, max: 1e9, noNaN: true }), (present, speed) => {
        const count = passLength(FILM, present, 64, at(speed));
        expect(present % count).toBe(0);
        expect(present + count).toBeLessThanOrEqual(64);
      }),
    );
  });
});
