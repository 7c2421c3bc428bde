import * as v from 'valibot';
import { ACTIONS } from './actions.js';
import { CELLS } from './basis.js';
import { type QShape, qWeightCount } from './q.js';

const finiteArray = (length: number) =>
  v.pipe(
    v.instance(Float32Array),
    v.check((a) => a.length === length, 'another number of weights'),
    v.check((a) => a.every(Number.isFinite), 'weights that are no numbers'),
  );

const Finite = v.pipe(v.number(), v.finite());
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Of the action values. */
export const Q_SHAPE: QShape = { cells: CELLS, actions: ACTIONS.length };

/** What the balance model knows. Arrays are never written to again. */
export const BalancePartSchema = v.strictObject({
  /** Decisions that it has seen. */
  samples: Count,
  /** See `q.ts`. */
  weights: finiteArray(qWeightCount(Q_SHAPE)),
  /** What a state is worth while things go on as they did: one a cell. */
  values: finiteArray(CELLS),
  /** Whether what it learned was found better than the policy's own depths. */
  better: v.boolean(),
  /** Mean reward a volunteer and period lately (EWMA); null before the first. */
  raw: v.nullable(Finite),
  shaped: v.nullable(Finite),
});
export type BalancePart = v.InferOutput<typeof BalancePartSchema>;

/** Knows nothing: every action is worth 0, and the policy's own depth wins ties. */
export const NO_BALANCE: BalancePart = {
  samples: 0,
  weights: new Float32Array(qWeightCount(Q_SHAPE)),
  values: new Float32Array(CELLS),
  better: false,
  raw: null,
  shaped: null,
};
