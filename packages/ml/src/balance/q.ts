/**
 * Q-learning (Watkins 1989) with a linear function: Q(s, a) = Σ over the active cells of s of (common + own of a). What all
 * actions share is learned from each of them, so that one that was never tried is worth what the state is, neither more nor less.
 */

export interface QShape {
  readonly cells: number;
  readonly actions: number;
}

/** Weights: cell × (1 + actions), row-major; the first of a row is common to all actions. */
export function qWeightCount({ cells, actions }: QShape): number {
  return cells * (1 + actions);
}

/** One thing that was done, and what came of it. */
export interface Transition {
  /** Active cells; as many each time. */
  readonly cells: ArrayLike<number>;
  /** Index. */
  readonly action: number;
  readonly reward: number;
  /** null: that was the end. */
  readonly next: ArrayLike<number> | null;
  /** How many actions, from the first, may be chosen there. */
  readonly nextAllowed: number;
}

export interface QSettings {
  /** Share of the error that one update takes back. */
  readonly learningRate: number;
  readonly discount: number;
  /** What no return can be beyond: a linear function with a maximum in its target may run away otherwise. */
  readonly least: number;
  readonly most: number;
}

export interface QFunction {
  /** Writes every action's value into `out` and answers with it. */
  values(cells: ArrayLike<number>, out: Float64Array): Float64Array;
  /** Off-policy: whoever chose the action. @returns the error before */
  learn(t: Transition, settings: QSettings): number;
}

/** @param weights are written to by `learn` */
export function createQ({ actions }: QShape, weights: Float32Array): QFunction {
  const row = 1 + actions;
  const scratch = new Float64Array(actions);

  const worthOf = (cells: ArrayLike<number>, action: number): number => {
    let sum = 0;
    for (let i = 0; i < cells.length; i++) {
      const at = (cells[i] ?? 0) * row;
      sum += (weights[at] ?? 0) + (weights[at + 1 + action] ?? 0);
    }
    return sum;
  };

  const values = (cells: ArrayLike<number>, out: Float64Array): Float64Array => {
    for (let a = 0; a < actions; a++) out[a] = worthOf(cells, a);
    return out;
  };

  return {
    values,
    learn({ cells, action, reward, next, nextAllowed }, { learningRate, discount, least, most }) {
      let after = 0;
      if (next) {
        after = Number.NEGATIVE_INFINITY;
        values(next, scratch);
        for (let a = 0; a < Math.min(actions, nextAllowed); a++) after = Math.max(after, scratch[a] ?? 0);
      }
      const target = Math.min(most, Math.max(least, reward + discount * after));
      const error = target - worthOf(cells, action);
      // Two weights a cell share it.
      const step = (learningRate * error) / (2 * cells.length);
      for (let i = 0; i < cells.length; i++) {
        const at = (cells[i] ?? 0) * row;
        weights[at] = (weights[at] ?? 0) + step;
        weights[at + 1 + action] = (weights[at + 1 + action] ?? 0) + step;
      }
      return error;
    },
  };
}

/** The best of the first `allowed`; `usual` when none is better than it. */
export function bestAction(values: ArrayLike<number>, allowed: number, usual: number): number {
  let best = usual;
  for (let a = 0; a < allowed; a++) if ((values[a] ?? 0) > (values[best] ?? 0)) best = a;
  return best;
}
