import { ACTIONS, allowedActions, nearestAction } from './actions.js';
import { ACTIVE_CELLS, activeCells } from './basis.js';
import { placeOf } from './features.js';
import { type BalancePart, Q_SHAPE } from './part.js';
import { bestAction, createQ } from './q.js';

/** Exploration to start with, and what it decays to. */
const EXPLORATION = 0.1;
const LEAST_EXPLORATION = 0.02;
/** Decisions after which it is half of what it was. */
const HALF_LIFE = 20_000;

/** The share of decisions that try something else, after so many. It never ends: grids change. */
export function explorationAfter(samples: number): number {
  return Math.max(LEAST_EXPLORATION, EXPLORATION * 0.5 ** (samples / HALF_LIFE));
}

/** Who decides beside exploration: what was learned, or (in its shadow) the policy's own depth. */
export type Deciding = 'learned' | 'baseline';

export interface Options {
  /** Index of what would be done without exploration. */
  readonly chosen: number;
  /** Index of what was learned to be best, and of what the policy itself does. */
  readonly greedy: number;
  readonly usual: number;
  /** With which probability each action is taken: sums to 1. */
  readonly probabilities: readonly number[];
}

/** What may be done in a state, and how likely each of it is: a pure function of what was learned. */
export type Choose = (features: ArrayLike<number>, exploration: number, deciding: Deciding) => Options;

const USUAL = placeOf('usual');

/**
 * Half of the exploration goes to the other of what was learned and what the policy does, so that both can be judged whoever decides;
 * the other half to the neighbours of what decides, never further.
 */
export function createChoose(part: Pick<BalancePart, 'weights'>): Choose {
  const q = createQ(Q_SHAPE, part.weights);
  const cells = new Uint16Array(ACTIVE_CELLS);
  const values = new Float64Array(ACTIONS.length);
  return (features, exploration, deciding) => {
    const { usual, allowed } = boundsOf(features);
    const greedy = bestAction(q.values(activeCells(features, cells), values), allowed, usual);
    const [chosen, other] = deciding === 'learned' ? [greedy, usual] : [usual, greedy];
    const probabilities = new Array<number>(ACTIONS.length).fill(0);
    const add = (action: number, p: number) => {
      probabilities[action] = (probabilities[action] ?? 0) + p;
    };
    add(chosen, 1 - exploration);
    add(other, exploration / 2);
    const low = Math.max(0, chosen - 1);
    const high = Math.min(allowed - 1, chosen + 1);
    for (let a = low; a <= high; a++) add(a, exploration / 2 / (high - low + 1));
    return { chosen, greedy, usual, probabilities };
  };
}

/** What the scheduler would follow there. */
export function boundsOf(features: ArrayLike<number>): { readonly usual: number; readonly allowed: number } {
  const attempts = features[USUAL] ?? 1;
  const allowed = allowedActions(attempts);
  return { allowed, usual: Math.min(allowed - 1, nearestAction(attempts)) };
}

/** The number of attempts behind an action; the policy's own depth as it is, even where it lies between two actions. */
export function attemptsOf(action: number, features: ArrayLike<number>): number {
  if (action === boundsOf(features).usual) return features[USUAL] ?? 1;
  return ACTIONS[action] ?? 1;
}
