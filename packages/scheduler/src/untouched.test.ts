import { describe, expect, it } from 'vitest';
import { createFixture, type Fixture, of, tasks } from './fixture.js';
import { createPlainOracle, type Oracle } from './oracle.js';

/** Believes that `a` stays and that `b` is as good as gone; the plain one thinks the same of both. */
const learned: Oracle = {
  ...createPlainOracle(() => 1000),
  failure: (v) => (v.id === 'b' ? 0.99 : 0),
};

function grid(untouchedShare: number, oracle: string | null, seed = 1): Fixture {
  const f = createFixture(
    { untouchedShare, extraShare: 0, oracles: (hash) => (hash === 'learned' ? learned : null) },
    seed,
  );
  if (oracle !== null) f.tell({ type: 'oracleChanged', revision: 1, hash: oracle });
  f.join('b');
  f.join('a');
  return f;
}

const sent = (f: Fixture) => of(f.effects, 'sendTask');

describe('a choice that is left untouched', () => {
  it('goes by what the plain oracle says of failures', () => {
    const first = (share: number) => {
      const f = grid(share, 'learned');
      f.add(...tasks(1));
      return sent(f).map(({ volunteer, untouched }) => [volunteer, untouched]);
    };
    expect(first(0)).toEqual([['a', false]]);
    expect(first(1)).toEqual([['b', true]]);
  });

  it('happens as often as the share says, is kept, and is logged with its chance', () => {
    const f = grid(0.25, 'learned');
    f.add(...tasks(400));
    for (let i = 0; i < 400; i++) {
      f.now += 100;
      const [next] = f.scheduler.outstanding();
      if (next) f.finish(next.attempt, 100);
    }
    const untouched = sent(f).filter((e) => e.untouched);
    expect(untouched.length / sent(f).length).toBeGreaterThan(0.18);
    expect(untouched.length / sent(f).length).toBeLessThan(0.32);
    const [one] = untouched;
    const kept = f.scheduler.snapshot().tasks.flatMap(({ attempts }) => attempts);
    expect(kept.filter((a) => a.untouched)).toHaveLength(untouched.length);
    expect(f.scheduler.story(one?.attempt ?? '')).toContain('untouched, drawn with a chance of 0.25');
  });

  it('costs no draw while nothing learned decides', () => {
    const random = (share: number, oracle: string | null) => {
      const f = grid(share, oracle);
      f.add(...tasks(4));
      expect(sent(f).some((e) => e.untouched)).toBe(false);
      return f.scheduler.snapshot().random;
    };
    expect(random(1, null)).toBe(random(0, null));
    expect(random(1, 'somebody else’s')).toBe(random(0, null));
  });
});
