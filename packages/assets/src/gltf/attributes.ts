import type { Mat4 } from '../math/mat4.js';
import type { Placement } from './part.js';
import type { Vertices } from './vertices.js';

/** The elements of `sources`, in that order; what is no number becomes 0: it would poison whole pixels. */
export function gather(values: Float32Array | null, size: number, sources: Uint32Array): Float32Array | null {
  if (!values) return null;
  const out = new Float32Array(sources.length * size);
  sources.forEach((source, i) => {
    for (let c = 0; c < size; c++) {
      const value = values[source * size + c] ?? 0;
      out[i * size + c] = Number.isFinite(value) ? value : 0;
    }
  });
  return out;
}

/** Vertex colours as RGBA, kept within 0 and 1 as glTF 2.0 §3.7.2.1 has it. */
export function rgba(colors: Vertices['colors'], sources: Uint32Array): Float32Array | null {
  if (!colors) return null;
  const { values, size } = colors;
  const out = new Float32Array(sources.length * 4).fill(1);
  sources.forEach((source, i) => {
    for (let c = 0; c < size; c++) out[i * 4 + c] = Math.min(1, Math.max(0, values[source * size + c] ?? 1)) || 0;
  });
  return out;
}

/**
 * Tangents go along with the surface, as differences of its points do. Their sign turns where the placement mirrors,
 * since the bitangent is made of normal and tangent by the right-hand rule.
 */
export function placeTangents(
  tangents: Float32Array | null,
  sources: Uint32Array,
  placement: Placement,
  mirrors: boolean,
): Float32Array | null {
  if (!tangents) return null;
  const out = new Float32Array(sources.length * 4);
  sources.forEach((source, i) => {
    const matrix = typeof placement === 'function' ? placement(source) : placement;
    const [x, y, z] = turned(matrix, tangents, source * 4);
    const length = Math.hypot(x, y, z);
    if (!(length > 0 && length < Infinity)) return;
    const sign = (tangents[source * 4 + 3] ?? 1) < 0 !== mirrors ? -1 : 1;
    out.set([x / length, y / length, z / length, sign], i * 4);
  });
  return out;
}

function turned(m: Mat4, from: Float32Array, at: number): [number, number, number] {
  const [x, y, z] = [from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0];
  const row = (r: number) => (m[r] ?? 0) * x + (m[r + 4] ?? 0) * y + (m[r + 8] ?? 0) * z;
  return [row(0), row(1), row(2)];
}
