import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { overheadOf, type TimedRun } from './overhead.js';

const names = ['a', 'b', 'c'].map((name) => v.parse(VolunteerId, name));

/** Runs of volunteers of very different speeds, whose samples take so much beside their steps. */
function runs(extra: number, count: number, noise = 0): readonly TimedRun[] {
  return Array.from({ length: count }, (_, i) => {
    const who = i % names.length;
    const cost = 10 + ((i * 37) % 90);
    const off = Math.exp(noise * Math.sin(12.9898 * i));
    return { volunteer: names[who] ?? v.parse(VolunteerId, 'x'), cost, ms: (cost + extra) * 10 ** (who - 1) * off };
  });
}

it('finds what samples take beside their steps, however fast volunteers are', () => {
  const list = runs(60, 90, 0.05);
  const mean = list.reduce((sum, { cost }) => sum + cost, 0) / list.length;
  expect(overheadOf(list) * mean).toBeGreaterThan(35);
  expect(overheadOf(list) * mean).toBeLessThan(120);
  expect(overheadOf(runs(0, 90, 0.05))).toBeLessThanOrEqual(0.06);
});

it('says nothing of a few results, of one result a volunteer, or of what cannot be', () => {
  expect(overheadOf(runs(60, 12))).toBe(0);
  expect(overheadOf([])).toBe(0);
  expect(overheadOf(runs(60, 90).map((run) => ({ ...run, ms: 0 })))).toBe(0);
});
