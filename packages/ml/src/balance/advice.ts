import type { VolunteerId } from '@tabgrid/protocol/ids';
import type { Advice, Share } from '@tabgrid/scheduler/oracle';
import type { FeatureContext } from '../context.js';
import { attemptsOf, createChoose, type Deciding } from './choice.js';
import { balanceFeatures } from './features.js';
import type { BalancePart } from './part.js';

/** Results after which the scheduler follows advice about a volunteer: until then nothing is chosen. */
const WARM_SAMPLES = 2;

/**
 * How many attempts each volunteer should have, as far as was learned, with the true probability of each choice. Whoever has shown no
 * speed yet is left to the policy.
 * @param exploration share of the choices that try something else; 0 for none
 * @param deciding `baseline`: in its shadow everybody has what the policy wants, but for exploration
 */
export function createBalanceAdvice(
  part: BalancePart,
  c: FeatureContext,
  exploration: number,
  deciding: Deciding = 'learned',
): Advice {
  const choose = createChoose(part);
  return {
    share(volunteers, pending, u) {
      const shares = new Map<VolunteerId, Share>();
      if (deciding === 'baseline' && exploration === 0) return shares;
      for (const v of volunteers) {
        if (![...v.speeds.values()].some(({ samples }) => samples >= WARM_SAMPLES)) continue;
        // What the policy itself would do cannot be seen behind advice that holds: for this once nobody advises.
        if (v.usual === undefined && v.share.probability < 1) continue;
        const features = balanceFeatures(v, pending, c);
        const { chosen, probabilities } = choose(features, exploration, deciding);
        const action = drawn(probabilities, u.next()) ?? chosen;
        shares.set(v.id, { attempts: attemptsOf(action, features), probability: probabilities[action] ?? 1 });
      }
      return shares;
    },
  };
}

/** @param u uniform in [0, 1); null where rounding leaves a rest of it */
function drawn(probabilities: readonly number[], u: number): number | null {
  let rest = u;
  for (const [action, p] of probabilities.entries()) {
    if (rest < p) return action;
    rest -= p;
  }
  return null;
}
