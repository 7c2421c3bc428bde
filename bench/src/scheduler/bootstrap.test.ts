import { normal, stream } from '@tabgrid/simulator/draws';
import { expect, it } from 'vitest';
import { estimate } from './bootstrap.js';

it('is certain of equal values, and repeatable', () => {
  expect(estimate([2, 2, 2])).toEqual({ median: 2, low: 2, high: 2 });
  expect(estimate([1, 2, 3, 4, 9])).toEqual(estimate([1, 2, 3, 4, 9]));
});

it('holds the true median about as often as it says', () => {
  const random = stream(5, 'bootstrap');
  let held = 0;
  const tries = 200;
  for (let i = 0; i < tries; i++) {
    const { low, high } = estimate(Array.from({ length: 20 }, () => normal(random)));
    if (low <= 0 && 0 <= high) held++;
  }
  expect(held / tries).toBeGreaterThan(0.88);
  expect(held / tries).toBeLessThan(1);
});
