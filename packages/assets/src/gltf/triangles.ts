import type { Accessors } from './accessor.js';
import { broken } from './broken.js';
import type { GltfPrimitive } from './schema.js';

// Primitive modes of glTF 2.0; below them are points and lines, above them only fans.
const TRIANGLES = 4;
const TRIANGLE_STRIP = 5;

/**
 * A primitive as a plain triangle list of vertex indices, counter-clockwise as the file has it; null for points and
 * lines. Strips and fans are unrolled as in glTF 2.0 §3.7.2.1, triangles of a strip or fan that repeat a vertex are
 * left out, and so are vertices at the end that make no whole triangle.
 * @throws AssetError for an index past the vertices
 */
export function triangleList(accessors: Accessors, primitive: GltfPrimitive, vertexCount: number): Uint32Array | null {
  const { mode } = primitive;
  if (mode < TRIANGLES) return null;
  const order = vertexOrder(accessors, primitive.indices, vertexCount);
  if (mode === TRIANGLES) return order.slice(0, order.length - (order.length % 3));
  const out = new Uint32Array(Math.max(0, order.length - 2) * 3);
  let length = 0;
  for (let i = 0; i + 2 < order.length; i++) {
    const corners = mode === TRIANGLE_STRIP ? [i, i + 1 + (i % 2), i + 2 - (i % 2)] : [i + 1, i + 2, 0];
    const [a, b, c] = corners.map((corner) => order[corner] ?? 0);
    if (a === undefined || b === undefined || c === undefined || a === b || b === c || a === c) continue;
    out.set([a, b, c], length);
    length += 3;
  }
  return out.slice(0, length);
}

function vertexOrder(accessors: Accessors, indices: number | undefined, vertexCount: number): Uint32Array {
  if (indices === undefined) return Uint32Array.from({ length: vertexCount }, (_, i) => i);
  const order = accessors.indices(indices);
  for (const index of order) {
    if (index >= vertexCount) {
      throw broken(`a triangle uses vertex ${index} of a mesh with ${vertexCount} vertices`);
    }
  }
  return order;
}
