import { PLACE, PLACE_WORDS, type WorldHeader } from '@tabgrid/webgpu-kernels/physics/state';
import { FIXED, FIXED_WORDS } from '@tabgrid/webgpu-kernels/physics/world';
import type { Standing } from './standing.js';

/**
 * How far an influence gets. In a substep a body is touched only by those whose bounding spheres come within the contacts' reach of its
 * own, and both may move meanwhile: along an axis, an influence crosses `hop` = 2·r + reach + 2·v at most, r the largest bounding
 * radius and v the largest step. What happens within a window of W substeps inside a region is exact if its ghosts' margin is W
 * hops; one more, and its neighbours' copies of what lies within a hop of the border are exact at the end.
 */
export function hopOf(world: WorldHeader, fastest: number): number {
  return 2 * widestOf(world) + world.reach + 2 * fastest;
}

/** What a task can be told of a hop. */
const MOST_HOP = 2 ** 30;

/** The largest step for which a hop still is one. */
export const fastestOf = (world: WorldHeader): number => Math.max(1, (MOST_HOP - hopOf(world, 0)) >> 1);

export const marginOf = (substeps: number, hop: number): number => (substeps + 1) * hop;

/**
 * What comes near enough to touch within a window is as near as this at its beginning. With a margin below, two regions could miss a
 * contact both, and nobody would know.
 */
export const leastMarginOf = (substeps: number, hop: number, fastest: number): number =>
  hop + 2 * fastest * (substeps - 1);

const widest = new WeakMap<WorldHeader, number>();

/** The largest bounding radius; looked for once a world. */
function widestOf(world: WorldHeader): number {
  const known = widest.get(world);
  if (known !== undefined) return known;
  let most = 0;
  for (let body = 0; body < world.bodies; body++) {
    most = Math.max(most, world.fixed[FIXED_WORDS * body + FIXED.bounds] ?? 0);
  }
  widest.set(world, most);
  return most;
}

/** Nothing falls faster from rest in a frame than this: a step to assume of what stands still, in units of position. */
const AT_LEAST = 512;
/** How much faster than the fastest one something may become within a window. */
const SPARE = 1.5;

/** The largest step a usual substep that is to be expected of the bodies as they stand. */
export function speedAhead({ world, places }: Standing, substeps: number): number {
  const { massShift } = world.scale;
  let fastest = 0;
  let pull = 0;
  for (let body = 0; body < world.bodies; body++) {
    const at = FIXED_WORDS * body;
    const weight = (world.fixed[at + FIXED.inverseMass] ?? 0) / 2 ** (massShift + 12);
    for (let axis = 0; axis < 3; axis++) {
      fastest = Math.max(fastest, Math.abs(places[PLACE_WORDS * body + PLACE.momentum + axis] ?? 0) * weight);
      pull = Math.max(pull, Math.abs(world.fixed[at + FIXED.pull + axis] ?? 0) * weight);
    }
  }
  return Math.ceil(Math.max(AT_LEAST, SPARE * (fastest + pull * substeps)));
}
