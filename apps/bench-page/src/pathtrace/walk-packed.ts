import {
  LEAF_COUNT_SHIFT,
  LEAF_FLAG,
  MAX_STACK,
  NODE_WORDS,
  TRIANGLE_WORDS,
} from '@tabgrid/webgpu-kernels/pathtrace/layout';
import type { PackedScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import type { Ray } from './rays.js';

/** A packed tree walked in plain JavaScript in the kernel's order, near child first, counting what it counts. */

export interface Steps {
  nodes: number;
  triangles: number;
}

const FIRST_TRIANGLE = 2 ** LEAF_COUNT_SHIFT - 1;

/** @returns a function that adds a ray's steps to `steps` and returns the distance of its nearest hit */
export function createPackedWalk({ manifest, buffers }: PackedScene): (ray: Ray, steps: Steps) => number {
  const words = ({ buffer, byteOffset, byteLength }: Uint8Array) => new Uint32Array(buffer, byteOffset, byteLength / 4);
  const nodes = words(buffers.nodes);
  const triangles = new Float32Array(
    buffers.triangles.buffer,
    buffers.triangles.byteOffset,
    buffers.triangles.byteLength / 4,
  );
  const { origin: corner, cell } = manifest.grid;
  const stack = new Uint32Array(MAX_STACK);
  const reach = new Float64Array(MAX_STACK);

  return ({ origin, direction }, steps) => {
    const slopes = [0, 1, 2].map((k) => 1 / (direction[k] || 1e-30));
    let best = Number.POSITIVE_INFINITY;
    /** Where the ray enters a child's box; Infinity where it does not before the nearest hit. */
    const enter = (at: number): number => {
      let near = 0;
      let far = best;
      for (let k = 0; k < 3; k++) {
        const word = nodes[at + k] ?? 0;
        const start = (corner[k] ?? 0) - (origin[k] ?? 0);
        const a = (start + (word & 0xffff) * (cell[k] ?? 0)) * (slopes[k] ?? 0);
        const b = (start + (word >>> 16) * (cell[k] ?? 0)) * (slopes[k] ?? 0);
        near = Math.max(near, Math.min(a, b));
        far = Math.min(far, Math.max(a, b));
      }
      return near <= far ? near : Number.POSITIVE_INFINITY;
    };
    let depth = 1;
    stack[0] = 0;
    reach[0] = 0;
    while (depth > 0) {
      depth--;
      if ((reach[depth] ?? 0) > best) {
        // The kernel finds out only by testing the node's children, or the leaf's triangles.
        if ((stack[depth] ?? 0) < LEAF_FLAG) steps.nodes++;
        else steps.triangles += ((stack[depth] ?? 0) >>> LEAF_COUNT_SHIFT) & 15;
        continue;
      }
      const reference = stack[depth] ?? 0;
      if (reference >= LEAF_FLAG) {
        const first = reference & FIRST_TRIANGLE;
        const count = (reference >>> LEAF_COUNT_SHIFT) & 15;
        steps.triangles += count;
        for (let i = first; i < first + count; i++) best = Math.min(best, hit(triangles, i, origin, direction));
        continue;
      }
      steps.nodes++;
      const at = NODE_WORDS * reference;
      const [a, b] = [enter(at), enter(at + 4)];
      const aFirst = a <= b;
      for (const [distance, child] of aFirst
        ? ([
            [b, 7],
            [a, 3],
          ] as const)
        : ([
            [a, 3],
            [b, 7],
          ] as const)) {
        if (distance === Number.POSITIVE_INFINITY) continue;
        stack[depth] = nodes[at + child] ?? 0;
        reach[depth] = distance;
        depth++;
      }
    }
    return best;
  };
}

/** Möller and Trumbore, both sides; Infinity for a miss. */
function hit(f: Float32Array, index: number, origin: Ray['origin'], [dx, dy, dz]: Ray['direction']): number {
  const g = (k: number) => f[TRIANGLE_WORDS * index + k] ?? 0;
  const px = dy * g(10) - dz * g(9);
  const py = dz * g(8) - dx * g(10);
  const pz = dx * g(9) - dy * g(8);
  const determinant = g(4) * px + g(5) * py + g(6) * pz;
  const [sx, sy, sz] = [origin[0] - g(0), origin[1] - g(1), origin[2] - g(2)];
  const u = (sx * px + sy * py + sz * pz) / determinant;
  const qx = sy * g(6) - sz * g(5);
  const qy = sz * g(4) - sx * g(6);
  const qz = sx * g(5) - sy * g(4);
  const v = (dx * qx + dy * qy + dz * qz) / determinant;
  const t = (g(8) * qx + g(9) * qy + g(10) * qz) / determinant;
  return u >= 0 && v >= 0 && u + v <= 1 && t > 0 ? t : Number.POSITIVE_INFINITY;
}
