import type { SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { MeshPart } from './part.js';

export type JoinedParts = Pick<
  SceneSource,
  'positions' | 'normals' | 'uvs' | 'uvs1' | 'tangents' | 'colors' | 'indices' | 'triangleMaterials'
>;

type Attribute = 'uvs' | 'uvs1' | 'tangents' | 'colors';

/** Parts one after the other in flat lists. An attribute that only some have is filled in; one that none has is absent. */
export function joinParts(parts: readonly MeshPart[]): JoinedParts {
  const sum = (lengthOf: (part: MeshPart) => number) => parts.reduce((total, part) => total + lengthOf(part), 0);
  const vertices = sum((part) => part.positions.length / 3);
  const triangles = sum((part) => part.indices.length / 3);
  const positions = new Float32Array(vertices * 3);
  const normals = new Float32Array(vertices * 3);
  const indices = new Uint32Array(triangles * 3);
  const triangleMaterials = new Uint32Array(triangles);
  let [vertex, index] = [0, 0];
  for (const part of parts) {
    positions.set(part.positions, vertex * 3);
    normals.set(part.normals, vertex * 3);
    for (let i = 0; i < part.indices.length; i++) indices[index + i] = (part.indices[i] ?? 0) + vertex;
    triangleMaterials.fill(part.material, index / 3, (index + part.indices.length) / 3);
    vertex += part.positions.length / 3;
    index += part.indices.length;
  }
  const join = (attribute: Attribute, size: number, missing: number) => {
    if (parts.every((part) => part[attribute] === null)) return null;
    const out = new Float32Array(vertices * size).fill(missing);
    let at = 0;
    for (const part of parts) {
      const values = part[attribute];
      if (values) out.set(values, at);
      at += (part.positions.length / 3) * size;
    }
    return out;
  };
  const uvs1 = join('uvs1', 2, 0);
  const tangents = join('tangents', 4, 0);
  const colors = join('colors', 4, 1);
  return {
    positions,
    normals,
    uvs: join('uvs', 2, 0) ?? new Float32Array(vertices * 2),
    ...(uvs1 && { uvs1 }),
    ...(tangents && { tangents }),
    ...(colors && { colors }),
    indices,
    triangleMaterials,
  };
}
