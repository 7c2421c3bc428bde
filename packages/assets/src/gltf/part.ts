import { AssetError } from '../asset-error.js';
import { determinant3, type Mat4, normalMatrix, transformNormal, transformPoint } from '../math/mat4.js';
import { cross, normalize, subtract, vec3At } from '../math/vec3.js';
import { gather, placeTangents, rgba } from './attributes.js';
import type { Vertices } from './vertices.js';

/** A piece of the scene: one primitive at one place, in the placement's space. Vertices are those that its triangles use. */
export interface MeshPart {
  readonly positions: Float32Array;
  /** Unit. */
  readonly normals: Float32Array;
  /** These four are null where the primitive has none, or needs none. */
  readonly uvs: Float32Array | null;
  readonly uvs1: Float32Array | null;
  /** xyz unit, or zero. */
  readonly tangents: Float32Array | null;
  /** RGBA from 0 to 1. */
  readonly colors: Float32Array | null;
  readonly indices: Uint32Array;
  /** Index into the scene's materials. */
  readonly material: number;
}

/** Local to world: one matrix for all vertices, or (skins) one for each, valid until the next call. */
export type Placement = Mat4 | ((vertex: number) => Mat4);

export interface PartInput {
  /** For messages. */
  readonly name: string;
  readonly vertices: Vertices;
  /** Vertex indices, three a triangle. */
  readonly triangles: Uint32Array;
  readonly material: number;
  readonly placement: Placement;
}

/**
 * Places a primitive. Where a matrix mirrors, the winding is turned, so that fronts stay fronts. Missing
 * normals make flat triangles (their vertices are then not shared); a normal without a direction takes its triangle's.
 * @throws AssetError for a position that is not finite
 */
export function placePart(input: PartInput): MeshPart {
  const { vertices, material, placement } = input;
  const smooth = vertices.normals !== null;
  const { sources, indices } = smooth ? compacted(input.triangles, vertices.count) : separate(input.triangles);
  const positions = new Float32Array(sources.length * 3);
  const normals = new Float32Array(sources.length * 3);
  const mirrors = placeVertices(input, sources, positions, normals);
  if (mirrors) turnWinding(indices);
  repairNormals(positions, indices, normals);
  return {
    positions,
    normals,
    uvs: gather(vertices.uvs, 2, sources),
    uvs1: gather(vertices.uvs1, 2, sources),
    tangents: placeTangents(vertices.tangents, sources, placement, mirrors),
    colors: rgba(vertices.colors, sources),
    indices,
    material,
  };
}

/** Only the vertices in use, in the order of their first use. */
function compacted(triangles: Uint32Array, count: number): { sources: Uint32Array; indices: Uint32Array } {
  const place = new Int32Array(count).fill(-1);
  const sources = new Uint32Array(Math.min(count, triangles.length));
  const indices = new Uint32Array(triangles.length);
  let used = 0;
  triangles.forEach((vertex, i) => {
    let at = place[vertex] ?? -1;
    if (at < 0) {
      at = used++;
      place[vertex] = at;
      sources[at] = vertex;
    }
    indices[i] = at;
  });
  return { sources: sources.slice(0, used), indices };
}

function separate(triangles: Uint32Array): { sources: Uint32Array; indices: Uint32Array } {
  return { sources: triangles, indices: Uint32Array.from(triangles, (_, i) => i) };
}

/** Fills both lists and says whether the placement mirrors (of a skin: its first vertex). */
function placeVertices(
  { name, placement, vertices }: PartInput,
  sources: Uint32Array,
  positions: Float32Array,
  normals: Float32Array,
): boolean {
  const rigid = typeof placement === 'function' ? null : { world: placement, carry: normalMatrix(placement) };
  let mirrors = rigid !== null && determinant3(rigid.world) < 0;
  sources.forEach((source, i) => {
    const world = typeof placement === 'function' ? placement(source) : placement;
    if (i === 0 && !rigid) mirrors = determinant3(world) < 0;
    transformPoint(world, vertices.positions, source, positions, i);
    if (vertices.normals) transformNormal(rigid?.carry ?? normalMatrix(world), vertices.normals, source, normals, i);
  });
  if (!positions.every(Number.isFinite)) {
    throw new AssetError(
      `The mesh "${name}" has positions that are not finite numbers. Repair the model and export it again.`,
    );
  }
  return mirrors;
}

function turnWinding(indices: Uint32Array): void {
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const second = indices[t + 1] ?? 0;
    indices[t + 1] = indices[t + 2] ?? 0;
    indices[t + 2] = second;
  }
}

/** A normal without a direction (missing, zero, not a number) becomes that of a triangle that it belongs to. */
function repairNormals(positions: Float32Array, indices: Uint32Array, normals: Float32Array): void {
  const sound = new Uint8Array(normals.length / 3);
  for (let i = 0; i < sound.length; i++) {
    // Unit already, but for those that have no direction: NaN fails the comparison too.
    sound[i] = Math.hypot(...vec3At(normals, i)) > 0.5 ? 1 : 0;
  }
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const corners = [indices[t] ?? 0, indices[t + 1] ?? 0, indices[t + 2] ?? 0] as const;
    if (corners.every((corner) => sound[corner] === 1)) continue;
    const [a, b, c] = corners.map((corner) => vec3At(positions, corner));
    if (!a || !b || !c) continue;
    // A triangle without area has no normal; any unit vector will do, nothing is ever seen of it.
    const normal = normalize(cross(subtract(b, a), subtract(c, a)), [0, 1, 0]);
    for (const corner of corners) {
      if (sound[corner] === 1) continue;
      normals.set(normal, corner * 3);
      sound[corner] = 1;
    }
  }
}
