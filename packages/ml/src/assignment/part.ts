import * as v from 'valibot';
import { BONDS } from './bonds.js';

/** What the assignment model knows. */
export interface AssignmentPart {
  /** Pairs, one of which left, that it was learned from. */
  readonly samples: number;
  /** How much likelier than for a pair without any bond the other leaves too: one entry for every set of bonds. */
  readonly lifts: readonly number[];
  /** What they were made from, for every set of bonds: pairs seen, and those that left together; older ones count less. */
  readonly pairs: readonly number[];
  readonly left: readonly number[];
}

/** Every set of bonds. */
export const SETS = 2 ** BONDS.length;

/** Who shares a network or an owner goes together, the plain rule says: so much likelier than by chance. */
export const PLAIN_LIFT = 8;

/** The plain rule's lift of a set of bonds. */
export function plainLift(bonds: number): number {
  return (bonds & 0b11) === 0 ? 1 : PLAIN_LIFT;
}

/** No lift is believed to be further from 1. */
export const MOST_LIFT = 50;

const everySet = (value: (set: number) => number): number[] => Array.from({ length: SETS }, (_, set) => value(set));

/** Of a model that has seen nothing: the plain rule. */
export const NO_ASSIGNMENT: AssignmentPart = {
  samples: 0,
  lifts: everySet(plainLift),
  pairs: everySet(() => 0),
  left: everySet(() => 0),
};

const Numbers = (least: number, most: number) =>
  v.pipe(v.array(v.pipe(v.number(), v.minValue(least), v.maxValue(most))), v.length(SETS));

export const AssignmentPartSchema = v.strictObject({
  samples: v.pipe(v.number(), v.integer(), v.minValue(0)),
  lifts: Numbers(1 / MOST_LIFT, MOST_LIFT),
  pairs: Numbers(0, 1e9),
  left: Numbers(0, 1e9),
});
