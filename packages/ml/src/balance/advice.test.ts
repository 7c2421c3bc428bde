import { VolunteerId } from '@tabgrid/protocol/ids';
import { createRandom } from '@tabgrid/scheduler/random';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CONTEXT, hostileViews, volunteerView } from '../view-kit.js';
import { ACTIONS, allowedActions, nearestAction } from './actions.js';
import { createBalanceAdvice } from './advice.js';
import { createChoose, explorationAfter } from './choice.js';
import { BALANCE_FEATURES, balanceFeatures, placeOf } from './features.js';
import { NO_BALANCE } from './part.js';

/** Prefers one action everywhere. */
function preferring(action: number) {
  const weights = NO_BALANCE.weights.slice();
  for (let at = 1 + action; at < weights.length; at += 1 + ACTIONS.length) weights[at] = 1;
  return { ...NO_BALANCE, weights };
}

const anyFeatures = fc.tuple(
  fc.array(fc.double({ noDefaultInfinity: true }), {
    minLength: BALANCE_FEATURES.length,
    maxLength: BALANCE_FEATURES.length,
  }),
  fc.integer({ min: 1, max: 16 }),
);

describe('choices', () => {
  it('have probabilities that sum to 1, on actions that the scheduler follows', () => {
    const chooses = [NO_BALANCE, preferring(0), preferring(5), preferring(8)].map(createChoose);
    const deciding = fc.constantFrom('learned' as const, 'baseline' as const);
    fc.assert(
      fc.property(
        anyFeatures,
        fc.double({ min: 0, max: 1, noNaN: true }),
        deciding,
        ([features, usual], exploration, who) => {
          features[placeOf('usual')] = usual;
          for (const choose of chooses) {
            const { probabilities, chosen } = choose(features, exploration, who);
            expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
            expect(probabilities.every((p) => p >= 0)).toBe(true);
            expect(probabilities.slice(allowedActions(usual)).every((p) => p === 0)).toBe(true);
            expect(probabilities[chosen]).toBeGreaterThanOrEqual(1 - exploration);
          }
        },
      ),
    );
  });

  it('are what was learned, or the policy’s depth in its shadow, each visible while the other decides', () => {
    const choose = createChoose(preferring(3));
    const features = balanceFeatures(volunteerView({ usual: 2 }), 10, CONTEXT);
    expect(ACTIONS[choose(features, 0, 'learned').chosen]).toBe(4);
    expect(ACTIONS[choose(features, 0, 'baseline').chosen]).toBe(2);
    for (const who of ['learned', 'baseline'] as const) {
      const { probabilities } = choose(features, 0.1, who);
      expect(probabilities[nearestAction(4)]).toBeGreaterThanOrEqual(0.05);
      expect(probabilities[nearestAction(2)]).toBeGreaterThanOrEqual(0.05);
    }
  });

  it('explore less and less, and never not at all', () => {
    expect(explorationAfter(0)).toBe(0.1);
    expect(explorationAfter(20_000)).toBeCloseTo(0.05);
    expect(explorationAfter(1e9)).toBe(0.02);
  });
});

describe('advice', () => {
  const many = Array.from({ length: 4000 }, (_, i) => volunteerView({ id: v.parse(VolunteerId, `v${i}`), usual: 4 }));

  it('untrained is the policy’s own depth', () => {
    const shares = createBalanceAdvice(NO_BALANCE, CONTEXT, 0).share(many, 10, createRandom(1));
    expect([...shares.values()].every(({ attempts, probability }) => attempts === 4 && probability === 1)).toBe(true);
    expect(shares.size).toBe(many.length);
  });

  it('draws with the probabilities that it reports', () => {
    const advice = createBalanceAdvice(preferring(1), CONTEXT, 0.4);
    const counts = new Map<number, { n: number; probability: number }>();
    for (const { attempts, probability } of advice.share(many, 10, createRandom(5)).values()) {
      counts.set(attempts, { n: (counts.get(attempts)?.n ?? 0) + 1, probability });
    }
    let sum = 0;
    for (const { n, probability } of counts.values()) {
      sum += probability;
      // Four standard errors.
      expect(Math.abs(n / many.length - probability)).toBeLessThan(4 * Math.sqrt(probability / many.length));
    }
    expect(counts.size).toBeGreaterThan(2);
    expect(sum).toBeCloseTo(1, 9);
  });

  it('is the same for the same source', () => {
    const advice = createBalanceAdvice(preferring(2), CONTEXT, 0.5);
    expect(advice.share(many, 10, createRandom(7))).toEqual(advice.share(many, 10, createRandom(7)));
    expect(advice.share(many, 10, createRandom(7))).not.toEqual(advice.share(many, 10, createRandom(8)));
  });

  it('says nothing of somebody whose speed is not known, nor without exploration in the shadow', () => {
    const cold = volunteerView({ speeds: new Map([['k@1', { units: 1, ms: 1, samples: 1, error: 0.5 }]]) });
    expect(createBalanceAdvice(preferring(2), CONTEXT, 0.5).share([cold], 1, createRandom(1)).size).toBe(0);
    expect(createBalanceAdvice(preferring(2), CONTEXT, 0, 'baseline').share(many, 1, createRandom(1)).size).toBe(0);
  });

  it('never takes its own advice for what the policy does', () => {
    const advised = volunteerView({ share: { attempts: 4, probability: 0.05 } });
    const shares = (view: typeof advised) =>
      createBalanceAdvice(preferring(2), CONTEXT, 0.1).share([view], 1, createRandom(1)).size;
    expect(shares(advised)).toBe(0);
    expect(shares({ ...advised, share: { attempts: 4, probability: 1 } })).toBe(1);
    expect(shares({ ...advised, usual: 2 })).toBe(1);
  });

  it('is a number of attempts whatever a page tells', () => {
    const advice = createBalanceAdvice(preferring(7), CONTEXT, 0.5);
    const views = hostileViews().map((view, i) => ({
      ...view,
      usual: view.inFlight,
      id: v.parse(VolunteerId, `h${i}`),
      speeds: new Map([['k@1', { units: Number.NaN, ms: Number.NaN, samples: 1e300, error: -1 }]]),
    }));
    const shares = advice.share(views, Number.NaN, createRandom(3));
    expect(shares.size).toBe(views.length);
    for (const { attempts, probability } of shares.values()) {
      expect(attempts >= 1 && attempts <= 16 && probability > 0 && probability <= 1).toBe(true);
    }
  });
});

it('a policy’s depth between two actions stays as it is', () => {
  const view = volunteerView({ usual: 7 });
  const shares = createBalanceAdvice(NO_BALANCE, CONTEXT, 0).share([view], 1, createRandom(1));
  expect(shares.get(view.id)?.attempts).toBe(7);
});
