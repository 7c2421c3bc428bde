/** Meshes of size 1 that bodies are drawn with: what is in them is stretched to a body's half extents. Pure. */
export interface Mesh {
  /** Corners, xyz within ±1. */
  readonly positions: Float32Array<ArrayBuffer>;
  /** Of length 1, outwards; one a corner. */
  readonly normals: Float32Array<ArrayBuffer>;
  /** Three a triangle, counter-clockwise from outside. */
  readonly indices: Uint16Array<ArrayBuffer>;
}

/** A square from −1 to 1 across the z axis. */
export function squareMesh(): Mesh {
  return {
    positions: Float32Array.from(SQUARE.flatMap(([x, y]) => [x, y, 0])),
    normals: Float32Array.from(SQUARE.flatMap(() => [0, 0, 1])),
    indices: Uint16Array.of(0, 1, 2, 0, 2, 3),
  };
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

const SQUARE = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
] as const;
