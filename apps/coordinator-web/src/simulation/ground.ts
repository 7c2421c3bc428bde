import type { Orbit } from '@tabgrid/assets/math/orbit';
import { cross, dot, normalize, scale, subtract } from '@tabgrid/assets/math/vec3';
import type { ShownWorld } from '@tabgrid/assets/worlds/shown-world';

/** Which piece of a plane is drawn. Pure. */
export interface GroundPatch {
  readonly normal: Point;
  readonly offset: number;
  /** Of the square. */
  readonly middle: Point;
  readonly across: Point;
  readonly along: Point;
  /** From the middle to a side, m. */
  readonly reach: number;
  /** Of the grid on it, m. */
  readonly cell: number;
  /** Of the middle on that grid, which stays where it is when the square moves, m. */
  readonly at: readonly [number, number];
}

type Point = readonly [number, number, number];

/** How far beyond the bodies a plane is drawn, in their radii. */
const REACH = 6;
/** Cells of the grid across the bodies' radius, about. */
const CELLS = 4;

/** The planes that the eye is above: from below they would hide everything. */
export function groundPatches({ planes }: Pick<ShownWorld, 'planes'>, orbit: Orbit): readonly GroundPatch[] {
  const { position } = orbit.camera;
  return planes.flatMap(({ normal, offset }) => {
    if (dot(normal, position) - offset <= 0) return [];
    const across = normalize(cross(Math.abs(normal[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0], normal), [1, 0, 0]);
    const along = cross(normal, across);
    const middle = subtract(orbit.target, scale(normal, dot(normal, orbit.target) - offset));
    const cell = roundStep(orbit.radius / CELLS);
    const at = [dot(middle, across) % cell, dot(middle, along) % cell] as const;
    return [{ normal, offset, middle, across, along, reach: REACH * orbit.radius, cell, at }];
  });
}

/** 1, 2 or 5 times a power of ten that is no less. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((step) => step * power >= least * (1 - 1e-9)) ?? 10);
}
