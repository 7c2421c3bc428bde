import { expect, it } from 'vitest';
import { parseSimulateOptions, SIMULATE_HELP } from './simulate-options.js';
import { UsageError } from './usage-error.js';

it('reads what a command asks for', () => {
  const options = parseSimulateOptions(
    'pile --bodies 10000 --seconds 2.5 --regions 4 --margin 1.5 --merge average --volunteers 3 --verify none --chaos kill=1@0.5,reload@0.7 --out a.glb'.split(
      ' ',
    ),
  );
  expect(options).toMatchObject({
    world: { kind: 'builtin', name: 'pile' },
    bodies: 10_000,
    spec: { seconds: 2.5, substeps: 8, regions: 4, margin: 1.5, merge: 'average', realTime: false, verify: 'none' },
    volunteers: 3,
    chaos: [
      { kind: 'kill', count: 1, at: 0.5 },
      { kind: 'reload', count: 0, at: 0.7 },
    ],
    out: 'a.glb',
    trajectory: null,
  });
});

it('has a default for everything but the world', () => {
  expect(parseSimulateOptions(['stack'])).toMatchObject({
    bodies: null,
    spec: { seconds: 2, substeps: 8, regions: null, margin: 2, merge: 'owner', verify: 'spot' },
    volunteers: 2,
    chaos: [],
  });
  expect(parseSimulateOptions(['--help'])).toBeNull();
});

it.each([
  ['', /Name a world: pile/],
  ['heap', /heap is neither a built-in world \(pile, clouds/],
  ['pile stack', /One world at a time: what is stack/],
  ['pile --bodies 0', /--bodies 0: give a whole number from 1 to 100000/],
  ['pile --seconds soon', /--seconds soon: give a number/],
  ['pile --regions 65', /--regions 65/],
  ['pile --margin -1', /margin/],
  ['pile --merge both', /--merge both: choose one of owner, average/],
  ['pile --verify twice', /--verify twice: choose one of none, spot, replicate/],
  ['pile --verify replicate --volunteers 1', /open at least 2/],
  ['pile --chaos kill=2@0.5', /leave at least one/],
  ['gone.json', /World gone.json does not exist/],
  ['pile --steps 4', /--steps/],
])('refuses %j with what to do', (line, message) => {
  const read = () => parseSimulateOptions(line.split(' ').filter(Boolean));
  expect(read).toThrow(UsageError);
  expect(read).toThrow(message);
});

it('speaks of every option in its help', () => {
  for (const option of [
    'bodies',
    'seconds',
    'regions',
    'margin',
    'merge',
    'chaos',
    'out',
    'trajectory',
    'report',
    'real-time',
  ]) {
    expect(SIMULATE_HELP).toContain(`--${option}`);
  }
});
