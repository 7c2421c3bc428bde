import type { CameraSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { add, cross, dot, normalize, scale, subtract } from './vec3.js';

/** A camera that a hand moves around a point of the scene. Right-handed, +Y is up, lengths in metres, angles in radians. */
export interface Orbit {
  readonly camera: Omit<CameraSource, 'name'>;
  /** What it looks at, in the middle of the picture. */
  readonly target: Vec3;
  /** From the eye to the target. */
  readonly distance: number;
  /** Of the scene: the scale of all that is near or far. */
  readonly radius: number;
}

/** A camera never looks straight up or down: left and right would lose their meaning. */
const STEEPEST = (89 * Math.PI) / 180;

/** Bounds of the distance, in radii of the scene. */
const NEAREST = 1e-3;
const FARTHEST = 100;

/**
 * The orbit that a camera begins: around the point in its middle that is as deep as the middle of the scene, so that nothing
 * moves before the hand does.
 * @param bounds the box that holds the scene
 */
export function orbitOf(
  camera: Omit<CameraSource, 'name'>,
  { low, high }: { readonly low: Vec3; readonly high: Vec3 },
): Orbit {
  const middle = scale(add(low, high), 0.5);
  const radius = Math.hypot(...subtract(high, low)) / 2 || 1;
  const toMiddle = subtract(middle, camera.position);
  const depth = dot(toMiddle, camera.forward);
  // With the scene behind it, it turns around what lies as far ahead.
  const distance = depth > NEAREST * radius ? depth : Math.max(Math.hypot(...toMiddle), NEAREST * radius);
  return { camera, target: add(camera.position, scale(camera.forward, distance)), distance, radius };
}

/**
 * Turns the camera around its target.
 * @param yaw around the world's up: above 0 the camera goes to the right, as seen by itself
 * @param pitch above 0 the camera rises; it stops short of the poles
 */
export function turn(orbit: Orbit, yaw: number, pitch: number): Orbit {
  const { forward, right } = orbit.camera;
  const height = Math.asin(Math.max(-1, Math.min(1, -forward[1])));
  const wanted = Math.max(-STEEPEST, Math.min(STEEPEST, height + pitch));
  const tilted = rotate(forward, right, height - wanted);
  const UP: Vec3 = [0, 1, 0];
  return aim(orbit, rotate(tilted, UP, yaw), rotate(right, UP, yaw));
}

/** Brings the camera nearer (factor below 1) to its target, or farther away. */
export function dolly(orbit: Orbit, factor: number): Orbit {
  const { radius, camera, target } = orbit;
  const distance = Math.max(NEAREST * radius, Math.min(FARTHEST * radius, orbit.distance * factor));
  const { orthographicHeight } = camera;
  const nearer = { ...camera, position: subtract(target, scale(camera.forward, distance)) };
  return {
    ...orbit,
    distance,
    // What sees along parallel lines sees no less when it comes nearer: it takes in less.
    camera:
      orthographicHeight === undefined
        ? nearer
        : { ...nearer, orthographicHeight: (orthographicHeight * distance) / orbit.distance },
  };
}

/** Moves camera and target across the picture, in heights of what is seen at the target. */
export function pan(orbit: Orbit, toRight: number, toTop: number): Orbit {
  const { camera, distance, target } = orbit;
  const height = camera.orthographicHeight ?? 2 * distance * Math.tan(camera.yfov / 2);
  const by = add(scale(camera.right, toRight * height), scale(camera.up, toTop * height));
  return { ...orbit, target: add(target, by), camera: { ...camera, position: add(camera.position, by) } };
}

/** Looks along `forward` at the target, with orthonormal axes whatever rounding has added up to. */
function aim(orbit: Orbit, along: Vec3, across: Vec3): Orbit {
  const forward = normalize(along, orbit.camera.forward);
  const right = normalize(subtract(across, scale(forward, dot(forward, across))), orbit.camera.right);
  const position = subtract(orbit.target, scale(forward, orbit.distance));
  return { ...orbit, camera: { ...orbit.camera, position, forward, right, up: cross(right, forward) } };
}

/** `v` turned around a unit axis, counter-clockwise seen from its tip (Rodrigues' formula). */
function rotate(v: Vec3, axis: Vec3, angle: number): Vec3 {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along = scale(axis, dot(axis, v) * (1 - cos));
  return add(add(scale(v, cos), scale(cross(axis, v), sin)), along);
}
