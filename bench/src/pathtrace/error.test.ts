import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brightness, errorAt, fitErrors, relativeError, sppFor, withoutReferenceNoise } from './error.js';

/** A grey picture of `pixels` pixels, `value` each. */
const grey = (pixels: number, value: number) => new Float32Array(3 * pixels).fill(value);

describe('relativeError', () => {
  it('is nothing for the same picture, a black one too', () => {
    expect(relativeError(grey(10, 0.5), grey(10, 0.5))).toEqual({ relMse: 0, trimmed: 0 });
    expect(relativeError(grey(10, 0), grey(10, 0))).toEqual({ relMse: 0, trimmed: 0 });
  });

  it('is squared error over squared reference, with 1 % of the mean square added', () => {
    const { relMse } = relativeError(grey(4, 0.6), grey(4, 0.5));
    expect(relMse).toBeCloseTo(0.01 / (0.25 * 1.01), 6);
  });

  it('does not depend on the exposure', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }), (values) => {
        const a = Float32Array.from(values);
        const b = a.map((x, i) => x * (1 + 0.1 * (i % 3)));
        const one = relativeError(a, b).relMse;
        const bright = relativeError(
          a.map((x) => 64 * x),
          b.map((x) => 64 * x),
        ).relMse;
        expect(bright).toBeCloseTo(one, 6);
      }),
    );
  });

  it('leaves a firefly out of the trimmed mean only', () => {
    const picture = grey(2000, 0.5);
    picture[300] = 5000;
    const { relMse, trimmed } = relativeError(picture, grey(2000, 0.5));
    expect(relMse).toBeGreaterThan(1000);
    expect(trimmed).toBe(0);
  });

  it('refuses pictures of different sizes', () => {
    expect(() => relativeError(grey(1, 0), grey(2, 0))).toThrow(RangeError);
    expect(() => relativeError(grey(0, 0), grey(0, 0))).toThrow(RangeError);
  });

  it('takes a reference’s own noise out of what is measured', () => {
    // Independent noise of variances 1/n and 1/N on a grey picture of 1: the measured error is near their sum.
    const random = noise(7);
    const pixels = 40_000;
    const noisy = (spp: number) => grey(pixels, 1).map((x) => x + random() * Math.sqrt(12 / spp));
    const { relMse } = relativeError(noisy(8), noisy(32));
    expect(withoutReferenceNoise(relMse, 8, 32)).toBeCloseTo(1 / 8, 1);
    expect(relMse).toBeGreaterThan(1.15 * withoutReferenceNoise(relMse, 8, 32));
  });
});

/** Uniform around 0 with variance 1/12, from a small generator (Park and Miller). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
}

describe('fitErrors', () => {
  it('finds a power law again', () => {
    const points = [1, 2, 4, 8].map((spp) => ({ spp, error: 0.8 * spp ** -1.3 }));
    const curve = fitErrors(points);
    expect(curve.at1).toBeCloseTo(0.8, 9);
    expect(curve.rate).toBeCloseTo(1.3, 9);
    expect(errorAt(curve, 16)).toBeCloseTo(0.8 * 16 ** -1.3, 9);
    expect(sppFor(curve, errorAt(curve, 11))).toBeCloseTo(11, 6);
  });

  it('takes one or two points for plain Monte Carlo', () => {
    expect(errorAt(fitErrors([{ spp: 4, error: 0.1 }]), 16)).toBeCloseTo(0.025, 9);
    const two = fitErrors([
      { spp: 1, error: 0.5 },
      { spp: 2, error: 0.1 },
    ]);
    expect(two.rate).toBe(1);
    expect(errorAt(two, 1)).toBeCloseTo(Math.sqrt(0.5 * 0.2), 9);
  });

  it('never gets there where errors do not fall', () => {
    const flat = fitErrors([1, 2, 4].map((spp) => ({ spp, error: 0.5 })));
    expect(sppFor({ ...flat, rate: 0 }, 0.1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses nothing', () => {
    expect(() => fitErrors([])).toThrow(RangeError);
  });
});

it('means over pixels and channels', () => {
  expect(brightness(Float32Array.of(0, 0.5, 1, 1, 0.5, 0))).toBeCloseTo(0.5, 9);
});
