import type { InstancedMesh, SceneSource } from './scene-source.js';

/** Instanced meshes written out: every place gets triangles of its own, in world space. */

const TRANSFORM = 12;

/**
 * The scene without instances. Normals go by the inverse transpose, tangents by the matrix; where a place mirrors, the
 * winding and the bitangent's sign are turned, so that fronts stay fronts. A place that is not finite is left out.
 */
export function flattenInstances(source: SceneSource): SceneSource {
  const { instances, ...rest } = source;
  if (!instances || instances.length === 0) return source;
  const places = instances.flatMap((mesh) =>
    placesOf(mesh).map((matrix) => ({ mesh, matrix, ...verticesOf(source, mesh) })),
  );
  const instanced = new Uint8Array(source.indices.length / 3);
  for (const { firstTriangle, triangleCount } of instances)
    instanced.fill(1, firstTriangle, firstTriangle + triangleCount);
  const kept = Uint32Array.from(instanced.keys()).filter((triangle) => instanced[triangle] === 0);

  const first = source.positions.length / 3;
  const vertices = first + places.reduce((sum, place) => sum + place.vertices.length, 0);
  const grown = (list: Float32Array, size: number) => {
    const out = new Float32Array(size * vertices);
    out.set(list.subarray(0, size * first));
    return out;
  };
  const out = {
    positions: grown(source.positions, 3),
    normals: grown(source.normals, 3),
    uvs: grown(source.uvs, 2),
    ...(source.uvs1 && { uvs1: grown(source.uvs1, 2) }),
    ...(source.tangents && { tangents: grown(source.tangents, 4) }),
    ...(source.colors && { colors: grown(source.colors, 4) }),
  };
  const triangles = kept.length + places.reduce((sum, { mesh }) => sum + mesh.triangleCount, 0);
  const indices = new Uint32Array(3 * triangles);
  const triangleMaterials = new Uint32Array(triangles);
  kept.forEach((triangle, i) => {
    indices.set(source.indices.subarray(3 * triangle, 3 * triangle + 3), 3 * i);
    triangleMaterials[i] = source.triangleMaterials[triangle] ?? 0;
  });
  let [vertex, triangle] = [first, kept.length];
  for (const { mesh, matrix, vertices: used, local } of places) {
    const carry = inverseTranspose(matrix);
    const mirrors = carry.determinant < 0;
    used.forEach((from, i) => {
      placeVertex(out, from, vertex + i, matrix, carry);
    });
    for (let t = mesh.firstTriangle; t < mesh.firstTriangle + mesh.triangleCount; t++) {
      for (let corner = 0; corner < 3; corner++) {
        const turned = mirrors && corner > 0 ? 3 - corner : corner;
        indices[3 * triangle + corner] = vertex + (local.get(source.indices[3 * t + turned] ?? 0) ?? 0);
      }
      triangleMaterials[triangle++] = source.triangleMaterials[t] ?? 0;
    }
    vertex += used.length;
  }
  return { ...rest, ...out, indices, triangleMaterials };
}

function placesOf({ transforms }: InstancedMesh): Float32Array[] {
  const count = Math.floor(transforms.length / TRANSFORM);
  return Array.from({ length: count }, (_, i) => transforms.subarray(TRANSFORM * i, TRANSFORM * (i + 1))).filter(
    (matrix) => matrix.every(Number.isFinite),
  );
}

/** The vertices that a mesh uses, and each one's place among them. */
function verticesOf({ indices }: SceneSource, { firstTriangle, triangleCount }: InstancedMesh) {
  const local = new Map<number, number>();
  for (let i = 3 * firstTriangle; i < 3 * (firstTriangle + triangleCount); i++) {
    const vertex = indices[i] ?? 0;
    if (!local.has(vertex)) local.set(vertex, local.size);
  }
  return { vertices: [...local.keys()], local };
}

type Rows = readonly [number, number, number, number, number, number, number, number, number];

/** Of the linear part, times its determinant: directions need no more. */
function inverseTranspose(m: Float32Array): { rows: Rows; determinant: number } {
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, f = 0, , g = 0, h = 0, i = 0] = m;
  const rows: Rows = [
    e * i - f * h,
    f * g - d * i,
    d * h - e * g,
    c * h - b * i,
    a * i - c * g,
    b * g - a * h,
    b * f - c * e,
    c * d - a * f,
    a * e - b * d,
  ];
  return { rows, determinant: a * rows[0] + b * rows[1] + c * rows[2] };
}

type Vertices = Pick<SceneSource, 'positions' | 'normals' | 'uvs' | 'uvs1' | 'tangents' | 'colors'>;

function placeVertex(
  out: Vertices,
  from: number,
  to: number,
  m: Float32Array,
  { rows, determinant }: ReturnType<typeof inverseTranspose>,
): void {
  const at = (list: Float32Array, i: number) => list[i] ?? 0;
  const sign = determinant < 0 ? -1 : 1;
  const [x, y, z] = [0, 1, 2].map((k) => at(out.positions, 3 * from + k));
  const n = unit([0, 1, 2].map((row) => sign * dotRow(rows, 3 * row, out.normals, 3 * from)));
  for (let row = 0; row < 3; row++) {
    out.positions[3 * to + row] =
      at(m, 4 * row) * (x ?? 0) + at(m, 4 * row + 1) * (y ?? 0) + at(m, 4 * row + 2) * (z ?? 0) + at(m, 4 * row + 3);
    out.normals[3 * to + row] = n[row] ?? 0;
  }
  const { tangents } = out;
  if (tangents) {
    const t = unit([0, 1, 2].map((row) => dotRow(m, 4 * row, tangents, 4 * from)));
    tangents.set([...t, sign * at(tangents, 4 * from + 3)], 4 * to);
  }
  copy(out.uvs, 2, from, to);
  if (out.uvs1) copy(out.uvs1, 2, from, to);
  if (out.colors) copy(out.colors, 4, from, to);
}

function dotRow(rows: ArrayLike<number>, row: number, list: Float32Array, at: number): number {
  return [0, 1, 2].reduce((sum, k) => sum + (rows[row + k] ?? 0) * (list[at + k] ?? 0), 0);
}

function unit(v: readonly number[]): number[] {
  const length = Math.hypot(...v);
  return length > 0 ? v.map((x) => x / length) : [0, 0, 0];
}

function copy(list: Float32Array, size: number, from: number, to: number): void {
  list.copyWithin(size * to, size * from, size * (from + 1));
}
