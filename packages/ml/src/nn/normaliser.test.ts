import { describe, expect, it } from 'vitest';
import { createRunningNormaliser, identityNormaliser, normalise } from './normaliser.js';

/** A small generator, so that the numbers are the same each time. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('normalise', () => {
  it('takes the mean off and divides by the scale', () => {
    const n = { mean: Float32Array.of(10, -2), scale: Float32Array.of(4, 0.5) };
    expect([...normalise(n, [12, -1], new Float32Array(2))]).toEqual([0.5, 2]);
  });

  it('clamps to five deviations', () => {
    const n = identityNormaliser(2);
    expect([...normalise(n, [1e30, -1e30], new Float32Array(2))]).toEqual([5, -5]);
  });

  it('makes nothing of what is no number, and clamps what has no end', () => {
    const n = identityNormaliser(4);
    expect([...normalise(n, [Number.NaN, Infinity, -Infinity], new Float32Array(4))]).toEqual([0, 5, -5, 0]);
  });
});

describe('createRunningNormaliser', () => {
  it('finds mean and deviation', () => {
    const next = lcg(1);
    const running = createRunningNormaliser(2);
    for (let i = 0; i < 5000; i++) running.add([100 + 10 * (next() - 0.5), i % 2]);
    const { mean, scale } = running.value();
    expect(mean[0]).toBeCloseTo(100, 0);
    expect(scale[0]).toBeCloseTo(10 / Math.sqrt(12), 1);
    expect(mean[1]).toBeCloseTo(0.5, 2);
    expect(scale[1]).toBeCloseTo(0.5, 2);
  });

  it('answers before the first sample', () => {
    expect(createRunningNormaliser(1).value()).toEqual(identityNormaliser(1));
  });

  it('does not blow up a feature of which one sample is known', () => {
    const running = createRunningNormaliser(1);
    running.add([3]);
    expect(Math.abs(normalise(running.value(), [4], new Float32Array(1))[0] ?? Number.NaN)).toBeLessThan(2);
  });

  it('passes over what is not finite', () => {
    const clean = createRunningNormaliser(1);
    const poisoned = createRunningNormaliser(1);
    for (const value of [1, 2, 3]) clean.add([value]);
    poisoned.add([1]);
    poisoned.add([2]);
    for (const value of [Number.NaN, Infinity, -Infinity]) poisoned.add([value]);
    expect(poisoned.value().mean[0]).toBe(1.5);
    expect(Number.isFinite(poisoned.value().scale[0])).toBe(true);
    expect(clean.value().mean[0]).toBe(2);
  });

  it('follows a feature that has moved', () => {
    const running = createRunningNormaliser(1);
    for (let i = 0; i < 20_000; i++) running.add([0]);
    for (let i = 0; i < 40_000; i++) running.add([8]);
    expect(running.value().mean[0]).toBeGreaterThan(7.5);
  });

  it('goes on from what was kept', () => {
    const next = lcg(7);
    const whole = createRunningNormaliser(1);
    const first = createRunningNormaliser(1);
    const values = Array.from({ length: 600 }, () => 5 + next());
    for (const value of values) whole.add([value]);
    for (const value of values.slice(0, 300)) first.add([value]);
    const second = createRunningNormaliser(1, { normaliser: first.value(), samples: first.samples });
    for (const value of values.slice(300)) second.add([value]);
    expect(second.samples).toBe(600);
    expect(second.value().mean[0]).toBeCloseTo(whole.value().mean[0] ?? 0, 5);
    expect(second.value().scale[0]).toBeCloseTo(whole.value().scale[0] ?? 0, 4);
  });

  it('starts afresh from one of another size', () => {
    const other = createRunningNormaliser(3, { normaliser: identityNormaliser(2), samples: 50 });
    expect(other.samples).toBe(0);
    expect(other.value()).toEqual(identityNormaliser(3));
  });

  it('hands out values that later samples leave alone', () => {
    const running = createRunningNormaliser(1);
    running.add([1]);
    const before = running.value();
    running.add([1000]);
    expect(before.mean[0]).toBe(1);
  });
});
