/** Meshes of size 1 that bodies are drawn with: what is in them is stretched to a body's half extents. Pure. */
export interface Mesh {
  /** Corners, xyz within ±1. */
  readonly positions: Float32Array<ArrayBuffer>;
  /** Of length 1, outwards; one a corner. */
  readonly normals: Float32Array<ArrayBuffer>;
  /** Three a triangle, counter-clockwise from outside. */
  readonly indices: Uint16Array<ArrayBuffer>;
}

type Point = readonly [number, number, number];

/**
 * A sphere of radius 1: an icosahedron whose triangles are cut into four, again and again.
 * @param cuts 0 to 5: 20 · 4^cuts triangles
 */
export function sphereMesh(cuts: number): Mesh {
  const points = ICOSAHEDRON.map(unit);
  let triangles: readonly (readonly [number, number, number])[] = ICOSAHEDRON_TRIANGLES;
  for (let cut = 0; cut < cuts; cut++) {
    const middles = new Map<string, number>();
    const middle = (a: number, b: number): number => {
      const key = a < b ? `${a} ${b}` : `${b} ${a}`;
      const known = middles.get(key);
      if (known !== undefined) return known;
      const [p, q] = [points[a] ?? ORIGIN, points[b] ?? ORIGIN];
      middles.set(key, points.length);
      points.push(unit([p[0] + q[0], p[1] + q[1], p[2] + q[2]]));
      return points.length - 1;
    };
    triangles = triangles.flatMap(([a, b, c]) => {
      const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
      return [
        [a, ab, ca],
        [b, bc, ab],
        [c, ca, bc],
        [ab, bc, ca],
      ] as const;
    });
  }
  const positions = Float32Array.from(points.flat());
  return { positions, normals: positions, indices: Uint16Array.from(triangles.flat()) };
}

/** How finely spheres are cut where there are so many of them: more than a million triangles help nobody. */
export function sphereCuts(count: number): number {
  return count <= 400 ? 3 : count <= 4000 ? 2 : 1;
}

/** A cube from −1 to 1. */
export function boxMesh(): Mesh {
  const positions: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  for (const axis of [0, 1, 2] as const) {
    for (const side of [-1, 1] as const) {
      const first = positions.length / 3;
      for (const [u, v] of SQUARE) {
        const point = [0, 0, 0];
        const normal = [0, 0, 0];
        point[axis] = side;
        normal[axis] = side;
        point[(axis + 1) % 3] = u;
        point[(axis + 2) % 3] = side * v;
        positions.push(...point);
        normals.push(...normal);
      }
      indices.push(first, first + 1, first + 2, first, first + 2, first + 3);
    }
  }
  return {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    indices: Uint16Array.from(indices),
  };
}

const ORIGIN: Point = [0, 0, 0];
const SQUARE = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
] as const;

function unit(p: Point): Point {
  const length = Math.hypot(...p);
  return [p[0] / length, p[1] / length, p[2] / length];
}

const G = (1 + Math.sqrt(5)) / 2;
const ICOSAHEDRON: readonly Point[] = [
  [-1, G, 0],
  [1, G, 0],
  [-1, -G, 0],
  [1, -G, 0],
  [0, -1, G],
  [0, 1, G],
  [0, -1, -G],
  [0, 1, -G],
  [G, 0, -1],
  [G, 0, 1],
  [-G, 0, -1],
  [-G, 0, 1],
];
const ICOSAHEDRON_TRIANGLES = [
  [0, 11, 5],
  [0, 5, 1],
  [0, 1, 7],
  [0, 7, 10],
  [0, 10, 11],
  [1, 5, 9],
  [5, 11, 4],
  [11, 10, 2],
  [10, 7, 6],
  [7, 1, 8],
  [3, 9, 4],
  [3, 4, 2],
  [3, 2, 6],
  [3, 6, 8],
  [3, 8, 9],
  [4, 9, 5],
  [2, 4, 11],
  [6, 2, 10],
  [8, 6, 7],
  [9, 8, 1],
] as const;
