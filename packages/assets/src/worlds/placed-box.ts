import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { axis, type Mat4 } from '../math/mat4.js';
import { cross, dot, normalize, scale, subtract } from '../math/vec3.js';
import type { Rotation } from './shown-world.js';

/** A box that stands anywhere, turned. */
export interface PlacedBox {
  readonly half: Triple;
  readonly position: Triple;
  readonly rotation: Rotation;
  /** Whether the matrix turned right angles into others: then the box is one around the sheared one. */
  readonly sheared: boolean;
}

/** Off the right angle by this cosine. */
const SHEAR = 1e-3;

/**
 * The box from `low` to `high`, through a matrix. Mirrors leave a box as it is; of a sheared box the first two axes are kept
 * (Gram and Schmidt), and it is made as large as its corners ask for.
 */
export function placedBox(world: Mat4, low: Triple, high: Triple): PlacedBox {
  const columns = [axis(world, 0), axis(world, 1), axis(world, 2)] as const;
  const u = normalize(columns[0], [1, 0, 0]);
  const v = normalize(subtract(columns[1], scale(u, dot(u, columns[1]))), besides(u));
  const axes = [u, v, cross(u, v)] as const;
  const half = (k: 0 | 1 | 2) =>
    columns.reduce(
      (sum, column, c) => sum + (Math.abs(dot(axes[k], column)) * ((high[c] ?? 0) - (low[c] ?? 0))) / 2,
      0,
    );
  const sheared = columns.some((column, c) => {
    const length = Math.hypot(...column);
    return axes.some((one, k) => k !== c && Math.abs(dot(one, column)) > SHEAR * length);
  });
  const at = (r: 0 | 1 | 2) =>
    columns.reduce((sum, column, c) => sum + (column[r] * ((low[c] ?? 0) + (high[c] ?? 0))) / 2, axis(world, 3)[r]);
  return { half: [half(0), half(1), half(2)], position: [at(0), at(1), at(2)], rotation: rotationOf(axes), sheared };
}

/** A unit vector at a right angle to a unit vector. */
function besides(u: Triple): Triple {
  const along: Triple = Math.abs(u[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  return normalize(cross(u, along), [0, 1, 0]);
}

/** The unit quaternion whose rotation has these columns (Shepperd 1978: from the largest of its four numbers). */
export function rotationOf([[a, b, c], [d, e, f], [g, h, i]]: readonly [Triple, Triple, Triple]): Rotation {
  const unit = (x: number, y: number, z: number, w: number): Rotation => {
    const length = Math.hypot(x, y, z, w);
    return [x / length, y / length, z / length, w / length];
  };
  const trace = a + e + i;
  if (trace >= Math.max(a, e, i)) return unit(f - h, g - c, b - d, 1 + trace);
  if (a >= e && a >= i) return unit(1 + a - e - i, b + d, g + c, f - h);
  if (e >= i) return unit(b + d, 1 + e - a - i, f + h, g - c);
  return unit(g + c, f + h, 1 + i - a - e, b - d);
}
