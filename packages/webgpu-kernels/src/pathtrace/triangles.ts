import { WORLD_LIMIT } from './layout.js';
import type { SceneSource } from './scene-source.js';

export interface UsableTriangles {
  /** Indices into the source, ascending. */
  readonly triangles: Uint32Array;
  /** Min xyz, max xyz a usable triangle. */
  readonly boxes: Float32Array;
}

/**
 * The triangles that a ray can hit: finite, within WORLD_LIMIT, with an area that 32-bit floats can tell from zero.
 * @throws RangeError when an index points outside of its list
 */
export function usableTriangles(source: SceneSource, vertices: number, materials: number): UsableTriangles {
  const given = source.indices.length / 3;
  const triangles = new Uint32Array(given);
  const boxes = new Float32Array(6 * given);
  const p = new Float64Array(9);
  let kept = 0;
  for (let t = 0; t < given; t++) {
    if ((source.triangleMaterials[t] ?? 0) >= materials)
      throw new RangeError(`triangle ${t} names a material that is not there`);
    let finite = true;
    for (let corner = 0; corner < 3; corner++) {
      const vertex = source.indices[3 * t + corner] ?? 0;
      if (vertex >= vertices) throw new RangeError(`triangle ${t} names a vertex that is not there`);
      for (let axis = 0; axis < 3; axis++) {
        const x = source.positions[3 * vertex + axis] ?? 0;
        finite &&= Math.abs(x) <= WORLD_LIMIT;
        p[3 * corner + axis] = x;
      }
    }
    if (!finite || !hasArea(p)) continue;
    triangles[kept] = t;
    for (let axis = 0; axis < 3; axis++) {
      const [a, b, c] = [p[axis] ?? 0, p[3 + axis] ?? 0, p[6 + axis] ?? 0];
      boxes[6 * kept + axis] = Math.min(a, b, c);
      boxes[6 * kept + axis + 3] = Math.max(a, b, c);
    }
    kept++;
  }
  return { triangles: triangles.slice(0, kept), boxes: boxes.slice(0, 6 * kept) };
}

/** Whether the normal of the rounded edges stands out of the rounding of its own products. */
function hasArea(p: Float64Array): boolean {
  const e = [0, 1, 2, 3, 4, 5].map((k) => Math.fround((p[3 + k] ?? 0) - (p[k % 3] ?? 0)));
  const [ax, ay, az, bx, by, bz] = [e[0] ?? 0, e[1] ?? 0, e[2] ?? 0, e[3] ?? 0, e[4] ?? 0, e[5] ?? 0];
  const area = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  const longest = Math.max(Math.hypot(ax, ay, az), Math.hypot(bx, by, bz));
  return longest > 1e-15 && area > longest * longest * 1e-12;
}

/** A unit vector as two signed 16-bit numbers (Cigolle et al., "Survey of efficient representations", 2014); +Y for none. */
export function octahedral(list: Float32Array, at: number): number {
  const [x, y, z] = [list[at] ?? 0, list[at + 1] ?? 0, list[at + 2] ?? 0];
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
  // Zero length marks "no normal": the kernel then takes the triangle's own.
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) return NO_NORMAL;
  let [u, v] = [x / sum, y / sum];
  if (z < 0) [u, v] = [(1 - Math.abs(v)) * (u < 0 ? -1 : 1), (1 - Math.abs(u)) * (v < 0 ? -1 : 1)];
  const word = (f: number) => Math.round(Math.max(-1, Math.min(1, f)) * 32_767) & 0xffff;
  return ((word(v) << 16) | word(u)) >>> 0;
}

/** Both halves −32768, which `octahedral` never gives a direction. */
export const NO_NORMAL = 0x8000_8000;
