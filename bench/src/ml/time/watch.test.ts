import { AttemptId, VolunteerId } from '@tabgrid/protocol/ids';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createWatch, type Sight } from './watch.js';

const volunteer = v.parse(VolunteerId, 'a');
const attempt = (name: string) => v.parse(AttemptId, name);
const joined: Sight = {
  ...{ type: 'joined', at: 0, volunteer, hidden: false, intensity: 0.5 },
  capabilities: {
    adapter: { vendor: 'v', architecture: 'a', description: '', browser: 'b' },
    ...{ software: true, features: [], limits: {}, cpuCores: 2, kernels: [] },
  },
};
const assigned = (name: string, at: number): Sight => ({
  ...{ type: 'assigned', at, volunteer, attempt: attempt(name), kernel: { kind: 'k', version: '1' }, scene: null },
  ...{ units: 1000, inputBytes: 0, outputBytes: 0 },
});
const returned = (name: string, at: number, wallMs: number): Sight => ({
  ...{ type: 'returned', at, volunteer, attempt: attempt(name), wallMs },
});

function watched(...sights: Sight[]) {
  const see = createWatch(
    createPlainOracle(() => 1000),
    { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => null },
  );
  return sights.flatMap((sight) => see(sight));
}
const ends = (...sights: Sight[]) => watched(...sights).filter((e) => e.kind === 'ended');

it('counts a run from its start, not from its waiting, and believes no more than what was seen', () => {
  const all = ends(joined, assigned('1', 0), assigned('2', 10), returned('1', 500, 400), returned('2', 800, 1e9));
  expect(all.map(({ ms }) => ms)).toEqual([400, 300]);
});

it('asks with what was known at the assignment', () => {
  const [first, , second] = watched(joined, assigned('1', 0), returned('1', 500, 500), assigned('2', 600));
  expect(first).toMatchObject({ kind: 'asked', results: 0, plain: { median: 1000 } });
  expect(second).toMatchObject({ kind: 'asked', results: 1, ageMs: 600, plain: { median: 500 } });
});

it('cuts what ran when it was stopped or lost, and forgets what never ran', () => {
  const cut: Sight = { type: 'cut', at: 300, volunteer, attempt: attempt('1') };
  expect(ends(joined, assigned('1', 0), cut)).toMatchObject([{ end: 'cut', ms: 300 }]);
  expect(ends(joined, assigned('0', 0), assigned('1', 0), cut)).toEqual([]);
  const left: Sight = { type: 'left', at: 700, volunteer };
  expect(ends(joined, assigned('0', 0), assigned('1', 0), left)).toMatchObject([{ end: 'cut', ms: 700 }]);
  expect(ends(joined, left)).toEqual([]);
});

it('passes over what it does not know', () => {
  expect(watched(assigned('1', 0), joined, returned('9', 5, 5))).toEqual([]);
});
