import { expect, it } from 'vitest';
import { metText, noiseFigure } from './noise.js';

it('says how much of a picture is good enough, and never all of it too early', () => {
  expect(metText({ met: null })).toBe('–');
  expect(metText({ met: 0.8261 })).toBe('in 83 %');
  expect(metText({ met: 0.9999 })).toBe('in 99 %');
  expect(metText({ met: 1 })).toBe('in 100 %');
});

it('gives noise in two figures', () => {
  expect([0.0314, 0.1, null, Number.POSITIVE_INFINITY].map(noiseFigure)).toEqual(['0.031', '0.1', '–', '–']);
});
