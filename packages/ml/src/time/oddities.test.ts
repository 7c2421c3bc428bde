import { expect, it } from 'vitest';
import { createOddities } from './oddities.js';
import { vid } from './test-kit.js';

const volunteers = ['a', 'b', 'c', 'd'].map(vid);
const liar = vid('liar');

it('finds the one whose outcomes nobody expects', () => {
  const oddities = createOddities();
  for (let i = 0; i < 20; i++) {
    for (const v of volunteers) oddities.learn(v, i % 5 === 0 ? 2 : 0.3);
    oddities.learn(liar, 9);
  }
  expect(oddities.isOdd(liar)).toBe(true);
  for (const v of volunteers) expect(oddities.isOdd(v)).toBe(false);
});

it('takes everybody for a change of the world, and a few outcomes for nothing', () => {
  const oddities = createOddities();
  for (let i = 0; i < 20; i++) for (const v of volunteers) oddities.learn(v, 9);
  for (const v of volunteers) expect(oddities.isOdd(v)).toBe(false);
  const calm = createOddities();
  for (let i = 0; i < 20; i++) for (const v of volunteers) calm.learn(v, 0.3);
  for (let i = 0; i < 4; i++) calm.learn(liar, 9);
  expect(calm.isOdd(liar)).toBe(false);
});

it('finds nobody odd without others to compare with', () => {
  const oddities = createOddities();
  for (let i = 0; i < 50; i++) oddities.learn(liar, 9);
  expect(oddities.isOdd(liar)).toBe(false);
});

it('forgives', () => {
  const oddities = createOddities();
  for (let i = 0; i < 20; i++) {
    for (const v of volunteers) oddities.learn(v, 0.3);
    oddities.learn(liar, 9);
  }
  for (let i = 0; i < 20; i++) oddities.learn(liar, 0.3);
  expect(oddities.isOdd(liar)).toBe(false);
});
