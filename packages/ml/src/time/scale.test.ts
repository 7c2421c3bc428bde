import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromScaled, halfOf, isSound, MOST_LOG, toScaled } from './scale.js';
import { PLAIN } from './test-kit.js';

it('has the plain answer at -1, 0 and 1', () => {
  expect(toScaled(PLAIN.p025, PLAIN)).toBeCloseTo(-1);
  expect(toScaled(PLAIN.median, PLAIN)).toBe(0);
  expect(toScaled(PLAIN.p975, PLAIN)).toBeCloseTo(1);
  expect(fromScaled(-1, PLAIN, MOST_LOG)).toBeCloseTo(PLAIN.p025);
  expect(fromScaled(1, PLAIN, MOST_LOG)).toBeCloseTo(PLAIN.p975);
});

it('goes there and back within a factor of 50', () => {
  fc.assert(
    fc.property(fc.double({ min: 21, max: 49_000, noNaN: true }), (ms) => {
      expect(fromScaled(toScaled(ms, PLAIN), PLAIN, MOST_LOG) / ms).toBeCloseTo(1, 9);
    }),
  );
  expect(toScaled(1e12, PLAIN) * halfOf(PLAIN)).toBeCloseTo(MOST_LOG);
  expect(toScaled(1e-12, PLAIN) * halfOf(PLAIN)).toBeCloseTo(-MOST_LOG);
});

it('has a scale for any sound answer, and knows the others', () => {
  expect(halfOf({ p025: 5, median: 5, p975: 5 })).toBe(0.03);
  expect(halfOf({ p025: 1, median: 5, p975: 1e9 })).toBe(3);
  expect(isSound(PLAIN)).toBe(true);
  for (const bad of [Number.NaN, -1, 0, Number.POSITIVE_INFINITY]) {
    expect(isSound({ ...PLAIN, median: bad })).toBe(false);
    expect(isSound({ p025: bad, median: bad, p975: bad })).toBe(false);
  }
  expect(isSound({ p025: 3, median: 2, p975: 4 })).toBe(false);
});
