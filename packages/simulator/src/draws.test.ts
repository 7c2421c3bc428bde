import { describe, expect, it } from 'vitest';
import {
  exponential,
  gamma,
  gammaFunction,
  logNormal,
  normal,
  stream,
  uniform,
  weibull,
  weibullMean,
  weibullUnderWay,
} from './draws.js';

const N = 20_000;
const sample = (draw: () => number) => Array.from({ length: N }, draw).sort((a, b) => a - b);
const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const median = (xs: readonly number[]) => xs[xs.length >> 1] ?? Number.NaN;

/** Relative distance. */
const off = (value: number, expected: number) => Math.abs(value / expected - 1);

describe('stream', () => {
  it('is the same for the same path and another for any other', () => {
    const first = (...path: (string | number)[]) => stream(1, ...path).next();
    expect(first('a', 1)).toBe(first('a', 1));
    const seen = [
      first('a', 1),
      first('a', 2),
      first('b', 1),
      first('a', 11),
      first('a1', 1),
      stream(2, 'a', 1).next(),
    ];
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('has first numbers that look uniform over neighbouring paths', () => {
    const firsts = Array.from({ length: 5000 }, (_, i) => stream(7, 'session', i).next());
    expect(off(mean(firsts), 0.5)).toBeLessThan(0.03);
    expect(firsts.filter((u) => u < 0.1).length / 5000).toBeCloseTo(0.1, 1);
  });
});

describe('distributions', () => {
  const random = stream(3, 'test');

  it('has the moments of the books', () => {
    expect(off(mean(sample(() => exponential(random, 40))), 40)).toBeLessThan(0.03);
    const normals = sample(() => normal(random));
    expect(Math.abs(mean(normals))).toBeLessThan(0.03);
    expect(off(mean(normals.map((x) => x * x)), 1)).toBeLessThan(0.05);
    expect(off(median(sample(() => logNormal(random, 5, 0.5))), 5)).toBeLessThan(0.03);
    expect(logNormal(random, 5, 0)).toBe(5);
    expect(off(mean(sample(() => gamma(random, 2.75))), 2.75)).toBeLessThan(0.03);
    const uniforms = sample(() => uniform(random, 2, 4));
    expect(uniforms[0]).toBeGreaterThanOrEqual(2);
    expect(uniforms.at(-1)).toBeLessThan(4);
  });

  it('knows the gamma function', () => {
    expect(gammaFunction(5)).toBeCloseTo(24, 9);
    expect(gammaFunction(0.5)).toBeCloseTo(Math.sqrt(Math.PI), 9);
    expect(gammaFunction(0.25)).toBeCloseTo(3.625609908, 8);
  });

  it('has the median and the mean of a Weibull distribution', () => {
    const xs = sample(() => weibull(random, 0.57, 150));
    expect(off(median(xs), 150 * Math.log(2) ** (1 / 0.57))).toBeLessThan(0.05);
    expect(off(mean(xs), weibullMean(0.57, 150))).toBeLessThan(0.06);
  });

  it('finds longer sessions under way, by E[X²] ÷ E[X], at a uniform age', () => {
    const drawn = Array.from({ length: N }, () => weibullUnderWay(random, 0.8, 100));
    const lengths = drawn.map(({ age, left }) => age + left);
    const second = 100 ** 2 * gammaFunction(1 + 2 / 0.8);
    expect(off(mean(lengths), second / weibullMean(0.8, 100))).toBeLessThan(0.05);
    expect(off(mean(drawn.map(({ age, left }) => age / (age + left))), 0.5)).toBeLessThan(0.03);
  });
});
