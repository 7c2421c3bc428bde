import { expect, it } from 'vitest';
import { A_SPEC, aJob, aJobId } from '../testing/samples.js';
import { jobFacts } from './job-facts.js';

const one = aJob({ id: aJobId('a') });

it('names size and samples, and the seed only where it makes the difference', () => {
  expect(jobFacts(one, [one])).toBe('960 × 540, 64 samples');
  const twin = aJob({ id: aJobId('b'), spec: { ...A_SPEC, seed: 7 } });
  expect(jobFacts(one, [one, twin])).toBe('960 × 540, 64 samples, seed 1');
  expect(jobFacts(twin, [one, twin])).toBe('960 × 540, 64 samples, seed 7');
  const other = aJob({ id: aJobId('c'), title: 'Cornell' });
  expect(jobFacts(one, [one, other])).toBe('960 × 540, 64 samples');
});
