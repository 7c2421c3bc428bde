/** A closed or open triangle mesh without normals. */
export interface BareMesh {
  /** xyz a vertex. */
  readonly positions: Float64Array;
  readonly indices: Uint32Array;
}

interface Edge {
  /** New vertex in its middle. */
  readonly vertex: number;
  readonly ends: readonly [number, number];
  /** Vertices across from it: two inside of the mesh, one at a border. */
  readonly across: number[];
}

/**
 * One step of Loop subdivision (Charles Loop, "Smooth Subdivision Surfaces Based on Triangles", 1987, with the weights
 * of his β; borders as cubic B-splines): each triangle becomes four, and the surface gets smoother.
 */
export function subdivide({ positions, indices }: BareMesh): BareMesh {
  const count = positions.length / 3;
  const edges = findEdges(indices, count);
  const out = new Float64Array((count + edges.size) * 3);
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  const border: number[][] = Array.from({ length: count }, () => []);
  for (const { ends, across } of edges.values()) {
    const [a, b] = ends;
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
    if (across.length !== 2) {
      border[a]?.push(b);
      border[b]?.push(a);
    }
  }
  const blend = (to: number, terms: readonly (readonly [number, number])[]) => {
    for (let c = 0; c < 3; c++) {
      out[to * 3 + c] = terms.reduce((sum, [vertex, weight]) => sum + weight * (positions[vertex * 3 + c] ?? 0), 0);
    }
  };
  for (let v = 0; v < count; v++) {
    const rim = border[v] ?? [];
    const ring = neighbours[v] ?? [];
    if (rim.length > 0) blend(v, [[v, 3 / 4], ...rim.map((n) => [n, 1 / 4 / rim.length] as const)]);
    else blend(v, [[v, 1 - ring.length * beta(ring.length)], ...ring.map((n) => [n, beta(ring.length)] as const)]);
  }
  for (const { vertex, ends, across } of edges.values()) {
    const inner = across.length === 2;
    const share = inner ? 3 / 8 : 1 / 2;
    blend(vertex, [...ends.map((n) => [n, share] as const), ...(inner ? across.map((n) => [n, 1 / 8] as const) : [])]);
  }
  return { positions: out, indices: splitTriangles(indices, count, edges) };
}

function beta(valence: number): number {
  if (valence === 0) return 0;
  const c = 3 / 8 + Math.cos((2 * Math.PI) / valence) / 4;
  return (5 / 8 - c * c) / valence;
}

function edgeKey(a: number, b: number, count: number): number {
  return Math.min(a, b) * count + Math.max(a, b);
}

function corners(indices: Uint32Array, t: number): readonly [number, number, number] {
  return [indices[t] ?? 0, indices[t + 1] ?? 0, indices[t + 2] ?? 0];
}

function findEdges(indices: Uint32Array, count: number): Map<number, Edge> {
  const edges = new Map<number, Edge>();
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = corners(indices, t);
    for (const [from, to, opposite] of [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ] as const) {
      const key = edgeKey(from, to, count);
      const known = edges.get(key);
      if (known) known.across.push(opposite);
      else edges.set(key, { vertex: count + edges.size, ends: [from, to], across: [opposite] });
    }
  }
  return edges;
}

function splitTriangles(indices: Uint32Array, count: number, edges: ReadonlyMap<number, Edge>): Uint32Array {
  const middle = (a: number, b: number) => edges.get(edgeKey(a, b, count))?.vertex ?? a;
  const out = new Uint32Array(indices.length * 4);
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = corners(indices, t);
    const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
    out.set([a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca], t * 4);
  }
  return out;
}

/** Unit normals: the mean of the triangles around a vertex, weighted by area. */
export function smoothNormals({ positions, indices }: BareMesh): Float32Array {
  const sums = new Float64Array(positions.length);
  const at = (vertex: number, axis: number) => positions[vertex * 3 + axis] ?? 0;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = corners(indices, t);
    for (let axis = 0; axis < 3; axis++) {
      const [j, k] = [(axis + 1) % 3, (axis + 2) % 3];
      const n = (at(b, j) - at(a, j)) * (at(c, k) - at(a, k)) - (at(b, k) - at(a, k)) * (at(c, j) - at(a, j));
      for (const vertex of [a, b, c]) sums[vertex * 3 + axis] = (sums[vertex * 3 + axis] ?? 0) + n;
    }
  }
  const normals = new Float32Array(positions.length);
  for (let v = 0; v < normals.length; v += 3) {
    const length = Math.hypot(sums[v] ?? 0, sums[v + 1] ?? 0, sums[v + 2] ?? 0);
    for (let axis = 0; axis < 3; axis++)
      normals[v + axis] = length > 0 ? (sums[v + axis] ?? 0) / length : axis === 1 ? 1 : 0;
  }
  return normals;
}
