import {
  DEFAULT_MATERIAL,
  type ImageSource,
  type MaterialSource,
  type SceneSource,
  type Vec3,
} from './scene-source.js';

/** Small scenes in code, for tests. */

export const WHITE: MaterialSource = { ...DEFAULT_MATERIAL, name: 'white', metallic: 0 };

export function material(overrides: Partial<MaterialSource>): MaterialSource {
  return { ...WHITE, ...overrides };
}

export interface Mesh {
  readonly positions: readonly number[];
  readonly normals: readonly number[];
  readonly uvs: readonly number[];
  readonly indices: readonly number[];
  readonly material: number;
}

export function sceneOf(
  meshes: readonly Mesh[],
  materials: readonly MaterialSource[],
  images: readonly ImageSource[] = [],
): SceneSource {
  const positions: number[] = [];
  const normals: number[] = [];
  const uvs: number[] = [];
  const indices: number[] = [];
  const triangleMaterials: number[] = [];
  for (const mesh of meshes) {
    const base = positions.length / 3;
    for (const x of mesh.positions) positions.push(x);
    for (const x of mesh.normals) normals.push(x);
    for (const x of mesh.uvs) uvs.push(x);
    for (const i of mesh.indices) indices.push(base + i);
    for (let t = 0; t < mesh.indices.length / 3; t++) triangleMaterials.push(mesh.material);
  }
  return {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    uvs: Float32Array.from(uvs),
    indices: Uint32Array.from(indices),
    triangleMaterials: Uint32Array.from(triangleMaterials),
    materials,
    images,
    cameras: [],
  };
}

/** A parallelogram corner, corner + a, corner + a + b, corner + b; its front is where a × b points. */
export function quad(corner: Vec3, a: Vec3, b: Vec3, materialIndex: number): Mesh {
  const n = unit(cross(a, b));
  const at = (s: number, t: number) => [0, 1, 2].map((k) => (corner[k] ?? 0) + s * (a[k] ?? 0) + t * (b[k] ?? 0));
  return {
    positions: [...at(0, 0), ...at(1, 0), ...at(1, 1), ...at(0, 1)],
    normals: [...n, ...n, ...n, ...n],
    uvs: [0, 0, 1, 0, 1, 1, 0, 1],
    indices: [0, 1, 2, 0, 2, 3],
    material: materialIndex,
  };
}

/** An axis-aligned box, its fronts outside, or inside. */
export function box(low: Vec3, high: Vec3, materialIndex: number, inward = false): Mesh[] {
  const [x, y, z] = [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
  const side = (corner: Vec3, a: Vec3, b: Vec3) =>
    inward ? quad(corner, b, a, materialIndex) : quad(corner, a, b, materialIndex);
  return [
    side(low, [0, y, 0], [x, 0, 0]),
    side([low[0], low[1], high[2]], [x, 0, 0], [0, y, 0]),
    side(low, [x, 0, 0], [0, 0, z]),
    side([low[0], high[1], low[2]], [0, 0, z], [x, 0, 0]),
    side(low, [0, 0, z], [0, y, 0]),
    side([high[0], low[1], low[2]], [0, y, 0], [0, 0, z]),
  ];
}

/** A sphere of rings × 2·rings quads with smooth normals. */
export function sphere(centre: Vec3, radius: number, rings: number, materialIndex: number): Mesh {
  const positions: number[] = [];
  const normals: number[] = [];
  const uvs: number[] = [];
  const indices: number[] = [];
  const columns = 2 * rings;
  for (let i = 0; i <= rings; i++) {
    for (let j = 0; j <= columns; j++) {
      const theta = (Math.PI * i) / rings;
      const phi = (2 * Math.PI * (j % columns)) / columns;
      const n = [Math.sin(theta) * Math.cos(phi), Math.cos(theta), Math.sin(theta) * Math.sin(phi)];
      for (let k = 0; k < 3; k++) positions.push((centre[k] ?? 0) + radius * (n[k] ?? 0));
      normals.push(...n);
      uvs.push(j / columns, i / rings);
    }
  }
  for (let i = 0; i < rings; i++) {
    for (let j = 0; j < columns; j++) {
      const a = i * (columns + 1) + j;
      const b = a + columns + 1;
      if (i > 0) indices.push(a, a + 1, b);
      if (i < rings - 1) indices.push(a + 1, b + 1, b);
    }
  }
  return { positions, normals, uvs, indices, material: materialIndex };
}

/** A camera at `position` that looks at `target`, +Y up (or +Z, where it looks along Y). */
export function lookAt(position: Vec3, target: Vec3, yfov: number) {
  const forward = unit(sub(target, position));
  const up0: Vec3 = Math.abs(forward[1]) > 0.999 ? [0, 0, 1] : [0, 1, 0];
  const right = unit(cross(forward, up0));
  return {
    position: mutable(position),
    right: mutable(right),
    up: mutable(cross(right, forward)),
    forward: mutable(forward),
    yfov,
  };
}

const mutable = (v: Vec3): [number, number, number] => [...v];

function sub(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Vec3): Vec3 {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
}
