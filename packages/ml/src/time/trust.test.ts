import { expect, it } from 'vitest';
import { normal, uniform } from './test-kit.js';
import { createTrust, TRUST_SIZE, trustIn } from './trust.js';

const NONE = new Float32Array(TRUST_SIZE);

it('follows the plain oracle before anything is known', () => {
  for (const half of [0.03, 0.3, 3]) expect(trustIn(NONE, half)).toBe(0);
});

it('follows the net where that is right, and there alone', () => {
  const trust = createTrust(NONE);
  const next = uniform(1);
  for (let i = 0; i < 500; i++) {
    const mid = normal(next);
    trust.learn(1, mid, mid + 0.1 * normal(next));
    trust.learn(0.05, mid, 0.1 * normal(next));
    trust.learn(0.3, mid, 0.5 * mid + 0.1 * normal(next));
  }
  expect(trustIn(trust.value(), 2)).toBe(1);
  expect(trustIn(trust.value(), 0.1)).toBe(0);
  expect(trustIn(trust.value(), 0.4)).toBe(0.5);
});

it('is not moved by one absurd outcome, and changes its mind in the end', () => {
  const trust = createTrust(NONE);
  for (let i = 0; i < 100; i++) trust.learn(1, 1, 1);
  trust.learn(1, 1, -1e9);
  expect(trustIn(trust.value(), 1)).toBe(1);
  for (let i = 0; i < 500; i++) trust.learn(1, 1, 0);
  expect(trustIn(trust.value(), 1)).toBe(0);
});

it('goes on from what it gave', () => {
  const trust = createTrust(NONE);
  for (let i = 0; i < 100; i++) trust.learn(1, 1, 1);
  expect(createTrust(trust.value()).value()).toEqual(trust.value());
});
