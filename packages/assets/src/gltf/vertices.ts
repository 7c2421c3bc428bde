import type { Primitive } from '@gltf-transform/core';
import { AssetError } from '../asset-error.js';
import { readElements } from './accessor.js';

/** A primitive's vertices in its mesh's own space, morphed by its weights. */
export interface Vertices {
  readonly count: number;
  readonly positions: Float32Array;
  /** Null where the file has none: the triangles are then flat. Not necessarily unit. */
  readonly normals: Float32Array | null;
}

/**
 * Positions and normals with the morph targets' weights applied (glTF 2.0 §3.7.2.2): base + Σ weight · delta.
 * @throws AssetError
 */
export function readVertices(primitive: Primitive, weights: readonly number[]): Vertices {
  const position = primitive.getAttribute('POSITION');
  if (!position) return { count: 0, positions: new Float32Array(0), normals: null };
  const base = readElements(position, 3);
  const count = base.length / 3;
  const normal = primitive.getAttribute('NORMAL');
  const normals = normal ? readElements(normal, 3) : null;
  if (normals && normals.length !== base.length) throw uneven('NORMAL');
  return {
    count,
    positions: morphed(primitive, 'POSITION', base, weights),
    normals: normals && morphed(primitive, 'NORMAL', normals, weights),
  };
}

function morphed(primitive: Primitive, semantic: string, base: Float32Array, weights: readonly number[]): Float32Array {
  let out = base;
  primitive.listTargets().forEach((target, t) => {
    const weight = weights[t] ?? 0;
    const accessor = target.getAttribute(semantic);
    if (weight === 0 || !accessor) return;
    const deltas = readElements(accessor, 3);
    if (deltas.length !== base.length) throw uneven(`morph target ${t}`);
    if (out === base) out = base.slice();
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + weight * (deltas[i] ?? 0);
  });
  return out;
}

/**
 * Another attribute of the same vertices; null where the primitive has none.
 * @throws AssetError where it has another number of elements
 */
export function readAttribute(
  primitive: Primitive,
  semantic: string,
  size: number,
  count: number,
): Float32Array | null {
  const accessor = primitive.getAttribute(semantic);
  if (!accessor) return null;
  const values = readElements(accessor, size);
  if (values.length !== count * size) throw uneven(semantic);
  return values;
}

function uneven(what: string): AssetError {
  return new AssetError(
    `The glTF is broken: ${what} has another number of elements than the mesh has vertices. Export the model again.`,
  );
}
