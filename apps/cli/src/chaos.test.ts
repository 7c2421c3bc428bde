import { describe, expect, it } from 'vitest';
import { liars, parseChaos } from './chaos.js';
import { UsageError } from './usage-error.js';

const four = { volunteers: 4, verify: 'none' } as const;

describe('parseChaos', () => {
  it('reads faults in the order in which they happen', () => {
    expect(parseChaos('kill=1@0.6, freeze=2@.25', four)).toEqual([
      { kind: 'freeze', count: 2, at: 0.25 },
      { kind: 'kill', count: 1, at: 0.6 },
    ]);
    expect(parseChaos('signaling@0.5,reload@0', four)).toEqual([
      { kind: 'reload', count: 0, at: 0 },
      { kind: 'signaling', count: 0, at: 0.5 },
    ]);
    expect(parseChaos('', { volunteers: 1, verify: 'none' })).toEqual([]);
  });

  it.each([
    'kill',
    'kill=1',
    'kill@0.5',
    'kill=0@0.5',
    'kill=1@1',
    'kill=1@1.5',
    'kill=1@-0.5',
    'burn=1@0.5',
    'kill=1@0.5@2',
    'kill=1.5@0.5',
    'reload',
    'reload=1@0.5',
    'reload@1',
    'signaling@',
    'signaling@.',
    'lie=0@0.2',
  ])('refuses %s', (list) => {
    expect(() => parseChaos(list, { volunteers: 4, verify: 'replicate' })).toThrow(UsageError);
  });

  it('leaves at least one volunteer', () => {
    const two = { volunteers: 2, verify: 'none' } as const;
    expect(() => parseChaos('kill=2@0.5', two)).toThrow(/leave at least one/);
    expect(() => parseChaos('kill=1@0.5,freeze=1@0.6', two)).toThrow(/leave at least one/);
    expect(parseChaos('kill=1@0.5', two)).toHaveLength(1);
    expect(parseChaos('reload@0.5,signaling@0.6', { volunteers: 1, verify: 'none' })).toHaveLength(2);
  });

  it('takes lies only where they are found out', () => {
    expect(() => parseChaos('lie=1@0.2', four)).toThrow(/leave --verify none out/);
    for (const verify of ['spot', 'replicate'] as const) {
      const actions = parseChaos('lie=1@0.2', { volunteers: 3, verify });
      expect(actions).toEqual([{ kind: 'lie', count: 1, at: 0.2 }]);
      expect(liars(actions)).toBe(1);
    }
  });

  it('leaves two honest ones to compare', () => {
    const three = { volunteers: 3, verify: 'replicate' } as const;
    expect(() => parseChaos('lie=2@0.2', three)).toThrow(/takes 2 of 3 volunteers: leave at least 2 honest ones/);
    expect(() => parseChaos('lie=1@0.2,kill=1@0.5', three)).toThrow(/at least 2 honest ones/);
    expect(() => parseChaos('kill=2@0.5', three)).toThrow(/at least 2 honest ones/);
    expect(parseChaos('kill=1@0.5', three)).toHaveLength(1);
    const spot = { volunteers: 3, verify: 'spot' } as const;
    expect(() => parseChaos('lie=2@0.2', spot)).toThrow(/at least 2 honest ones/);
    // Where nobody is left to look, results are taken unchecked.
    expect(parseChaos('kill=2@0.5', spot)).toHaveLength(1);
  });
});
