import type { BodyShape, Plane, Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { cross, dot, scale, subtract } from '../math/vec3.js';
import type { Rotation } from './shown-world.js';

/** How deep two solids lie in each other, in metres; 0 or less where they do not. In doubles, for checks before a simulation. */

export interface Solid {
  readonly shape: BodyShape;
  readonly position: Triple;
  readonly rotation: Rotation;
}

/** A box's own axes in the world's: the columns of its rotation matrix. */
export function axesOf([x, y, z, w]: Rotation): readonly [Triple, Triple, Triple] {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
    [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
    [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
  ];
}

/** How far a solid reaches from its middle along a unit vector, m. */
export function reachAlong({ shape, rotation }: Pick<Solid, 'shape' | 'rotation'>, direction: Triple): number {
  if (shape.kind === 'sphere') return shape.radius;
  const [a, b, c] = axesOf(rotation);
  const [x, y, z] = shape.half;
  return x * Math.abs(dot(a, direction)) + y * Math.abs(dot(b, direction)) + z * Math.abs(dot(c, direction));
}

/** Under the plane. */
export function depthBelow(solid: Solid, { normal, offset }: Pick<Plane, 'normal' | 'offset'>): number {
  return reachAlong(solid, normal) - (dot(solid.position, normal) - offset);
}

export function depthOf(a: Solid, b: Solid): number {
  if (a.shape.kind === 'sphere') {
    if (b.shape.kind === 'sphere') {
      return a.shape.radius + b.shape.radius - Math.hypot(...subtract(b.position, a.position));
    }
    return sphereInBox(a.position, a.shape.radius, b, b.shape.half);
  }
  if (b.shape.kind === 'sphere') return sphereInBox(b.position, b.shape.radius, a, a.shape.half);
  return boxInBox(a, b);
}

function sphereInBox(center: Triple, radius: number, { position, rotation }: Solid, half: Triple): number {
  const away = subtract(center, position);
  const beyond = axesOf(rotation).map((axis, k) => Math.abs(dot(away, axis)) - (half[k] ?? 0));
  const nearest = Math.max(...beyond);
  if (nearest <= 0) return radius - nearest;
  return radius - Math.hypot(...beyond.map((b) => Math.max(0, b)));
}

/** Cross products of axes that are nearly parallel say nothing that the axes do not. */
const PARALLEL = 1e-6;

/** The least overlap along the 15 axes that can separate two boxes (Gottschalk, Lin, Manocha 1996). */
function boxInBox(a: Solid, b: Solid): number {
  const between = subtract(b.position, a.position);
  const [own, others] = [axesOf(a.rotation), axesOf(b.rotation)];
  let least = Number.POSITIVE_INFINITY;
  const along = (axis: Triple): boolean => {
    least = Math.min(least, reachAlong(a, axis) + reachAlong(b, axis) - Math.abs(dot(between, axis)));
    return least > 0;
  };
  for (const axis of own) if (!along(axis)) return least;
  for (const axis of others) if (!along(axis)) return least;
  for (const one of own) {
    for (const other of others) {
      const axis = cross(one, other);
      const length = Math.hypot(...axis);
      if (length > PARALLEL && !along(scale(axis, 1 / length))) return least;
    }
  }
  return least;
}
