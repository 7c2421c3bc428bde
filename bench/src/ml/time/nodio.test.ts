import { expect, it } from 'vitest';
import { nodioStream } from './nodio.js';
import type { Asked, Ended } from './stream.js';

const results = (...seconds: number[]) => seconds.map((s) => ({ ms: s * 1000, volunteer: 1 }));
const events = (...seconds: number[]) => [...nodioStream('t', results(...seconds))];
const asked = (all: readonly (Asked | Ended)[]) => all.filter((e) => e.kind === 'asked');
const ended = (all: readonly (Asked | Ended)[]) => all.filter((e) => e.kind === 'ended');

it('takes gaps within a session for run times, and none across', () => {
  const all = events(0, 1, 3, 100, 104);
  expect(ended(all).map(({ ms }) => ms)).toEqual([1000, 2000, 4000]);
  expect(asked(all)).toHaveLength(5);
});

it('asks before it tells, and tells nothing too early', () => {
  const one = events(0, 1, 3, 4);
  // Whatever comes afterwards changes nothing of what was known before.
  const other = events(0, 1, 3, 50);
  expect(other.slice(0, -2)).toEqual(one.slice(0, -2));
  expect(one.map(({ kind }) => kind)).toEqual(['asked', 'ended', 'asked', 'ended', 'asked', 'ended', 'asked']);
});

it('begins a session’s age anew, and remembers the speed', () => {
  const [, , beforeGap, afterGap] = asked(events(0, 1, 2, 100, 101));
  expect(beforeGap?.ageMs).toBe(2000);
  expect(afterGap?.ageMs).toBe(0);
  expect(afterGap?.results).toBe(2);
  expect(afterGap?.plain.median).toBeCloseTo(1000);
});
