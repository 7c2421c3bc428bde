import { describe, expect, it } from 'vitest';
import { createEvaluate, initialWeights, layersOf, weightCount } from './net.js';
import { seeded } from './test-kit.js';

const SHAPE = { inputs: 3, hidden: [4, 2], outputs: 2 };

describe('the shape of a net', () => {
  it('knows its layers and weights', () => {
    expect(layersOf(SHAPE)).toEqual([
      [3, 4],
      [4, 2],
      [2, 2],
    ]);
    expect(weightCount(SHAPE)).toBe(4 * 4 + 5 * 2 + 3 * 2);
  });

  it('may have no hidden layer', () => {
    expect(layersOf({ inputs: 2, hidden: [], outputs: 1 })).toEqual([[2, 1]]);
  });
});

describe('initialWeights', () => {
  it('is a function of the source of chance', () => {
    expect(initialWeights(SHAPE, seeded(5))).toEqual(initialWeights(SHAPE, seeded(5)));
    expect(initialWeights(SHAPE, seeded(5))).not.toEqual(initialWeights(SHAPE, seeded(6)));
  });

  it('makes a net that answers 0', () => {
    const evaluate = createEvaluate(SHAPE, initialWeights(SHAPE, seeded(1)));
    expect([...evaluate([1, -2, 3])]).toEqual([0, 0]);
  });

  it('stays within the bounds of Glorot and Bengio', () => {
    const first = initialWeights(SHAPE, seeded(2)).subarray(0, 12);
    const bound = Math.sqrt(6 / 7);
    expect(first.every((w) => Math.abs(w) <= bound)).toBe(true);
    expect(first.some((w) => Math.abs(w) > bound / 2)).toBe(true);
  });
});

describe('createEvaluate', () => {
  it('computes what is written on paper', () => {
    // 2 → 1 → 1: tanh(2·1 + 3·(−1) + 0.5) · 4 + 1.
    const evaluate = createEvaluate({ inputs: 2, hidden: [1], outputs: 1 }, Float32Array.of(1, -1, 0.5, 4, 1));
    expect(evaluate([2, 3])[0]).toBeCloseTo(4 * Math.tanh(-0.5) + 1, 6);
  });

  it('is linear without a hidden layer, with the kernel laid out as [inputs][outputs]', () => {
    const evaluate = createEvaluate({ inputs: 2, hidden: [], outputs: 2 }, Float32Array.of(1, 2, 3, 4, 10, 20));
    expect([...evaluate([1, 100])]).toEqual([1 + 300 + 10, 2 + 400 + 20]);
  });

  it('takes missing inputs for 0', () => {
    const evaluate = createEvaluate({ inputs: 2, hidden: [], outputs: 1 }, Float32Array.of(1, 1, 7));
    expect([...evaluate([])]).toEqual([7]);
  });

  it('refuses weights of another shape', () => {
    expect(() => createEvaluate(SHAPE, new Float32Array(3))).toThrow(RangeError);
  });
});
