import type { CameraSource, SceneSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { viewAlong } from './math/look-at.js';
import { dot, normalize, scale, subtract, vec3At } from './math/vec3.js';

/** glTF models look to +Z: three quarters from the front, to its left, and from a little above. */
const DIRECTION: Vec3 = normalize([-0.55, -0.38, -1], [0, 0, -1]);
const YFOV = (36 * Math.PI) / 180;
/** Room around the scene, as a share of the picture's side. */
const MARGIN = 0.06;

/**
 * A framing for scenes that bring no camera: as near as the whole scene fits into the picture, both ways, and centred.
 * @param aspect width ÷ height of the picture
 */
export function defaultCamera(scene: Pick<SceneSource, 'positions'>, aspect: number): CameraSource {
  const view = viewAlong(DIRECTION);
  const tanY = Math.tan(YFOV / 2) * (1 - MARGIN);
  const tanX = tanY * aspect;
  // Each side of the picture is a plane through the eye. In coordinates along right, up and forward, a point (a, b, c) is
  // inside of the left and right planes of an eye at (x, ·, z) where |a − x| ≤ (c − z) · tan.
  const horizontal = fit(scene.positions, view.right, view.forward, tanX);
  const vertical = fit(scene.positions, view.up, view.forward, tanY);
  const depth = Math.min(horizontal.depth, vertical.depth);
  const eye = [
    scale(view.right, horizontal.middle),
    scale(view.up, vertical.middle),
    scale(view.forward, depth),
  ].reduce<Vec3>((sum, v) => subtract(sum, scale(v, -1)), [0, 0, 0]);
  return { name: 'default', position: eye, ...view, yfov: YFOV };
}

/** Where the eye may stand along `forward`, and where across, so that all points lie between two slanted planes. */
function fit(positions: Float32Array, across: Vec3, forward: Vec3, tan: number): { middle: number; depth: number } {
  let [high, low, nearest, farthest] = [-Infinity, Infinity, Infinity, -Infinity];
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < positions.length / 3; i++) {
    const point = vec3At(positions, i);
    const [a, c] = [dot(point, across), dot(point, forward)];
    high = Math.max(high, a - c * tan);
    low = Math.min(low, a + c * tan);
    [first, last] = [Math.min(first, a), Math.max(last, a)];
    nearest = Math.min(nearest, c);
    farthest = Math.max(farthest, c);
  }
  if (nearest > farthest) return { middle: 0, depth: -1 };
  // The two planes meet in the eye, which also stays in front of the nearest point. What has no extent is looked at from
  // a metre away.
  const extent = Math.max(last - first, farthest - nearest);
  const clearance = extent > 0 ? extent * 1e-3 : 1;
  return { middle: (high + low) / 2, depth: Math.min((low - high) / (2 * tan), nearest - clearance) };
}

/** Directions around each of the two circles that {@link framingPoints} looks along. */
const DIRECTIONS = 64;

/**
 * The vertices that decide how a scene is framed, at most 128: those farthest out in many directions. What the choice
 * misses (0.1 % of the scene's size) lies well inside of the margin.
 */
export function framingPoints(positions: Float32Array): Float32Array {
  const { right, up, forward } = viewAlong(DIRECTION);
  const chosen = new Set<number>();
  for (const axis of [right, up]) {
    for (let d = 0; d < DIRECTIONS; d++) {
      const angle = (d / DIRECTIONS) * 2 * Math.PI;
      const direction = subtract(scale(axis, Math.cos(angle)), scale(forward, Math.sin(angle)));
      chosen.add(farthest(positions, direction));
    }
  }
  return Float32Array.from([...chosen].filter((i) => i >= 0).flatMap((i) => vec3At(positions, i)));
}

function farthest(positions: Float32Array, [x, y, z]: Vec3): number {
  let [best, index] = [-Infinity, -1];
  for (let i = 0; i + 2 < positions.length; i += 3) {
    const reach = (positions[i] ?? 0) * x + (positions[i + 1] ?? 0) * y + (positions[i + 2] ?? 0) * z;
    if (reach > best) [best, index] = [reach, i / 3];
  }
  return index;
}
