import { lookAt } from '@tabgrid/assets/math/look-at';
import type { Orbit } from '@tabgrid/assets/math/orbit';
import { cameraAround, type WorldCamera } from '@tabgrid/assets/worlds/builtin/builtin-world';
import type { ShownWorld } from '@tabgrid/assets/worlds/shown-world';

/** Where a world is looked at from at first. Pure. */

/** From which side, where a world says nothing of a camera. */
const DIRECTION = [0.6, 0.5, 1] as const;

/** @param camera the world's own; null: one that has all bodies in its picture */
export function orbitOfWorld(world: ShownWorld, camera: WorldCamera | null): Orbit {
  const { middle, radius } = around(world);
  const { position, target, verticalDegrees } = camera ?? cameraAround(middle, radius, DIRECTION);
  const { right, up, forward } = lookAt(position, target);
  return {
    camera: { position, right, up, forward, yfov: (verticalDegrees * Math.PI) / 180 },
    target,
    distance: Math.hypot(target[0] - position[0], target[1] - position[1], target[2] - position[2]),
    radius,
  };
}

type Point = readonly [number, number, number];

/** A sphere around all bodies as they are at first. */
function around({ bodies }: ShownWorld): { readonly middle: Point; readonly radius: number } {
  const low = [Infinity, Infinity, Infinity] as [number, number, number];
  const high = [-Infinity, -Infinity, -Infinity] as [number, number, number];
  for (const { position, shape } of bodies) {
    const reach = shape.kind === 'sphere' ? shape.radius : Math.hypot(...shape.half);
    for (const k of [0, 1, 2] as const) {
      low[k] = Math.min(low[k], position[k] - reach);
      high[k] = Math.max(high[k], position[k] + reach);
    }
  }
  if (bodies.length === 0) return { middle: [0, 0, 0], radius: 1 };
  return {
    middle: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2],
    radius: Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]) / 2,
  };
}
