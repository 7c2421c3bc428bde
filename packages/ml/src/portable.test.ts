import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromPortable, toPortable } from './portable.js';

const there = (value: unknown) => fromPortable(JSON.parse(JSON.stringify(toPortable(value))));

describe('portable values', () => {
  it('come back as they were', () => {
    const value = { b: [1, 'x', null, true], a: { net: Float32Array.of(1.5, -2, 1e-30), empty: new Float32Array(0) } };
    expect(there(value)).toEqual(value);
  });

  it('come back to the last bit, whatever the floats', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 50 }), (floats) => {
        expect(there({ floats })).toEqual({ floats });
      }),
    );
  });

  it('are the same text whatever the order of the keys', () => {
    expect(JSON.stringify(toPortable({ a: 1, b: { d: 2, c: 3 } }))).toBe(
      JSON.stringify(toPortable({ b: { c: 3, d: 2 }, a: 1 })),
    );
  });

  it('leave out what is not there', () => {
    expect(toPortable({ a: undefined, b: 1 })).toEqual({ b: 1 });
  });

  it('are long without breaking the stack', () => {
    const floats = Float32Array.from({ length: 300_000 }, (_, i) => i);
    expect(there(floats)).toEqual(floats);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [new Map()], [10n]])('refuse %s', (value) => {
    expect(() => toPortable({ value })).toThrow(TypeError);
  });

  it.each([[{ f32: 'AAA' }], [{ f32: 'AAAA' }], [{ f32: '????' }], [{ f32: 7 }]])('refuse %j as numbers', (value) => {
    expect(() => fromPortable(value)).toThrow(TypeError);
  });
});
