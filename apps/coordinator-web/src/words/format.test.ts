import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRate, formatRoundTrip, percentOf, plural } from './format.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 * 1024, '1 MiB'],
    [52_428_800, '50 MiB'],
    [1023 * 1024, '1 MiB'],
    [5 * 1024 ** 3, '5 GiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('never needs more than four characters for the number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 900 * 1024 ** 4 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^\d{1,3}(\.\d{1,2})? [KMGT]iB$/);
      }),
    );
  });
});

describe('formatRate', () => {
  it.each([
    [0, '0/s'],
    [12.4, '12/s'],
    [999.6, '1 k/s'],
    [58_000, '58 k/s'],
    [1_240_000, '1.24 M/s'],
    [999_600_000, '1 G/s'],
  ])('%d is %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [840, '0.8 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [42_000, '42 s'],
    [185_000, '3 min 5 s'],
    [3_599_600, '1 h'],
    [7_440_000, '2 h 4 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('never shows sixty of anything', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/\b60 (s|min)/);
      }),
    );
  });
});

describe('percentOf', () => {
  it('keeps 0 and 100 for the very ends', () => {
    expect([0, 0.0001, 0.5, 0.9999, 1].map(percentOf)).toEqual([0, 1, 50, 99, 100]);
  });

  it('is a whole number that never falls as the share grows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(Number.isInteger(percentOf(low))).toBe(true);
        expect(percentOf(low)).toBeLessThanOrEqual(percentOf(high));
      }),
    );
  });
});

it('counts and plurals', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(plural(1, 'tile')).toBe('1 tile');
  expect(plural(2000, 'tile')).toBe('2,000 tiles');
  expect(plural(0, 'copy', 'copies')).toBe('0 copies');
});

it('round trips are finer below ten milliseconds', () => {
  expect(formatRoundTrip(0.42)).toBe('0.4 ms');
  expect(formatRoundTrip(12.6)).toBe('13 ms');
});
