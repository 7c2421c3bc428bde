import type { ShadingLayout } from './layout.js';
import type { SceneSource } from './scene-source.js';
import { octahedral } from './triangles.js';

/** What a hit's shading reads of a corner. See `shading` in layout.ts. */

/**
 * @param layout of triangles, or of vertices
 * @returns writes a vertex of the source: as a corner (0 to 2) of the triangle whose words begin at `base`, or as the vertex (corner 0)
 *   whose words begin there
 */
export function createShadingWriter(
  source: SceneSource,
  layout: ShadingLayout,
  words: Uint32Array<ArrayBuffer>,
): (base: number, corner: number, vertex: number) => void {
  const floats = new Float32Array(words.buffer);
  const { uvs1, tangents, colors } = source;
  return (base, corner, vertex) => {
    words[base + layout.normal + corner] = octahedral(source.normals, 3 * vertex);
    writeUv(floats, base + layout.uv + 2 * corner, source.uvs, vertex);
    if (layout.uv1 !== null && uvs1) writeUv(floats, base + layout.uv1 + 2 * corner, uvs1, vertex);
    if (layout.tangents !== null && tangents) words[base + layout.tangents + corner] = tangentWord(tangents, vertex);
    if (layout.colors !== null && colors) writeColor(words, base + layout.colors + 2 * corner, colors, vertex);
  };
}

function writeUv(floats: Float32Array, at: number, uvs: Float32Array, vertex: number): void {
  for (let k = 0; k < 2; k++) {
    const uv = uvs[2 * vertex + k] ?? 0;
    // Far beyond any texture a float has no fraction left; not finite would poison the texel's address.
    floats[at + k] = Math.abs(uv) < 1e6 ? uv : 0;
  }
}

/** The lowest bit holds the bitangent's sign: 1 for a negative one. */
function tangentWord(tangents: Float32Array, vertex: number): number {
  const word = octahedral(tangents, 4 * vertex);
  return ((word & ~1) | ((tangents[4 * vertex + 3] ?? 1) < 0 ? 1 : 0)) >>> 0;
}

function writeColor(words: Uint32Array, at: number, colors: Float32Array, vertex: number): void {
  const channel = (c: number) => {
    const x = colors[4 * vertex + c] ?? 1;
    return Math.round(65_535 * (x > 0 ? Math.min(x, 1) : 0));
  };
  words[at] = (channel(0) | (channel(1) << 16)) >>> 0;
  words[at + 1] = (channel(2) | (channel(3) << 16)) >>> 0;
}
