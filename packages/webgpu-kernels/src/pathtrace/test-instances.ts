import { type Mesh, sceneOf } from './fixtures.js';
import type { ImageSource, InstancedMesh, MaterialSource, SceneSource } from './scene-source.js';

/** Scenes with instances, and the same ones with every triangle in the world, for tests. */

/** Three rows of four. */
export type Rows = readonly number[];

export interface Placed {
  readonly meshes: readonly Mesh[];
  readonly places: readonly Rows[];
}

/** Turns about an axis by an angle (radians), scales, then moves; a negative scale mirrors. */
export function rowsOf(
  [x, y, z]: readonly [number, number, number],
  axis: readonly [number, number, number] = [0, 1, 0],
  angle = 0,
  [sx, sy, sz]: readonly [number, number, number] = [1, 1, 1],
): Rows {
  const length = Math.hypot(...axis);
  const [a = 0, b = 0, c = 0] = axis.map((k) => k / length);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const t = 1 - cos;
  return [
    ...[(t * a * a + cos) * sx, (t * a * b - sin * c) * sy, (t * a * c + sin * b) * sz, x],
    ...[(t * a * b + sin * c) * sx, (t * b * b + cos) * sy, (t * b * c - sin * a) * sz, y],
    ...[(t * a * c - sin * b) * sx, (t * b * c + sin * a) * sy, (t * c * c + cos) * sz, z],
  ];
}

export function instancedScene(
  world: readonly Mesh[],
  placed: readonly Placed[],
  materials: readonly MaterialSource[],
  images: readonly ImageSource[] = [],
): SceneSource {
  const triangles = (meshes: readonly Mesh[]) => meshes.reduce((sum, { indices }) => sum + indices.length / 3, 0);
  let firstTriangle = triangles(world);
  const instances = placed.map(({ meshes, places }): InstancedMesh => {
    const range = { firstTriangle, triangleCount: triangles(meshes), transforms: Float32Array.from(places.flat()) };
    firstTriangle += range.triangleCount;
    return range;
  });
  return { ...sceneOf([...world, ...placed.flatMap(({ meshes }) => meshes)], materials, images), instances };
}

/** Every mesh at every place, its winding turned where that mirrors. */
export function flattenedScene(
  world: readonly Mesh[],
  placed: readonly Placed[],
  materials: readonly MaterialSource[],
  images: readonly ImageSource[] = [],
): SceneSource {
  const flat = placed.flatMap(({ meshes, places }) =>
    places.flatMap((rows) => meshes.map((mesh) => placedMesh(mesh, rows))),
  );
  return sceneOf([...world, ...flat], materials, images);
}

function placedMesh(mesh: Mesh, rows: Rows): Mesh {
  const m = (row: number, column: number) => rows[4 * row + column] ?? 0;
  const cofactor = (row: number, column: number) => {
    const [a, b, c, d] = [(row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3];
    return m(a, c) * m(b, d) - m(a, d) * m(b, c);
  };
  const determinant = m(0, 0) * cofactor(0, 0) + m(0, 1) * cofactor(0, 1) + m(0, 2) * cofactor(0, 2);
  const at = (list: readonly number[], i: number, k: number) => list[3 * i + k] ?? 0;
  const positions: number[] = [];
  const normals: number[] = [];
  for (let i = 0; i < mesh.positions.length / 3; i++) {
    const normal = [0, 1, 2].map(
      (row) =>
        [0, 1, 2].reduce((sum, k) => sum + cofactor(row, k) * at(mesh.normals, i, k), 0) * Math.sign(determinant),
    );
    const length = Math.hypot(...normal) || 1;
    for (let row = 0; row < 3; row++) {
      positions.push([0, 1, 2].reduce((sum, k) => sum + m(row, k) * at(mesh.positions, i, k), m(row, 3)));
      normals.push((normal[row] ?? 0) / length);
    }
  }
  const indices = [...mesh.indices];
  if (determinant < 0) {
    for (let i = 0; i < indices.length; i += 3) {
      [indices[i + 1], indices[i + 2]] = [mesh.indices[i + 2] ?? 0, mesh.indices[i + 1] ?? 0];
    }
  }
  return { ...mesh, positions, normals, indices };
}
