import { expect, it } from 'vitest';
import { parseChaos } from './chaos.js';
import { UsageError } from './usage-error.js';

it('reads faults in the order in which they happen', () => {
  expect(parseChaos('kill=1@0.6, freeze=2@.25', 4)).toEqual([
    { kind: 'freeze', count: 2, at: 0.25 },
    { kind: 'kill', count: 1, at: 0.6 },
  ]);
  expect(parseChaos('', 1)).toEqual([]);
});

it.each(['kill', 'kill=1', 'kill=0@0.5', 'kill=1@1', 'kill=1@-0.5', 'burn=1@0.5', 'kill=1@0.5@2', 'kill=1.5@0.5'])(
  'refuses %s',
  (list) => {
    expect(() => parseChaos(list, 4)).toThrow(UsageError);
  },
);

it('leaves at least one volunteer', () => {
  expect(() => parseChaos('kill=2@0.5', 2)).toThrow(/leave at least one/);
  expect(() => parseChaos('kill=1@0.5,freeze=1@0.6', 2)).toThrow(/leave at least one/);
  expect(parseChaos('kill=1@0.5', 2)).toHaveLength(1);
});
