/**
 * Where things lie in a packed scene. All buffers are little-endian 32-bit words.
 *
 * `nodes`, NODE_WORDS a node, node 0 is the root. A node holds the boxes of its two children on the scene's 16-bit grid:
 * words 0–2 child 0's x, y, z as `low | high << 16`, word 3 its reference; words 4–7 child 1's. A reference is a node's
 * index, or a leaf: bit 31, `count` in bits 27–30, first triangle in bits 0–26. A leaf of no triangles is empty.
 *
 * `triangles`, TRIANGLE_WORDS a triangle, in the order of the leaves: v0.xyz, meta, e1.xyz, light, e2.xyz, source; e1 and e2
 * are the edges from v0. meta: material in bits 0–23, then the flags below. light: index + 1 into the lights, 0 for none.
 * source: the triangle's index in the SceneSource.
 *
 * `shading`, SHADING_WORDS a triangle: three octahedral normals (two 16-bit signed normalised numbers a word), then three uv.
 *
 * `tables`: sRGB_WORDS of sRGB decoding, ALBEDO_WORDS of the specular lobe's albedo (see energy.ts), MATERIAL_WORDS a
 * material, TEXTURE_WORDS a texture, LIGHT_WORDS a light.
 *   material: base colour RGBA, emissive RGB, metallic, roughness, alpha cut-off, then base-colour, metallic-roughness and
 *     emissive texture as index + 1 (0: none), alpha mode (0 opaque, 1 mask, 2 blend), two spare.
 *   texture: first texel, width | height << 16, wrap S | wrap T << 2 | nearest << 4 (0 repeat, 1 clamp, 2 mirror), spare.
 *   light: triangle, alias, threshold (32-bit fixed point), probability density over area (1/m², choice included).
 *
 * `texels`: RGBA, 8 bits each, R lowest.
 *
 * An environment map's `texels`, ENVIRONMENT_WORDS a texel, rows from +Y: radiance (9 bits a channel, 5-bit shared exponent,
 * times the manifest's scale), alias, threshold, probability density over the unit square of uv.
 */

export const NODE_WORDS = 8;
export const TRIANGLE_WORDS = 12;
export const SHADING_WORDS = 9;
export const MATERIAL_WORDS = 16;
export const TEXTURE_WORDS = 4;
export const LIGHT_WORDS = 4;
export const ENVIRONMENT_WORDS = 4;
export const SRGB_WORDS = 256;

/** Sides of the albedo table: cosine × roughness. */
export const ALBEDO_SIDE = 32;
/** Two numbers a cell, and two averages a roughness. */
export const ALBEDO_WORDS = 2 * ALBEDO_SIDE * ALBEDO_SIDE + 2 * ALBEDO_SIDE;

export const LEAF_FLAG = 0x8000_0000;
export const LEAF_COUNT_SHIFT = 27;
export const MAX_LEAF_TRIANGLES = 8;
/** Triangles that a leaf reference can name. */
export const MAX_TRIANGLES = 2 ** 27;

/** Triangle meta: only its front may be hit. */
export const SINGLE_SIDED = 1 << 30;
/** Triangle meta: the material's alpha decides whether a hit counts. */
export const ALPHA_TESTED = 1 << 29;
export const MAX_MATERIALS = 2 ** 16;
export const MAX_TEXTURES = 2 ** 16;
export const MAX_TEXTURE_SIDE_PX = 8192;

/** Coordinates beyond this (m) are dropped: their products would leave the range of 32-bit floats. */
export const WORLD_LIMIT = 1e9;

/** Entries of the traversal stack that no tree of `buildBvh` exceeds. */
export const MAX_STACK = 64;

/** Words before the first material in `tables`. */
export const MATERIALS_AT = SRGB_WORDS + ALBEDO_WORDS;

export interface SceneCounts {
  readonly triangles: number;
  readonly nodes: number;
  readonly materials: number;
  readonly textures: number;
  readonly lights: number;
  readonly texels: number;
}

/** Bytes of each of a scene's buffers. A buffer is never empty: storage bindings may not be. */
export function sceneBytes(counts: SceneCounts) {
  const triangles = Math.max(1, counts.triangles);
  return {
    nodes: 4 * NODE_WORDS * counts.nodes,
    triangles: 4 * TRIANGLE_WORDS * triangles,
    shading: 4 * SHADING_WORDS * triangles,
    tables:
      4 *
      (MATERIALS_AT +
        MATERIAL_WORDS * counts.materials +
        TEXTURE_WORDS * counts.textures +
        LIGHT_WORDS * counts.lights),
    texels: 4 * counts.texels,
  } as const;
}

export type SceneRole = keyof ReturnType<typeof sceneBytes>;
