import { describe, expect, it } from 'vitest';
import { createFixture, tasks, vid } from './fixture.js';
import type { Advice, VolunteerView } from './oracle.js';

/** A volunteer whose speed is known, and 200 tasks for it; `share` is what is advised for it. */
function advised(share: number | null) {
  const asked: { readonly volunteers: readonly VolunteerView[]; readonly pending: number; readonly at: number }[] = [];
  const advice: Advice = {
    share(volunteers, pending) {
      asked.push({ volunteers, pending, at: f.now });
      return new Map(share === null ? [] : [[vid('a'), { attempts: share, probability: 0.5 }]]);
    },
  };
  const f = createFixture({ advice });
  f.join('a');
  f.add(...tasks(200));
  for (let i = 0; i < 3; i++) {
    f.now += 1000;
    f.finish(f.queue('a')[0] ?? '');
  }
  return { f, asked, depth: () => f.queue('a').length };
}

describe('advice', () => {
  it('moves how much a volunteer has, up to twice what the policy wants', () => {
    const plain = advised(null).depth();
    expect(plain).toBe(3);
    expect(advised(5).depth()).toBe(5);
    expect(advised(1000).depth()).toBe(2 * plain);
  });

  it('leaves everybody one at least, whatever it says', () => {
    for (const share of [0, -7, 0.2]) {
      const { f, depth } = advised(share);
      while (depth() > 1) f.finish(f.queue('a')[0] ?? '');
      f.finish(f.queue('a')[0] ?? '');
      expect(depth()).toBe(1);
    }
  });

  it('that is no number is none', () => {
    const plain = advised(null).depth();
    expect(advised(Number.NaN).depth()).toBe(plain);
    expect(advised(Number.POSITIVE_INFINITY).depth()).toBe(plain);
  });

  it('never hands out more than a volunteer holds', () => {
    const { f, depth } = advised(1000);
    // So short that the policy alone wants as many as there may be.
    for (let i = 0; i < 40; i++) {
      f.now += 10;
      f.finish(f.queue('a')[0] ?? '', 10);
    }
    f.pass(1000);
    expect(depth()).toBe(12);
  });

  it('does not touch somebody whose speed is not known', () => {
    const f = createFixture({ advice: { share: () => new Map([[vid('a'), { attempts: 16, probability: 1 }]]) } });
    f.now = 5000;
    f.join('a');
    f.add(...tasks(50));
    expect(f.queue('a')).toHaveLength(2);
  });

  it('is asked for once a second, with who is ready and what waits', () => {
    const { f, asked } = advised(3);
    expect(asked.map(({ at }) => at)).toEqual([1000, 2000, 3000]);
    f.now += 500;
    f.finish(f.queue('a')[0] ?? '');
    expect(asked).toHaveLength(3);
    f.told('a', { paused: true });
    f.pass(1000);
    expect(asked.at(-1)?.volunteers).toEqual([]);
    expect(asked.at(-1)?.pending).toBe(200 - 4 - f.queue('a').length);
  });
});
