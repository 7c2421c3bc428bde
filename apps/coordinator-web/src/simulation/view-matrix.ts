import { multiply } from '@tabgrid/assets/math/mat4';
import type { Orbit } from '@tabgrid/assets/math/orbit';
import { dot } from '@tabgrid/assets/math/vec3';

/** Narrower pictures than this see as much to the sides as one of this shape: width over height. */
const LEAST_ASPECT = 1.5;

/** From metres to OpenGL's clip space, column-major, for an orbit's camera. Pure. @param aspect width over height */
export function viewMatrix({ camera, distance, radius }: Orbit, aspect: number): Float32Array {
  const { position, right, up, forward } = camera;
  const half = Math.tan(camera.yfov / 2) * Math.max(1, LEAST_ASPECT / aspect);
  // The ground reaches a good way beyond the bodies; what is at the eye's tip is cut off.
  const far = distance + 40 * radius;
  const near = Math.max(distance / 500, distance - 4 * radius, far / 20_000);
  const view = Float64Array.of(
    ...[right[0], up[0], -forward[0], 0],
    ...[right[1], up[1], -forward[1], 0],
    ...[right[2], up[2], -forward[2], 0],
    ...[-dot(right, position), -dot(up, position), dot(forward, position), 1],
  );
  const projection = Float64Array.of(
    ...[1 / (half * aspect), 0, 0, 0],
    ...[0, 1 / half, 0, 0],
    ...[0, 0, (far + near) / (near - far), -1],
    ...[0, 0, (2 * far * near) / (near - far), 0],
  );
  return Float32Array.from(multiply(projection, view));
}
