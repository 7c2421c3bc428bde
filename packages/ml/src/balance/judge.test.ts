import { createRandom } from '@tabgrid/scheduler/random';
import { describe, expect, it } from 'vitest';
import { createJudge, type Judged } from './judge.js';

/**
 * Decisions between two actions by somebody who takes the second with probability 0.2. The learned policy takes the second, the usual
 * one the first; the second is better by `gain`.
 */
function decisions(gain: number, seed: number, periods: number) {
  const random = createRandom(seed);
  const judge = createJudge();
  for (let i = 0; i < periods; i++) {
    // Whatever falls upon a whole period says nothing about either.
    const weather = 3 * (random.next() - 0.5);
    const period: Judged[] = Array.from({ length: 5 }, () => {
      const second = random.next() < 0.2;
      const surprise = weather + 4 * (random.next() - 0.5) + (second ? gain : 0);
      return { learned: second ? 1 / 0.2 : 0, usual: second ? 0 : 1 / 0.8, surprise };
    });
    judge.add(period);
  }
  return judge.judgement();
}

describe('off-policy judgement', () => {
  it('finds how much better one policy is than another, from what neither decided', () => {
    const { learned, usual, low, high, samples } = decisions(0.5, 1, 1200);
    expect(samples).toBe(6000);
    expect((learned ?? 0) - (usual ?? 0)).toBeCloseTo(0.5, 0);
    expect(low ?? Number.NaN).toBeGreaterThan(0);
    expect(high ?? Number.NaN).toBeGreaterThan(0.5);
  });

  it('has bounds that hold about as often as they say', () => {
    let held = 0;
    const runs = 300;
    for (let seed = 1; seed <= runs; seed++) {
      const { low, high } = decisions(0.3, seed, 400);
      if (low !== null && high !== null && low <= 0.3 && high >= 0.3) held++;
    }
    // 98 % between both bounds; three standard errors.
    expect(held / runs).toBeGreaterThan(0.955);
    expect(held / runs).toBeLessThan(1);
  });

  it('sees what is worse as worse', () => {
    expect(decisions(-0.5, 2, 1200).high ?? Number.NaN).toBeLessThan(0);
  });

  it('says nothing before it has seen enough', () => {
    const { low, high } = decisions(5, 1, 20);
    expect([low, high]).toEqual([null, null]);
    expect(createJudge().judgement()).toEqual({ samples: 0, learned: null, usual: null, low: null, high: null });
  });

  it('says nothing about a policy that nobody ever came near', () => {
    const judge = createJudge();
    for (let i = 0; i < 600; i++) judge.add([{ learned: 0, usual: 1, surprise: 1 }]);
    expect(judge.judgement().low).toBeNull();
    expect(judge.judgement().learned).toBeNull();
  });

  it('calls two policies that do the same the same, exactly', () => {
    const judge = createJudge();
    const random = createRandom(1);
    for (let i = 0; i < 600; i++) judge.add([{ learned: 1.1, usual: 1.1, surprise: random.next() }]);
    expect(judge.judgement().low).toBe(0);
  });

  it('forgets what was long ago', () => {
    const judge = createJudge();
    for (let i = 0; i < 1200; i++) judge.add([{ learned: 1, usual: 1, surprise: 100 }]);
    for (let i = 0; i < 1200; i++) judge.add([{ learned: 1, usual: 1, surprise: 0 }]);
    expect(judge.judgement().learned).toBe(0);
    expect(judge.judgement().samples).toBe(1200);
  });
});
