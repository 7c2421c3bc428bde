import type { Mat4 } from '../math/mat4.js';
import type { Accessors } from './accessor.js';
import type { MaterialTable, UsedMaterial } from './materials.js';
import type { PlacedNode, SceneGraph } from './nodes.js';
import type { Placement } from './part.js';
import type { GltfJson, GltfPrimitive } from './schema.js';
import { jointMatrices, skinnedPlacement } from './skin.js';
import { triangleList } from './triangles.js';
import { readVertices, type Vertices } from './vertices.js';

/** A primitive in its mesh's own space. */
export interface LocalPrimitive {
  /** The mesh's, for messages. */
  readonly name: string;
  readonly vertices: Vertices;
  /** Vertex indices, three a triangle; at least one. */
  readonly triangles: Uint32Array;
  readonly material: UsedMaterial;
}

/** Primitives, and every place where they stand. */
export interface MeshGroup {
  readonly primitives: readonly LocalPrimitive[];
  /** `bent`: a skin, each vertex for itself, as are meshes whose shape is a node's own (morph targets). */
  readonly places:
    | { readonly kind: 'rigid'; readonly matrices: readonly Mat4[]; readonly moves: boolean }
    | { readonly kind: 'bent'; readonly placements: readonly Placement[] };
}

export interface MeshDeps {
  readonly json: GltfJson;
  readonly accessors: Accessors;
  readonly graph: SceneGraph;
  readonly materials: MaterialTable;
  warn(warning: string): void;
}

export function readMeshes(deps: MeshDeps): readonly MeshGroup[] {
  const rigid = new Map<number, { matrices: Mat4[]; moves: boolean }>();
  return deps.graph.nodes.flatMap((placed): MeshGroup[] => {
    const mesh = placed.node.mesh;
    if (mesh === undefined) return [];
    if (isBent(deps.json, placed)) return bentGroups(deps, placed, mesh);
    const known = rigid.get(mesh);
    if (known) {
      for (const matrix of placed.instances) known.matrices.push(matrix);
      known.moves ||= placed.moves;
      return [];
    }
    const places = { kind: 'rigid' as const, matrices: [...placed.instances], moves: placed.moves };
    rigid.set(mesh, places);
    return [{ primitives: readPrimitives(deps, mesh, []), places }];
  });
}

function isBent(json: GltfJson, { node }: PlacedNode): boolean {
  const primitives = json.meshes[node.mesh ?? -1]?.primitives ?? [];
  return node.skin !== undefined || primitives.some(({ targets }) => targets.length > 0);
}

function bentGroups(deps: MeshDeps, placed: PlacedNode, mesh: number): MeshGroup[] {
  const weights = placed.weights ?? deps.json.meshes[mesh]?.weights ?? [];
  const { skin } = placed.node;
  const joints = skin === undefined ? null : jointMatrices(deps.json, deps.accessors, skin, deps.graph.worlds);
  return (deps.json.meshes[mesh]?.primitives ?? []).map((primitive) => {
    const local = readPrimitive(deps, mesh, primitive, weights);
    const skinned = joints && local && skinnedPlacement(deps.accessors, primitive, local.vertices.count, joints);
    return {
      primitives: local ? [local] : [],
      places: { kind: 'bent', placements: skinned ? [skinned] : placed.instances },
    };
  });
}

function readPrimitives(deps: MeshDeps, mesh: number, weights: readonly number[]): LocalPrimitive[] {
  return (deps.json.meshes[mesh]?.primitives ?? []).flatMap(
    (primitive) => readPrimitive(deps, mesh, primitive, weights) ?? [],
  );
}

function readPrimitive(
  deps: MeshDeps,
  mesh: number,
  primitive: GltfPrimitive,
  weights: readonly number[],
): LocalPrimitive | null {
  const position = primitive.attributes['POSITION'];
  const count = position === undefined ? 0 : (deps.json.accessors[position]?.count ?? 0);
  const triangles = triangleList(deps.accessors, primitive, count);
  if (triangles === null) deps.warn('Points and lines are left out: only triangles are rendered.');
  if (triangles === null || triangles.length === 0) return null;
  const material = deps.materials.use(primitive.material);
  const { secondSet, bumps } = material;
  return {
    name: deps.json.meshes[mesh]?.name || `mesh ${mesh}`,
    vertices: readVertices(deps.accessors, primitive, { weights, secondSet, tangents: bumps }),
    triangles,
    material,
  };
}
