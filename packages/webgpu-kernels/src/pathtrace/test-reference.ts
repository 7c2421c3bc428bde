import type { Grid } from './bvh.js';
import { LEAF_COUNT_SHIFT, LEAF_FLAG, NODE_WORDS, SINGLE_SIDED, TRIANGLE_WORDS } from './layout.js';

/** Ray against packed triangles in plain JavaScript, for tests: by brute force, and through the packed tree. */

export interface TestRay {
  readonly origin: readonly [number, number, number];
  readonly direction: readonly [number, number, number];
}

export interface TestHit {
  /** Place among the records; a triangle that the tree cuts has several. */
  readonly triangle: number;
  /** Its number in the source, which decides between equal distances. */
  readonly source: number;
  readonly t: number;
}

const EDGE_SLACK = 1e-6;

/** The kernel's intersection, in double precision. @returns distance, or null */
export function intersect(
  triangles: Uint32Array<ArrayBuffer>,
  index: number,
  { origin, direction }: TestRay,
): number | null {
  const f = new Float32Array(triangles.buffer, 4 * TRIANGLE_WORDS * index, TRIANGLE_WORDS);
  const g = (k: number) => f[k] ?? 0;
  const [dx, dy, dz] = direction;
  const px = dy * g(10) - dz * g(9);
  const py = dz * g(8) - dx * g(10);
  const pz = dx * g(9) - dy * g(8);
  const determinant = g(4) * px + g(5) * py + g(6) * pz;
  const single = ((triangles[TRIANGLE_WORDS * index + 3] ?? 0) & SINGLE_SIDED) !== 0;
  if (!(determinant > 0 || (determinant < 0 && !single))) return null;
  const [sx, sy, sz] = [origin[0] - g(0), origin[1] - g(1), origin[2] - g(2)];
  const u = (sx * px + sy * py + sz * pz) / determinant;
  const qx = sy * g(6) - sz * g(5);
  const qy = sz * g(4) - sx * g(6);
  const qz = sx * g(5) - sy * g(4);
  const v = (dx * qx + dy * qy + dz * qz) / determinant;
  const t = (g(8) * qx + g(9) * qy + g(10) * qz) / determinant;
  return u >= -EDGE_SLACK && v >= -EDGE_SLACK && u + v <= 1 + EDGE_SLACK && t > 0 ? t : null;
}

function nearer(best: TestHit | null, triangles: Uint32Array<ArrayBuffer>, i: number, ray: TestRay): TestHit | null {
  const t = intersect(triangles, i, ray);
  const source = triangles[TRIANGLE_WORDS * i + 11] ?? 0;
  if (t === null || (best && (t > best.t || (t === best.t && source >= best.source)))) return best;
  return { triangle: i, source, t };
}

export function bruteForce(triangles: Uint32Array<ArrayBuffer>, count: number, ray: TestRay): TestHit | null {
  let best: TestHit | null = null;
  for (let i = 0; i < count; i++) {
    best = nearer(best, triangles, i, ray);
  }
  return best;
}

export function throughTree(
  nodes: Uint32Array,
  grid: Grid,
  triangles: Uint32Array<ArrayBuffer>,
  ray: TestRay,
): { hit: TestHit | null; visited: number; deepest: number } {
  let best: TestHit | null = null;
  let visited = 0;
  let deepest = 1;
  const stack = [0];
  while (stack.length > 0) {
    deepest = Math.max(deepest, stack.length);
    const reference = stack.pop() ?? 0;
    if (reference >= LEAF_FLAG) {
      const first = reference & 0x7ff_ffff;
      const count = (reference >>> LEAF_COUNT_SHIFT) & 15;
      for (let i = first; i < first + count; i++) {
        best = nearer(best, triangles, i, ray);
      }
      continue;
    }
    visited++;
    for (const half of [0, 4]) {
      const at = NODE_WORDS * reference + half;
      if (meetsBox(nodes, at, grid, ray, best?.t ?? Number.POSITIVE_INFINITY)) stack.push(nodes[at + 3] ?? 0);
    }
  }
  return { hit: best, visited, deepest };
}

function meetsBox(nodes: Uint32Array, at: number, grid: Grid, ray: TestRay, reach: number): boolean {
  let near = 0;
  let far = reach;
  for (const axis of [0, 1, 2] as const) {
    const word = nodes[at + axis] ?? 0;
    const low = grid.origin[axis] + (word & 0xffff) * grid.cell[axis];
    const high = grid.origin[axis] + (word >>> 16) * grid.cell[axis];
    const d = ray.direction[axis] === 0 ? 1e-300 : ray.direction[axis];
    const a = (low - ray.origin[axis]) / d;
    const b = (high - ray.origin[axis]) / d;
    near = Math.max(near, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
  }
  return near <= far;
}
