import { createRandom } from '@tabgrid/scheduler/random';
import type { Results } from '@tabgrid/simulator/trace';
import { describe, expect, it } from 'vitest';
import { shiftBetween, without } from './overlap.js';

describe('two traces of the same hours', () => {
  const random = createRandom(3);
  const at: number[] = [];
  for (let t = 0; at.length < 200; t += 500 + Math.round(random.next() * 5000)) at.push(t);
  const shifted: Results = new Map([[7, [...at.slice(100).map((t) => t - (at[100] ?? 0)), 5e7]]]);

  it('are found out, and what both hold is left out of one', () => {
    expect(shiftBetween(new Map([[1, at]]), shifted)).toBe(at[100]);
    const { results, removed } = without(
      new Map([
        [1, at],
        [2, [(at[150] ?? 0) + 1]],
      ]),
      shifted,
    );
    expect(removed).toBe(101);
    expect([...results]).toEqual([[1, at.slice(0, 100)]]);
  });

  it('are left alone when they share nothing', () => {
    const other: Results = new Map([[1, at.map((t, i) => t + i * 7)]]);
    expect(without(other, shifted)).toEqual({ results: other, removed: 0 });
  });
});
