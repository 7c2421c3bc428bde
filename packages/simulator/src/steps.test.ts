import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between, constant, during, reaches, type Steps, times, valueAt } from './steps.js';

const steps: Steps = { at: [0, 10, 20], value: [2, 0, 1] };

describe('step functions', () => {
  it('holds each value until the next step, and the first one before', () => {
    expect([-5, 0, 9.9, 10, 19, 20, 1e9].map((t) => valueAt(steps, t))).toEqual([2, 2, 2, 0, 0, 1, 1]);
    expect(valueAt(constant(3), -7)).toBe(3);
  });

  it('integrates', () => {
    expect(between(steps, 0, 10)).toBe(20);
    expect(between(steps, 5, 25)).toBe(15);
    expect(between(steps, 12, 15)).toBe(0);
    expect(between(steps, 30, 30)).toBe(0);
    expect(between(steps, -5, 5)).toBe(20);
  });

  it('says when an amount is reached', () => {
    expect(reaches(steps, 0, 10)).toBe(5);
    expect(reaches(steps, 5, 15)).toBe(25);
    expect(reaches(steps, 12, 3)).toBe(23);
    expect(reaches({ at: [0, 10], value: [1, 0] }, 0, 11)).toBe(Number.POSITIVE_INFINITY);
  });

  it('multiplies', () => {
    const both = times(steps, during([{ from: 5, until: 25 }], 0.5));
    expect([0, 4, 5, 9, 10, 20, 24, 25].map((t) => valueAt(both, t))).toEqual([2, 2, 1, 1, 0, 0.5, 0.5, 1]);
  });

  it('inverts its own integral', () => {
    const arbitrary = fc
      .array(fc.tuple(fc.double({ min: 1, max: 50, noNaN: true }), fc.double({ min: 0.1, max: 5, noNaN: true })), {
        minLength: 1,
        maxLength: 8,
      })
      .map((pieces): Steps => {
        let time = 0;
        const at = pieces.map(([length]) => {
          time += length;
          return time - length;
        });
        return { at, value: pieces.map(([, value]) => value) };
      });
    const time = fc.double({ min: 0, max: 300, noNaN: true });
    fc.assert(
      fc.property(arbitrary, time, time, (f, from, length) => {
        expect(reaches(f, from, between(f, from, from + length))).toBeCloseTo(from + length, 6);
      }),
    );
  });
});
