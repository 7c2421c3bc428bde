import type { Document, Material, Mesh, Primitive } from '@gltf-transform/core';
import { AssetError } from '../asset-error.js';
import { readTints } from './colors.js';
import type { MaterialTable } from './materials.js';
import type { PlacedNode, SceneGraph } from './nodes.js';
import { type MeshPart, type PartInput, type Placement, placePart } from './part.js';
import type { GltfJson } from './schema.js';
import { jointMatrices, skinnedPlacement } from './skin.js';
import { triangleList } from './triangles.js';
import { readAttribute, readVertices } from './vertices.js';

/** Triangles of a whole scene, instances counted each. */
export const MAX_TRIANGLES = 8_000_000;

export interface FlattenDeps {
  readonly json: GltfJson;
  readonly document: Document;
  readonly graph: SceneGraph;
  readonly materials: MaterialTable;
  warn(warning: string): void;
}

/** Every mesh of the scene at every place where it stands. @throws AssetError */
export function flattenMeshes(deps: FlattenDeps): MeshPart[] {
  const meshes = deps.document.getRoot().listMeshes();
  const parts: MeshPart[] = [];
  let triangles = 0;
  for (const placed of deps.graph.nodes) {
    const mesh = meshes[placed.node.mesh ?? -1];
    if (!mesh) continue;
    const weights = placed.node.weights ?? mesh.getWeights();
    for (const primitive of mesh.listPrimitives()) {
      const local = readPrimitive(deps, placed, mesh, primitive, weights);
      if (!local) continue;
      triangles += (local.triangles.length / 3) * local.placements.length;
      if (triangles > MAX_TRIANGLES) {
        throw new AssetError(`The scene has more than ${MAX_TRIANGLES / 1e6} million triangles. Simplify its meshes.`);
      }
      for (const placement of local.placements) parts.push(placePart({ ...local, placement }));
    }
  }
  return parts;
}

interface LocalPart extends Omit<PartInput, 'placement'> {
  readonly placements: readonly Placement[];
}

function readPrimitive(
  deps: FlattenDeps,
  placed: PlacedNode,
  mesh: Mesh,
  primitive: Primitive,
  weights: readonly number[],
): LocalPart | null {
  const vertices = readVertices(primitive, weights);
  const triangles = triangleList(primitive, vertices.count);
  if (triangles === null) deps.warn('Points and lines are left out: only triangles are rendered.');
  if (triangles === null || triangles.length === 0) return null;
  const material = primitive.getMaterial();
  const { uv, materials } = materialsOf(deps, primitive, material, triangles, vertices.count);
  return {
    name: mesh.getName() || `mesh ${placed.node.mesh ?? ''}`,
    vertices,
    triangles,
    materials,
    uvs: readAttribute(primitive, `TEXCOORD_${uv.set}`, 2, vertices.count),
    uvTransform: uv.transform,
    placements: placementsOf(deps, placed, primitive, vertices.count),
  };
}

function materialsOf(
  deps: FlattenDeps,
  primitive: Primitive,
  material: Material | null,
  triangles: Uint32Array,
  vertexCount: number,
) {
  const { tints, triangles: tintOf, exact } = readTints(primitive, triangles, vertexCount);
  if (!exact) deps.warn('Vertex colours that vary within a triangle are replaced by their mean.');
  const used = tints.map((tint) => deps.materials.use(material, tint));
  return {
    uv: used[0]?.uv ?? { set: 0, transform: null },
    materials: tintOf.map((tint) => used[tint]?.index ?? 0),
  };
}

function placementsOf(
  deps: FlattenDeps,
  placed: PlacedNode,
  primitive: Primitive,
  count: number,
): readonly Placement[] {
  if (placed.node.skin === undefined) return placed.instances;
  const joints = jointMatrices(deps.json, deps.document, placed.node.skin, deps.graph.worlds);
  const skinned = skinnedPlacement(primitive, count, joints);
  return skinned ? [skinned] : placed.instances;
}
