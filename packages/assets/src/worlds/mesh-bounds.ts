import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { AssetError } from '../asset-error.js';
import type { PlacedNode, SceneGraph } from '../gltf/nodes.js';
import type { OpenGltf } from '../gltf/open.js';
import { jointMatrices, skinnedPlacement } from '../gltf/skin.js';
import { triangleList } from '../gltf/triangles.js';
import { readVertices } from '../gltf/vertices.js';
import { transformPoint } from '../math/mat4.js';

/** From the least to the largest coordinates. */
export interface Bounds {
  readonly low: Triple;
  readonly high: Triple;
}

export interface MeshBounds {
  /** Around what a node's mesh shows; null where it has no triangles. In the world's space for a skinned mesh, else in its own. */
  of(placed: PlacedNode): (Bounds & { readonly skinned: boolean }) | null;
}

/** Bounds of meshes at rest: those that many nodes share are measured once. */
export function createMeshBounds({ json, accessors }: OpenGltf, graph: SceneGraph): MeshBounds {
  const known = new Map<number, Bounds | null>();

  function measure(meshIndex: number, weights: readonly number[], skin: number | undefined): Bounds | null {
    const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const joints = skin === undefined ? null : jointMatrices(json, accessors, skin, graph.worlds);
    const place = new Float32Array(3);
    for (const primitive of json.meshes[meshIndex]?.primitives ?? []) {
      const position = primitive.attributes['POSITION'];
      const count = position === undefined ? 0 : (json.accessors[position]?.count ?? 0);
      const triangles = triangleList(accessors, primitive, count);
      if (!triangles || triangles.length === 0) continue;
      const vertices = readVertices(accessors, primitive, { weights, secondSet: false, tangents: false });
      const placement = joints && skinnedPlacement(accessors, primitive, vertices.count, joints);
      for (const vertex of new Set(triangles)) {
        if (placement) transformPoint(placement(vertex), vertices.positions, vertex, place, 0);
        else place.set(vertices.positions.subarray(3 * vertex, 3 * vertex + 3));
        place.forEach((x, k) => {
          low[k] = Math.min(low[k] ?? x, x);
          high[k] = Math.max(high[k] ?? x, x);
        });
      }
    }
    const [x = 0, y = 0, z = 0] = low;
    const [u = 0, v = 0, w = 0] = high;
    if (u < x) return null;
    if (![...low, ...high].every(Number.isFinite)) {
      throw new AssetError(
        `The mesh "${json.meshes[meshIndex]?.name || `mesh ${meshIndex}`}" has positions that are not finite numbers. Repair the model and export it again.`,
      );
    }
    return { low: [x, y, z], high: [u, v, w] };
  }

  return {
    of({ node, weights }) {
      const { mesh } = node;
      if (mesh === undefined) return null;
      // Without joints a mesh stands where its node does, skin or not.
      const jointed = json.meshes[mesh]?.primitives.some(({ attributes }) => attributes['JOINTS_0'] !== undefined);
      const skin = jointed ? node.skin : undefined;
      const own = weights ?? json.meshes[mesh]?.weights ?? [];
      const shared = skin === undefined && own.every((weight) => weight === 0);
      const cached = shared ? known.get(mesh) : undefined;
      const bounds = cached === undefined ? measure(mesh, own, skin) : cached;
      if (shared) known.set(mesh, bounds);
      return bounds && { ...bounds, skinned: skin !== undefined };
    },
  };
}
