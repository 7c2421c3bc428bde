import type { Model, ModelDeps } from '../model.js';
import type { BalanceObservation, Observation } from '../observation.js';
import { nearestAction } from './actions.js';
import { ACTIVE_CELLS, activeCells, CELLS } from './basis.js';
import { boundsOf, createChoose } from './choice.js';
import { BALANCE_FEATURES } from './features.js';
import { createJudge, type Judged } from './judge.js';
import { type BalancePart, NO_BALANCE, Q_SHAPE } from './part.js';
import { createQ, type QSettings, type Transition } from './q.js';
import { DISCOUNT, LEAST_SHAPED, MOST_SHAPED } from './rewards.js';

/**
 * Learns from the shaped reward, off-policy, whoever chose. In shadow until it is better:
 *
 * 1. `better` becomes true when the lower bound of its advantage over the policy's own depths is above 0 (see `judge.ts`), and false
 *    again when the estimate itself falls below 0. Each decision is judged by what had been learned before it.
 * 2. Two values are learned: Q, what the best could be, and V, what states are worth as things go. Only Q decides.
 */
export function createBalanceModel({ random }: ModelDeps): Model<BalancePart> {
  let current = NO_BALANCE;
  let choose = createChoose(current);
  let judge = createJudge();
  const kept: Kept[] = [];
  let oldest = 0;
  let { samples, better, raw, shaped } = current;
  let weights = current.weights.slice();
  let values = current.values.slice();
  let q = createQ(Q_SHAPE, weights);
  const averaged = new Float32Array(weights.length);
  let averagedOver = 0;

  const learn = (t: Kept): void => {
    q.learn(t, SETTINGS);
    learnValue(values, t);
  };

  const worthOf = (cells: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < cells.length; i++) sum += current.values[cells[i] ?? 0] ?? 0;
    return sum;
  };

  return {
    name: 'balance',
    observe(observation) {
      const choices = honestChoices(observation);
      if (choices.length === 0) return;
      const period: Judged[] = [];
      for (const choice of choices) {
        const t = keptOf(choice);
        if (kept.length < MOST_KEPT) kept.push(t);
        else kept[oldest] = t;
        oldest = (oldest + 1) % MOST_KEPT;
        samples++;
        raw = smooth(raw, choice.raw);
        shaped = smooth(shaped, choice.shaped);
        const { greedy, usual } = choose(choice.features, 0, 'learned');
        period.push({
          learned: greedy === t.action ? 1 / choice.probability : 0,
          usual: usual === t.action ? 1 / choice.probability : 0,
          surprise: t.reward + DISCOUNT * worthOf(t.next) - worthOf(t.cells),
        });
      }
      judge.add(period);
      const { learned, usual, low } = judge.judgement();
      if (low !== null && low > 0) better = true;
      else if (better && learned !== null && usual !== null && learned < usual) better = false;
    },
    async train(_, steps) {
      for (let step = 0; step < steps && kept.length > 0; step++) {
        for (let i = 0; i < A_STEP; i++) {
          const t = kept[Math.floor(random() * kept.length)];
          if (t) learn(t);
        }
        averagedOver = Math.min(AVERAGED, averagedOver + 1);
        for (let i = 0; i < weights.length; i++) {
          averaged[i] = (averaged[i] ?? 0) + ((weights[i] ?? 0) - (averaged[i] ?? 0)) / averagedOver;
        }
      }
      current = { samples, weights: averaged.slice(), values: values.slice(), better, raw, shaped };
      choose = createChoose(current);
    },
    part: () => current,
    restore(part) {
      current = part;
      choose = createChoose(part);
      ({ samples, better, raw, shaped } = part);
      weights = part.weights.slice();
      values = part.values.slice();
      q = createQ(Q_SHAPE, weights);
      averaged.set(part.weights);
      averagedOver = part.samples > 0 ? AVERAGED : 0;
      judge = createJudge();
      kept.length = 0;
      oldest = 0;
    },
    score() {
      const { samples: judged, learned, usual, low } = judge.judgement();
      // A loss: what the estimate is worth or, while it has not proved itself, what it is worth at least.
      const atLeast = usual === null || low === null ? null : usual + low;
      const worth = better ? learned : atLeast;
      return {
        samples: judged,
        learned: worth === null ? null : -worth,
        baseline: usual === null ? null : -usual,
        measure: 'shaped reward lost a decision, off-policy',
      };
    },
    close() {
      kept.length = 0;
      oldest = 0;
    },
  };
}

const SETTINGS: QSettings = {
  learningRate: 0.1,
  discount: DISCOUNT,
  least: LEAST_SHAPED / (1 - DISCOUNT),
  most: MOST_SHAPED / (1 - DISCOUNT),
};

/** Decisions that are replayed. */
const MOST_KEPT = 20_000;
/** Updates a step: as many as a batch of the other models has rows. */
const A_STEP = 64;
/** Steps over which the weights are averaged, so that a constant learning rate settles (Polyak and Juditsky 1992). */
const AVERAGED = 500;
/** Of the newest, in the mean rewards. */
const SMOOTHING = 0.01;
const MOST_CHOICES = 4096;
const MOST_REWARD = 1e4;

type Choice = BalanceObservation['choices'][number];
type Kept = Transition & { readonly next: ArrayLike<number> };

/**
 * Who leaves is followed by others of its kind: no depth made it leave, and what was lost with it is in the reward. An end that is
 * worth nothing would only drown what the depths differ by.
 */
function keptOf({ features, action, next, shaped }: Choice): Kept {
  const after = next ?? features;
  return {
    cells: activeCells(features, new Uint16Array(ACTIVE_CELLS)),
    action: nearestAction(action),
    reward: shaped,
    next: activeCells(after, new Uint16Array(ACTIVE_CELLS)),
    nextAllowed: boundsOf(after).allowed,
  };
}

/** TD(0) (Sutton 1988): what came after, whoever chose it. */
function learnValue(values: Float32Array, { cells, reward, next }: Kept): void {
  const sum = (at: ArrayLike<number>): number => {
    let total = 0;
    for (let i = 0; i < at.length; i++) total += values[at[i] ?? 0] ?? 0;
    return total;
  };
  const target = reward + DISCOUNT * sum(next);
  const step = (SETTINGS.learningRate * (target - sum(cells))) / cells.length;
  for (let i = 0; i < cells.length; i++) {
    const at = cells[i] ?? 0;
    if (at < CELLS) values[at] = (values[at] ?? 0) + step;
  }
}

/** Those that an honest machine could have made. */
function honestChoices(observation: Observation): readonly Choice[] {
  if (observation.type !== 'balance' || observation.choices.length > MOST_CHOICES) return [];
  return observation.choices.filter(({ features, action, probability, next, raw, shaped }) => {
    const reward = (r: number) => Math.abs(r) <= MOST_REWARD;
    const chosen = action >= 1 && action <= 16 && probability > 0 && probability <= 1;
    return isState(features) && (next === null || isState(next)) && chosen && reward(raw) && reward(shaped);
  });
}

function isState(features: readonly number[]): boolean {
  return features.length === BALANCE_FEATURES.length && features.every(Number.isFinite);
}

function smooth(before: number | null, value: number): number {
  return before === null ? value : before + SMOOTHING * (value - before);
}
