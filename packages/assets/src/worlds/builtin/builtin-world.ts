import type { BodyShape, Triple } from '@tabgrid/webgpu-kernels/physics/world';
import type { ShownWorld } from '../shown-world.js';
import {
  type ShownBody,
  type ShownPlane,
  STILL,
  UPRIGHT,
  USUAL_DENSITY,
  USUAL_SURFACE,
  volumeOf,
} from '../shown-world.js';

/** Where a picture of a world is best taken from, m. */
export interface WorldCamera {
  readonly position: Triple;
  readonly target: Triple;
  /** Full vertical field of view. */
  readonly verticalDegrees: number;
}

export interface BuiltinWorld {
  /** For people. */
  readonly title: string;
  readonly world: ShownWorld;
  readonly camera: WorldCamera;
}

/** Linear colours that go together; bodies of one world take a few of them. */
export const COLORS = {
  red: [0.72, 0.07, 0.05],
  orange: [0.87, 0.33, 0.04],
  yellow: [0.85, 0.6, 0.1],
  green: [0.12, 0.42, 0.16],
  blue: [0.05, 0.2, 0.6],
  white: [0.82, 0.8, 0.76],
  grey: [0.32, 0.33, 0.36],
} as const satisfies Record<string, Triple>;

export const GROUND: ShownPlane = {
  name: 'ground',
  normal: [0, 1, 0],
  offset: 0,
  ...USUAL_SURFACE,
  color: COLORS.grey,
};

/** A body of water's density that stands still, but for what is said. */
export function bodyOf(
  shape: BodyShape,
  position: Triple,
  more: Partial<Omit<ShownBody, 'shape' | 'position'>> = {},
): ShownBody {
  return {
    shape,
    mass: USUAL_DENSITY * volumeOf(shape),
    position,
    rotation: UPRIGHT,
    velocity: STILL,
    spin: STILL,
    ...USUAL_SURFACE,
    ...more,
  };
}

/** A camera that has a sphere of this radius, m, in its picture. */
export function cameraAround(target: Triple, radius: number, direction: Triple): WorldCamera {
  const verticalDegrees = 35;
  const length = Math.hypot(...direction);
  const away = (1.05 * radius) / Math.sin((verticalDegrees * Math.PI) / 360) / length;
  return {
    position: [target[0] + direction[0] * away, target[1] + direction[1] * away, target[2] + direction[2] * away],
    target,
    verticalDegrees,
  };
}
