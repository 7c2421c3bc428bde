import { describe, expect, it } from 'vitest';
import { stream } from './draws.js';
import { claimOf, RIGHT } from './lies.js';
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

describe('what volunteers claim', () => {
  it('is right of honest ones', () => {
    expect(claimOf(null, task, 99, 'a', random)).toBe(RIGHT);
  });

  it('is wrong from the first task on of independent liars, and no two agree', () => {
    const claims = ['a', 'b', 'c'].map((mark) => claimOf(liars({}), task, 0, mark, random));
    expect(claims).not.toContain(RIGHT);
    expect(new Set(claims).size).toBe(3);
  });

  it('is right of sleepers until they are trusted', () => {
    const sleeper = liars({ kind: 'sleeper' });
    expect([0, 9, 10, 11].map((n) => claimOf(sleeper, task, n, 'a', random) === RIGHT)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is the same wrong one of all colluders, another for each task', () => {
    const colluder = liars({ kind: 'colluder' });
    const claim = claimOf(colluder, task, 0, 'a', random);
    expect(claim).not.toBe(RIGHT);
    expect(claimOf(colluder, task, 5, 'b', random)).toBe(claim);
    expect(claimOf(colluder, other, 0, 'a', random)).not.toBe(claim);
  });

  it('is wrong as often as was asked for', () => {
    const seldom = liars({ wrongShare: 0.1 });
    const wrong = Array.from({ length: 2000 }, () => claimOf(seldom, task, 0, 'a', random)).filter((c) => c !== RIGHT);
    expect(wrong.length / 2000).toBeCloseTo(0.1, 1);
  });
});
