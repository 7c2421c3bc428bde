import { type Bytes, bytesOf, equalBytes } from '@tabgrid/protocol/bytes';
import { compareResults } from '@tabgrid/webgpu-kernels/pathtrace/compare';
import { canaryOf, PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { falsify } from './falsify.js';

/** A result of so many pixels and a canary. */
function resultOf(sums: readonly number[]): Bytes {
  const floats = new Float32Array(sums.length * PIXEL_FLOATS + 1);
  for (const [i, sum] of sums.entries()) floats.set([sum, sum / 2, 0, 7], i * PIXEL_FLOATS);
  const result = bytesOf(floats);
  new DataView(result.buffer).setUint32(result.byteLength - 4, 0xabcd_1234, true);
  return result;
}

const pixels = fc.array(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 });
const salt = fc.double({ min: 0, max: 0.999, noNaN: true });

it('leaves the form as it was: length, canary, costs, finite sums that are not negative', () => {
  fc.assert(
    fc.property(pixels, salt, (sums, s) => {
      const honest = resultOf(sums);
      const before = honest.slice();
      const wrong = falsify(honest, s);
      expect(equalBytes(honest, before)).toBe(true);
      expect(wrong.byteLength).toBe(honest.byteLength);
      expect(canaryOf(wrong)).toBe(canaryOf(honest));
      const floats = new Float32Array(wrong.buffer, 0, sums.length * PIXEL_FLOATS);
      for (const [i, value] of floats.entries()) {
        expect(value >= 0 && value < Number.POSITIVE_INFINITY).toBe(true);
        if (i % PIXEL_FLOATS === 3) expect(value).toBe(7);
      }
    }),
  );
});

it('is wrong by any comparison, and no two liars agree', () => {
  const ordinary = fc.array(fc.float({ min: 0, max: 1000, noNaN: true }), { minLength: 16, maxLength: 300 });
  fc.assert(
    fc.property(ordinary, (sums) => {
      const honest = resultOf(sums);
      const [one, other] = [falsify(honest, 0.1), falsify(honest, 0.7)];
      for (const sameClass of [true, false]) {
        expect(compareResults(honest, one, sameClass).kind).toBe('different');
        expect(compareResults(one, other, sameClass).kind).toBe('different');
      }
    }),
  );
});
