import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aView, createFixture, taskSpec, tasks, vid } from './fixture.js';
import { guarded, soundShares } from './guard.js';
import { createHostileOracle } from './hostile-oracle.js';
import { createPlainOracle, type Oracle, type Share, taskView } from './oracle.js';
import { createRandom } from './random.js';

const plain = createPlainOracle(() => 500);
const task = taskView(taskSpec('t'));
const view = aView();
const saying = (change: Partial<Oracle>): Oracle => guarded({ ...plain, ...change }, plain);

const times = { p025: 10, median: 20, p975: 30 };
const noTimes = {
  'no number': { ...times, median: Number.NaN },
  'an endless upper bound': { ...times, p975: Number.POSITIVE_INFINITY },
  'a negative time': { ...times, p025: -1 },
  'quantiles that cross below': { ...times, p025: 21 },
  'quantiles that cross above': { ...times, p975: 19 },
};

describe('an answer', () => {
  it('that can be is passed on', () => {
    const oracle = saying({
      duration: () => times,
      failure: () => 0.25,
      roundTrip: () => ({ median: 1, p95: 2 }),
      together: () => 3,
    });
    expect(oracle.duration(view, task)).toEqual(times);
    expect(oracle.failure(view, 1)).toBe(0.25);
    expect(oracle.roundTrip(view)).toEqual({ median: 1, p95: 2 });
    expect(oracle.together?.(view, view)).toBe(3);
  });

  for (const [what, answer] of Object.entries(noTimes)) {
    it(`with ${what} is none`, () => {
      expect(saying({ duration: () => answer }).duration(view, task)).toEqual(plain.duration(view, task));
      const { median, p975: p95 } = answer;
      const trip = saying({ roundTrip: () => ({ median, p95 }) }).roundTrip(view);
      const sound = median <= p95 && Number.isFinite(p95);
      expect(trip).toEqual(sound ? { median, p95 } : plain.roundTrip(view));
    });
  }

  it('beyond a chance is none', () => {
    for (const p of [Number.NaN, -0.01, 1.01, Number.POSITIVE_INFINITY]) {
      expect(saying({ failure: () => p }).failure(view, 60_000)).toBe(plain.failure(view, 60_000));
    }
    for (const p of [0, 1]) expect(saying({ failure: () => p }).failure(view, 60_000)).toBe(p);
  });

  it('that is an exception is none', () => {
    const broken = () => {
      throw new Error('it broke');
    };
    const oracle = saying({ duration: broken, failure: broken, together: broken });
    expect(oracle.duration(view, task)).toEqual(plain.duration(view, task));
    expect(oracle.failure(view, 5)).toBe(plain.failure(view, 5));
    expect(oracle.together?.(view, view)).toBe(1);
  });

  it('about two together is absent where the oracle does not know', () => {
    expect(saying({}).together).toBeUndefined();
    expect(saying({ together: () => Number.NaN }).together?.(view, view)).toBe(1);
  });
});

describe('advice', () => {
  const a = vid('a');
  const told = (share: Share) =>
    soundShares({ share: () => new Map([[a, share]]) }, [aView()], 3, createRandom(1)).get(a) ?? null;

  it('counts with a number and a chance', () => {
    expect(told({ attempts: -2, probability: 1 })).toEqual({ attempts: -2, probability: 1 });
    expect(told({ attempts: Number.NaN, probability: 1 })).toBeNull();
    for (const probability of [0, 1.5, Number.NaN]) expect(told({ attempts: 2, probability })).toBeNull();
  });

  it('about somebody who is not there, or that breaks, is none', () => {
    const about = (id: string) => ({ share: () => new Map([[vid(id), { attempts: 2, probability: 1 }]]) });
    expect(soundShares(about('b'), [aView()], 3, createRandom(1)).size).toBe(0);
    expect(soundShares(about('a'), [aView()], 3, createRandom(1)).size).toBe(1);
    const broken = () => {
      throw new Error('it broke');
    };
    expect(soundShares({ share: broken }, [aView()], 3, createRandom(1)).size).toBe(0);
  });
});

describe('a scheduler with a hostile oracle', () => {
  it('finishes its job, and its state holds finite numbers only', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 30, maxLength: 60 }), (waits) => {
        const f = createFixture({ oracle: createHostileOracle() });
        for (const id of ['a', 'b', 'c']) f.join(id, {}, { tags: { network: id } });
        f.add(...tasks(20));
        for (const wait of waits) {
          f.now += wait;
          const [next] = f.scheduler.outstanding();
          if (next) f.finish(next.attempt, wait);
          else f.pass(wait);
        }
        expect(notFinite(f.scheduler.snapshot())).toEqual([]);
        expect(f.scheduler.job(taskSpec('t').job)?.done).toBe(20);
      }),
      { numRuns: 60 },
    );
  });
});

/** Paths of numbers that JSON cannot carry. */
function notFinite(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => notFinite(item, `${path}.${key}`));
}
