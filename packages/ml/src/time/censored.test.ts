import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beyond, normalCdf, normalQuantile } from './censored.js';
import { uniform } from './test-kit.js';

it('knows the normal distribution', () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 6);
  expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6);
  expect(normalCdf(-1)).toBeCloseTo(0.158655, 5);
  for (const p of [0.001, 0.025, 0.3, 0.5, 0.9, 0.999]) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 3);
});

it('draws beyond the cut, whatever it is', () => {
  const real = fc.double({ min: -100, max: 100, noNaN: true });
  const width = fc.double({ min: 0, max: 50, noNaN: true });
  fc.assert(
    fc.property(real, real, width, width, fc.double({ min: 0, max: 0.999999, noNaN: true }), (cut, mid, a, b, u) => {
      const drawn = beyond(cut, { low: mid - a, mid, high: mid + b }, u);
      expect(drawn).toBeGreaterThanOrEqual(cut);
      expect(Number.isFinite(drawn)).toBe(true);
    }),
  );
});

it('has the quantiles of a distribution that was not cut at all', () => {
  const next = uniform(1);
  const predicted = { low: -1, mid: 0, high: 4 };
  const drawn = Array.from({ length: 20_000 }, () => beyond(-50, predicted, next())).sort((a, b) => a - b);
  expect(drawn[500]).toBeCloseTo(-1, 1);
  expect(drawn[10_000]).toBeCloseTo(0, 1);
  expect(Math.abs((drawn[19_500] ?? 0) - 4)).toBeLessThan(0.2);
});

it('has the mean of what is left beyond the cut', () => {
  const next = uniform(2);
  const sigma = { low: -1.959964, mid: 0, high: 1.959964 };
  const drawn = Array.from({ length: 20_000 }, () => beyond(1, sigma, next()));
  // φ(1) ÷ (1 − Φ(1))
  expect(drawn.reduce((sum, x) => sum + x, 0) / drawn.length).toBeCloseTo(1.525, 1);
});
