import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesFigure, count, percent, spanFigure } from './format.js';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_536, '1.5 kB'],
  [99_949, '99.9 kB'],
  [99_951, '100 kB'],
  [999_600, '1.0 MB'],
  [218_400_000, '218 MB'],
  [3e15, '3000 TB'],
])('%d bytes are %s', (bytes, text) => {
  const { unit, value } = bytesFigure(bytes);
  expect(`${value} ${unit}`).toBe(text);
});

it.each([
  [0, '0.0 s'],
  [12_340, '12.3 s'],
  [59_949, '59.9 s'],
  [59_951, '1:00 min'],
  [245_000, '4:05 min'],
  [3_599_600, '1:00 h'],
  [7_380_000, '2:03 h'],
])('%d ms are %s', (ms, text) => {
  const { unit, value } = spanFigure(ms);
  expect(`${value} ${unit}`).toBe(text);
});

it('never shows more than four digits below the largest unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_000_000_000_000 }), (bytes) => {
      expect(bytesFigure(bytes).value.replace('.', '').length).toBeLessThanOrEqual(3);
    }),
  );
});

it('counts in words', () => {
  expect([count(0, 'tile', 'tiles'), count(1, 'tile', 'tiles'), count(1200, 'tile', 'tiles')]).toEqual([
    '0 tiles',
    '1 tile',
    '1,200 tiles',
  ]);
  expect(percent(0.555)).toBe('56 %');
});
