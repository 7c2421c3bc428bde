import { toneMap } from '@tabgrid/assets/tonemap';
import { expect, it } from 'vitest';
import { CURVE_WORDS, curveOf, formatStops } from './tone.js';

it('every curve has words, and is found by its name', () => {
  expect(new Set(CURVE_WORDS.map(({ label }) => label)).size).toBe(CURVE_WORDS.length);
  for (const { curve } of CURVE_WORDS) {
    expect(curveOf(curve)).toBe(curve);
    expect(toneMap(Float32Array.of(1, 1, 1), { curve })).toHaveLength(4);
  }
  expect(curveOf('filmic')).toBeNull();
});

it('stops carry their sign', () => {
  expect([-1.54, -0.04, 0, 0.25, 2].map(formatStops)).toEqual(['−1.5 EV', '0 EV', '0 EV', '+0.3 EV', '+2 EV']);
});
