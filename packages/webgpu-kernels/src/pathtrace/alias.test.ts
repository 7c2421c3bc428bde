import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildAlias } from './alias.js';

/** Chance of each cell as the shader draws it: an even cell, then a 32-bit threshold. */
function chances(weights: readonly number[]): number[] {
  const table = buildAlias(Float64Array.from(weights));
  if (!table) return [];
  const out = new Array<number>(weights.length).fill(0);
  for (let i = 0; i < weights.length; i++) {
    const stay = (table.threshold[i] ?? 0) / 2 ** 32;
    const other = table.alias[i] ?? 0;
    out[i] = (out[i] ?? 0) + stay / weights.length;
    out[other] = (out[other] ?? 0) + (1 - stay) / weights.length;
  }
  return out;
}

it('draws each cell by its weight', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }), (weights) => {
      const sum = weights.reduce((a, b) => a + b, 0);
      const drawn = chances(weights);
      if (!(sum > 0)) return drawn.length === 0;
      return drawn.every((chance, i) => Math.abs(chance - (weights[i] ?? 0) / sum) < 1e-8);
    }),
  );
});

it('never draws a cell without weight', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 1, 3, 1e-9, 1e9), { minLength: 1, maxLength: 64 }), (weights) => {
      const drawn = chances(weights);
      return drawn.every((chance, i) => weights[i] !== 0 || chance === 0);
    }),
  );
});

it('is null when nothing can be drawn', () => {
  expect(buildAlias(new Float64Array(0))).toBeNull();
  expect(buildAlias(new Float64Array(5))).toBeNull();
});

it('names probabilities that sum to 1', () => {
  const table = buildAlias(Float64Array.of(1, 2, 5));
  expect([...(table?.probability ?? [])]).toEqual([0.125, 0.25, 0.625]);
});
