import type { Accessors, ElementSize } from './accessor.js';
import { broken } from './broken.js';
import type { GltfPrimitive } from './schema.js';

/** A primitive's vertices in its mesh's own space, morphed by its weights. What the file or the caller leaves out is null. */
export interface Vertices {
  readonly count: number;
  readonly positions: Float32Array;
  /** Without them the triangles are flat. Not necessarily unit. */
  readonly normals: Float32Array | null;
  /** xyzw as in glTF; none without normals (glTF 2.0 §3.7.2.1). */
  readonly tangents: Float32Array | null;
  readonly uvs: Float32Array | null;
  readonly uvs1: Float32Array | null;
  /** RGB or RGBA. */
  readonly colors: { readonly values: Float32Array; readonly size: 3 | 4 } | null;
}

export interface VertexOptions {
  /** Of morph targets. */
  readonly weights: readonly number[];
  readonly secondSet: boolean;
  readonly tangents: boolean;
}

/**
 * All that shading needs of the vertices, with the morph targets' weights applied (glTF 2.0 §3.7.2.2): base + Σ weight ·
 * delta.
 * @throws AssetError
 */
export function readVertices(accessors: Accessors, primitive: GltfPrimitive, options: VertexOptions): Vertices {
  const position = primitive.attributes['POSITION'];
  const count = position === undefined ? 0 : accessors.floats(position, 3).length / 3;
  const read = (semantic: string, size: ElementSize) => {
    const base = readAttribute(accessors, primitive, semantic, size, count);
    return base && morphed(accessors, primitive, { semantic, size, base }, options.weights);
  };
  const normals = read('NORMAL', 3);
  const color = primitive.attributes['COLOR_0'];
  const colorSize = color !== undefined && accessors.sizeOf(color) === 3 ? 3 : 4;
  const colors = read('COLOR_0', colorSize);
  return {
    count,
    positions: read('POSITION', 3) ?? new Float32Array(0),
    normals,
    tangents: options.tangents && normals ? read('TANGENT', 4) : null,
    uvs: read('TEXCOORD_0', 2),
    uvs1: options.secondSet ? read('TEXCOORD_1', 2) : null,
    colors: colors && { values: colors, size: colorSize },
  };
}

function morphed(
  accessors: Accessors,
  primitive: GltfPrimitive,
  { semantic, size, base }: { semantic: string; size: ElementSize; base: Float32Array },
  weights: readonly number[],
): Float32Array {
  // Deltas of tangents leave the sign out.
  const deltaSize = semantic === 'TANGENT' ? 3 : size;
  let out = base;
  primitive.targets.forEach((target, t) => {
    const weight = weights[t] ?? 0;
    const accessor = target[semantic];
    if (weight === 0 || accessor === undefined) return;
    const deltas = accessors.floats(accessor, deltaSize);
    if (deltas.length / deltaSize !== base.length / size) throw uneven(`morph target ${t}`);
    if (out === base) out = base.slice();
    for (let i = 0; i < deltas.length; i++) {
      const at = Math.floor(i / deltaSize) * size + (i % deltaSize);
      out[at] = (out[at] ?? 0) + weight * (deltas[i] ?? 0);
    }
  });
  return out;
}

/**
 * An attribute as it stands in the file; null where the primitive has none.
 * @throws AssetError where it has another number of elements
 */
export function readAttribute(
  accessors: Accessors,
  primitive: GltfPrimitive,
  semantic: string,
  size: ElementSize,
  count: number,
): Float32Array | null {
  const accessor = primitive.attributes[semantic];
  if (accessor === undefined) return null;
  const values = accessors.floats(accessor, size);
  if (values.length !== count * size) throw uneven(semantic);
  return values;
}

function uneven(what: string) {
  return broken(`${what} has another number of elements than the mesh has vertices`);
}
