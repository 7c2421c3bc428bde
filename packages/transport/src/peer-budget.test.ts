import { expect, it } from 'vitest';
import { createPeerBudget } from './peer-budget.js';

it('gives out as many connections as a page may make, and then none', () => {
  const budget = createPeerBudget(2);
  expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, false, false]);
  const page = createPeerBudget();
  let count = 0;
  while (page.take()) count++;
  expect(count).toBeGreaterThan(100);
  expect(count).toBeLessThan(500);
});
