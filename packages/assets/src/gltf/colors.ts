import type { Primitive } from '@gltf-transform/core';
import type { Tint } from './materials.js';
import { readAttribute } from './vertices.js';

/** Different colours of one primitive that become materials of their own; with more, their mean colours it all. */
const MAX_TINTS = 256;
const WHITE: Tint = [1, 1, 1, 1];

/** A primitive's vertex colours as tints, one a triangle. */
export interface Tints {
  readonly tints: readonly Tint[];
  /** Index into `tints`, one a triangle. */
  readonly triangles: Uint32Array;
  /** Whether the triangles really are of one colour each, so that nothing is lost. */
  readonly exact: boolean;
}

/** The scene has no vertex colours: flat-coloured triangles become materials, gradients their mean. */
export function readTints(primitive: Primitive, triangles: Uint32Array, vertexCount: number): Tints {
  const count = triangles.length / 3;
  const size = primitive.getAttribute('COLOR_0')?.getElementSize() === 3 ? 3 : 4;
  const colors = readAttribute(primitive, 'COLOR_0', size, vertexCount);
  if (!colors) return { tints: [WHITE], triangles: new Uint32Array(count), exact: true };
  const colorAt = (vertex: number): Tint => {
    const channel = (c: number) => Math.min(1, Math.max(0, colors[vertex * size + c] ?? 1)) || 0;
    return [channel(0), channel(1), channel(2), size === 4 ? channel(3) : 1];
  };
  return flatTints(triangles, colorAt) ?? { ...meanTint(triangles, colorAt), exact: false };
}

function flatTints(triangles: Uint32Array, colorAt: (vertex: number) => Tint): Tints | null {
  const known = new Map<string, number>();
  const tints: Tint[] = [];
  const out = new Uint32Array(triangles.length / 3);
  for (let t = 0; t < out.length; t++) {
    const [a, b, c] = [0, 1, 2].map((k) => colorAt(triangles[t * 3 + k] ?? 0));
    const key = String(a);
    if (!a || key !== String(b) || key !== String(c)) return null;
    let index = known.get(key);
    if (index === undefined) {
      index = tints.push(a) - 1;
      known.set(key, index);
      if (tints.length > MAX_TINTS) return null;
    }
    out[t] = index;
  }
  return { tints, triangles: out, exact: true };
}

function meanTint(triangles: Uint32Array, colorAt: (vertex: number) => Tint): Omit<Tints, 'exact'> {
  const sum = [0, 0, 0, 0];
  for (const vertex of triangles) {
    colorAt(vertex).forEach((channel, c) => {
      sum[c] = (sum[c] ?? 0) + channel / triangles.length;
    });
  }
  const [r = 1, g = 1, b = 1, a = 1] = sum;
  return { tints: [[r, g, b, a]], triangles: new Uint32Array(triangles.length / 3) };
}
