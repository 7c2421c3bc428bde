import type { InstancedMesh, SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** Points that stand for an instanced mesh, and for all places of all of them. */
const POINTS_A_MESH = 64;
const MAX_POINTS = 2_000_000;

/**
 * World-space points that reach as far as the scene does, flat xyz: all vertices, those of instanced meshes reduced to
 * their outermost ones.
 */
export function worldPoints({ positions, indices, instances }: SceneSource): Float32Array {
  const [first] = instances ?? [];
  if (!instances || !first) return positions;
  // Instanced triangles come last, and share no vertex with the others.
  const flat = positions.subarray(0, 3 * smallest(indices, first.firstTriangle * 3));
  const places = instances.reduce((sum, { transforms }) => sum + transforms.length / 12, 0);
  const each = Math.max(6, Math.min(POINTS_A_MESH, Math.floor(MAX_POINTS / places)));
  const parts = [flat, ...instances.map((mesh) => placedPoints(mesh, hullPoints(positions, indices, mesh, each)))];
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function smallest(indices: Uint32Array, from: number): number {
  let least = Infinity;
  for (let i = from; i < indices.length; i++) least = Math.min(least, indices[i] ?? 0);
  return Number.isFinite(least) ? least : 0;
}

/** The vertices farthest out in `count` directions spread evenly (a Fibonacci spiral), in the mesh's own space. */
function hullPoints(positions: Float32Array, indices: Uint32Array, mesh: InstancedMesh, count: number): number[] {
  const chosen = new Set<number>();
  for (let d = 0; d < count; d++) {
    const y = 1 - (2 * d + 1) / count;
    const [radius, angle] = [Math.sqrt(1 - y * y), d * Math.PI * (3 - Math.sqrt(5))];
    const [x, z] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    let [best, vertex] = [-Infinity, -1];
    for (let i = mesh.firstTriangle * 3; i < (mesh.firstTriangle + mesh.triangleCount) * 3; i++) {
      const at = (indices[i] ?? 0) * 3;
      const reach = (positions[at] ?? 0) * x + (positions[at + 1] ?? 0) * y + (positions[at + 2] ?? 0) * z;
      if (reach > best) [best, vertex] = [reach, at];
    }
    if (vertex >= 0) chosen.add(vertex);
  }
  return [...chosen].flatMap((at) => [...positions.subarray(at, at + 3)]);
}

function placedPoints({ transforms }: InstancedMesh, points: readonly number[]): Float32Array {
  const out = new Float32Array((transforms.length / 12) * points.length);
  let to = 0;
  for (let m = 0; m < transforms.length; m += 12) {
    for (let p = 0; p < points.length; p += 3) {
      for (let row = m; row < m + 12; row += 4) {
        out[to++] =
          (transforms[row] ?? 0) * (points[p] ?? 0) +
          (transforms[row + 1] ?? 0) * (points[p + 1] ?? 0) +
          (transforms[row + 2] ?? 0) * (points[p + 2] ?? 0) +
          (transforms[row + 3] ?? 0);
      }
    }
  }
  return out;
}
