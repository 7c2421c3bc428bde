import type { InstancedMesh } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { AssetError } from '../asset-error.js';
import { affineRows, IDENTITY, isInvertible, type Mat4 } from '../math/mat4.js';
import { type JoinedParts, joinParts } from './join.js';
import type { LocalPrimitive, MeshGroup } from './meshes.js';
import { type MeshPart, type Placement, placePart } from './part.js';

/** Triangles of a whole scene, those of instanced meshes counted once. */
export const MAX_TRIANGLES = 8_000_000;

/** A mesh that stands in several places is shared from this many triangles on; below, copies are quicker to trace. */
export const SHARED_FROM_TRIANGLES = 64;

export interface Geometry extends JoinedParts {
  readonly instances?: readonly InstancedMesh[];
}

/** What of a group is flattened to world space, and what stands in its own. */
interface Split {
  readonly flat: readonly { readonly primitive: LocalPrimitive; readonly placements: readonly Placement[] }[];
  readonly shared: readonly LocalPrimitive[];
  readonly matrices: readonly Mat4[];
}

/**
 * Flattens meshes to world space, but for those that stand in several places or that the pose moves: they are kept in
 * their own space, so that several places share their triangles, and so that what moves stays the same bytes. Emissive
 * surfaces and places without an inverse are always flattened. Null where there are no triangles.
 * @throws AssetError
 */
export function buildGeometry(groups: readonly MeshGroup[]): Geometry | null {
  const splits = groups.map(split);
  checkCount(splits);
  const flat = splits.flatMap((group) =>
    group.flat.flatMap(({ primitive, placements }) => placements.map((placement) => place(primitive, placement))),
  );
  const shared = splits.flatMap(({ shared, matrices }) =>
    shared.length === 0 ? [] : { parts: shared.map((primitive) => place(primitive, IDENTITY)), matrices },
  );
  let firstTriangle = triangleCount(flat);
  const instances = shared.map(({ parts, matrices }): InstancedMesh => {
    const range = { firstTriangle, triangleCount: triangleCount(parts), transforms: affineRows(matrices) };
    firstTriangle += range.triangleCount;
    return range;
  });
  const parts = [...flat, ...shared.flatMap((mesh) => mesh.parts)];
  if (parts.length === 0) return null;
  return { ...joinParts(parts), ...(instances.length > 0 && { instances }) };
}

function split({ primitives, places }: MeshGroup): Split {
  const all = (placements: readonly Placement[]) => primitives.map((primitive) => ({ primitive, placements }));
  if (places.kind === 'bent') return { flat: all(places.placements), shared: [], matrices: [] };
  const matrices = places.matrices.filter(isInvertible);
  const shared = primitives.filter(({ material }) => !material.emits);
  const triangles = shared.reduce((sum, primitive) => sum + primitive.triangles.length / 3, 0);
  const worthwhile = matrices.length >= 2 && triangles >= SHARED_FROM_TRIANGLES;
  if (matrices.length === 0 || triangles === 0 || !(worthwhile || places.moves)) {
    return { flat: all(places.matrices), shared: [], matrices: [] };
  }
  const singular = places.matrices.filter((matrix) => !isInvertible(matrix));
  const flat = primitives.map((primitive) => ({
    primitive,
    placements: primitive.material.emits ? places.matrices : singular,
  }));
  return { flat, shared, matrices };
}

function checkCount(splits: readonly Split[]): void {
  let triangles = 0;
  for (const { flat, shared } of splits) {
    for (const { primitive, placements } of flat) triangles += (primitive.triangles.length / 3) * placements.length;
    for (const primitive of shared) triangles += primitive.triangles.length / 3;
  }
  if (triangles > MAX_TRIANGLES) {
    throw new AssetError(`The scene has more than ${MAX_TRIANGLES / 1e6} million triangles. Simplify its meshes.`);
  }
}

function place({ name, vertices, triangles, material }: LocalPrimitive, placement: Placement): MeshPart {
  return placePart({ name, vertices, triangles, material: material.index, placement });
}

function triangleCount(parts: readonly MeshPart[]): number {
  return parts.reduce((sum, { indices }) => sum + indices.length / 3, 0);
}
