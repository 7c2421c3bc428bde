import { halved, PLACE, PLACE_WORDS, type Places, type WorldHeader } from '@tabgrid/webgpu-kernels/physics/state';
import { FIXED, FIXED_WORDS } from '@tabgrid/webgpu-kernels/physics/world';

/**
 * What is conserved. Momentum is, to the last bit: what bodies gain is gravity's pull and what their surroundings gave, for impulses
 * within a pair are each other's negative. Energy is not added to: contacts only take it away, but for what rounding does.
 */
export type Momentum = readonly [number, number, number];

/** Units of momentum; exact, for a million bodies' words fit 52 bits. @param places of any of the world's bodies */
export function momentumOf({ places }: Pick<Places, 'places'>): Momentum {
  const sum: [number, number, number] = [0, 0, 0];
  for (let at = PLACE.momentum; at < places.length; at += PLACE_WORDS) {
    for (let axis = 0; axis < 3; axis++) sum[axis] = (sum[axis] ?? 0) + (places[at + axis] ?? 0);
  }
  return sum;
}

/** What gravity gives all bodies in a substep of so many halvings of the usual one. */
export function pullOf({ fixed, bodies }: WorldHeader, halvings: number): Momentum {
  const sum: [number, number, number] = [0, 0, 0];
  for (let body = 0; body < bodies; body++) {
    const at = FIXED_WORDS * body + FIXED.pull;
    for (let axis = 0; axis < 3; axis++) sum[axis] = (sum[axis] ?? 0) + halved(fixed[at + axis] ?? 0, halvings);
  }
  return sum;
}

/** What bodies got from outside in a window: gravity's pull a substep, and of each region what the surroundings gave. */
export interface Given {
  readonly pull: Momentum;
  readonly substeps: number;
  readonly around: readonly Momentum[];
}

/** Units of momentum that appeared from nowhere: 0 in each axis. */
export function momentumDrift(before: Momentum, after: Momentum, given: Given): Momentum {
  const along = (axis: 0 | 1 | 2) =>
    after[axis] -
    before[axis] -
    given.substeps * given.pull[axis] -
    given.around.reduce((sum, one) => sum + one[axis], 0);
  return [along(0), along(1), along(2)];
}
