import { boundsOf, type Plane, type Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { add, dot, scale } from '../math/vec3.js';
import type { ShownWorld } from './shown-world.js';
import type { Trajectory } from './trajectory.js';

export interface Extent {
  readonly middle: Triple;
  readonly radius: number;
}

/** A sphere around all places of all bodies and the static boxes, roughly. */
export function extentOf({ bodies, statics }: ShownWorld, { frames }: Trajectory): Extent {
  const [low, high] = [
    [1, 1, 1].map(() => Number.POSITIVE_INFINITY),
    [1, 1, 1].map(() => Number.NEGATIVE_INFINITY),
  ] as const;
  const include = (x: number, axis: number) => {
    low[axis] = Math.min(low[axis] ?? x, x);
    high[axis] = Math.max(high[axis] ?? x, x);
  };
  for (const { positions } of frames) {
    for (let i = 0; i < positions.length; i++) include(positions[i] ?? 0, i % 3);
  }
  for (const { position } of statics) position.forEach(include);
  const middle = (axis: 0 | 1 | 2) => ((low[axis] ?? 0) + (high[axis] ?? 0)) / 2;
  const sizes = [...bodies.map(({ shape }) => boundsOf(shape)), ...statics.map(({ half }) => Math.hypot(...half))];
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return {
    middle: [middle(0), middle(1), middle(2)],
    radius: Math.hypot(...low.map((x, axis) => ((high[axis] ?? 0) - x) / 2)) + largest,
  };
}

/** Planes reach this much farther than what happens. */
const MARGIN = 2;

/** A plane as a square in the middle of what happens: its middle, the turn of +y to its normal, and by what a unit floor is scaled. */
export function squareOf({ normal, offset }: Plane, { middle, radius }: Extent) {
  const [x, y, z] = add(middle, scale(normal, offset - dot(normal, middle)));
  const half = radius * MARGIN;
  const size: Triple = [half, 1, half];
  const position: [number, number, number] = [x, y, z];
  return { position, rotation: turnedUp(normal), size };
}

/** The shortest turn of +y to a unit vector. */
function turnedUp([x, y, z]: Triple): [number, number, number, number] {
  if (y < -0.999_999) return [1, 0, 0, 0];
  const length = Math.hypot(z, x, 1 + y);
  return [z / length, 0, -x / length, (1 + y) / length];
}
