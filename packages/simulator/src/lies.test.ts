import { describe, expect, it } from 'vitest';
import { stream } from './draws.js';
import { claimOf, type Occasion, RIGHT } from './lies.js';
import type { Liars } from './profile.js';
import { aProfile } from './test-kit.js';
import { tasksOf } from './workload.js';

const liars = (change: Partial<Liars>): Liars => ({
  kind: 'independent',
  share: 1,
  wrongShare: 1,
  honestResults: 10,
  backAfterMs: 0,
  ...change,
});

const [task, other] = tasksOf(aProfile(), 1).map((spec) => spec.id);
if (!task || !other) throw new Error('no tasks');
const random = stream(1, 'lies');
const on = (change: Partial<Occasion> = {}): Occasion => ({
  task,
  purpose: 'first',
  accepted: 0,
  mark: 'a',
  ring: new Set(),
  ...change,
});

describe('what volunteers claim', () => {
  it('is right of honest ones', () => {
    expect(claimOf(null, on({ accepted: 99 }), random)).toBe(RIGHT);
  });

  it('is wrong from the first task on of independent liars, and no two agree', () => {
    const claims = ['a', 'b', 'c'].map((mark) => claimOf(liars({}), on({ mark }), random));
    expect(claims).not.toContain(RIGHT);
    expect(new Set(claims).size).toBe(3);
    expect(claimOf(liars({ how: 'black' }), on(), random)).toMatch(/^black: /);
  });

  it('is right of sleepers until they are trusted', () => {
    const sleeper = liars({ kind: 'sleeper' });
    expect([0, 9, 10, 11].map((accepted) => claimOf(sleeper, on({ accepted }), random) === RIGHT)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is the same wrong one of all colluders, another for each task', () => {
    const colluder = liars({ kind: 'colluder' });
    const claim = claimOf(colluder, on(), random);
    expect(claim).not.toBe(RIGHT);
    expect(claimOf(colluder, on({ accepted: 5, mark: 'b' }), random)).toBe(claim);
    expect(claimOf(colluder, on({ task: other }), random)).not.toBe(claim);
  });

  it('is, of parts, what a friend has said of the whole, and right where no friend has', () => {
    const colluder = liars({ kind: 'colluder' });
    const ring: Occasion['ring'] = new Set();
    expect(claimOf(colluder, on({ purpose: 'probe', ring }), random)).toBe(RIGHT);
    const claim = claimOf(colluder, on({ ring }), random);
    expect(claimOf(colluder, on({ purpose: 'probe', mark: 'b', ring }), random)).toBe(claim);
  });

  it('is right of parts, unless the liar cannot tell', () => {
    expect(claimOf(liars({}), on({ purpose: 'probe' }), random)).toBe(RIGHT);
    expect(claimOf(liars({ wrongWords: true }), on({ purpose: 'probe' }), random)).not.toBe(RIGHT);
  });

  it('is wrong as often as was asked for', () => {
    const seldom = liars({ wrongShare: 0.1 });
    const wrong = Array.from({ length: 2000 }, () => claimOf(seldom, on(), random)).filter((c) => c !== RIGHT);
    expect(wrong.length / 2000).toBeCloseTo(0.1, 1);
  });
});
