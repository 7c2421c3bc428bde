import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { volunteerView } from '../view-kit.js';
import {
  type BalancePeriod,
  DISCOUNT,
  LEAST_SHAPED,
  loadVariance,
  MOST_SHAPED,
  rawReward,
  shapedReward,
} from './rewards.js';

const QUIET: BalancePeriod = {
  successes: 0,
  failures: 0,
  latencyMs: null,
  baselineMs: null,
  varianceBefore: 0,
  variance: 0,
};

describe('the raw reward', () => {
  it('has the given parts', () => {
    expect(rawReward({ ...QUIET, successes: 2, failures: 1, latencyMs: 40, variance: 0.2 })).toBeCloseTo(
      10 * 2 - 5 - 0.1 * 40 + 5 * 0.8,
    );
  });

  it('calls a success at 150 ms a failure, and at 200 ms worse', () => {
    const success = (latencyMs: number) => rawReward({ ...QUIET, successes: 1, latencyMs });
    const failure = rawReward({ ...QUIET, failures: 1 });
    expect(success(150)).toBeCloseTo(failure);
    expect(success(200)).toBeLessThan(failure);
  });
});

describe('the shaped reward', () => {
  it('does not charge for a link that is far away, only for one that gets slower', () => {
    const far = shapedReward({ ...QUIET, successes: 1, latencyMs: 300, baselineMs: 300 });
    const slower = shapedReward({ ...QUIET, successes: 1, latencyMs: 340, baselineMs: 300 });
    expect(slower).toBeCloseTo(far - 4);
    expect(shapedReward({ ...QUIET, successes: 1, latencyMs: 200, baselineMs: 300 })).toBeCloseTo(far);
  });

  it('always prefers a success to a failure, however late it is', () => {
    const latency = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(latency, latency, latency, (successMs, failureMs, baselineMs) => {
        const success = shapedReward({ ...QUIET, successes: 1, latencyMs: successMs, baselineMs });
        const failure = shapedReward({ ...QUIET, failures: 1, latencyMs: failureMs, baselineMs });
        return success > failure;
      }),
    );
  });

  it('pays for fairness what telescopes: the sum over any way depends on its ends alone', () => {
    const way = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(way, (variances) => {
        let sum = 0;
        for (let i = 1; i < variances.length; i++) {
          const [varianceBefore = 0, variance = 0] = variances.slice(i - 1, i + 1);
          sum += DISCOUNT ** (i - 1) * shapedReward({ ...QUIET, varianceBefore, variance });
        }
        const potential = (x = 0) => 5 * (1 - x);
        const ends = DISCOUNT ** (variances.length - 1) * potential(variances.at(-1)) - potential(variances[0]);
        expect(sum).toBeCloseTo(ends, 9);
      }),
    );
  });
});

it('whatever is told, rewards are finite and bounded', () => {
  const any = fc.double();
  const some = fc.option(any);
  fc.assert(
    fc.property(
      any,
      any,
      some,
      some,
      any,
      any,
      (successes, failures, latencyMs, baselineMs, varianceBefore, variance) => {
        const period = { successes, failures, latencyMs, baselineMs, varianceBefore, variance };
        expect(shapedReward(period)).toBeGreaterThanOrEqual(LEAST_SHAPED);
        expect(shapedReward(period)).toBeLessThanOrEqual(MOST_SHAPED);
        expect(Math.abs(rawReward(period))).toBeLessThan(1500);
      },
    ),
  );
});

describe('load variance', () => {
  const loaded = (inFlight: number, attempts: number) =>
    volunteerView({ inFlight, share: { attempts, probability: 1 } });

  it('is 0 for equal loads, whatever the volunteers hold', () => {
    expect(loadVariance([])).toBe(0);
    expect(loadVariance([loaded(2, 4), loaded(1, 2), loaded(6, 12)])).toBeCloseTo(0);
  });

  it('is the variance of the shares', () => {
    expect(loadVariance([loaded(0, 4), loaded(4, 4)])).toBeCloseTo(0.25);
    expect(loadVariance([loaded(9, 4), loaded(4, 4)])).toBe(0);
  });

  it('is bounded for views that lie', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.double())), (pairs) => {
        const variance = loadVariance(pairs.map(([a, b]) => loaded(a, b)));
        return variance >= 0 && variance <= 0.25 + 1e-9;
      }),
    );
  });
});
