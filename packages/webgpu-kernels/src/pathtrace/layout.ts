/**
 * Where things lie in a packed scene. All buffers are little-endian 32-bit words.
 *
 * `nodes`, NODE_WORDS a node, node 0 is the root. A node holds the boxes of its two children on the scene's 15-bit grid:
 * words 0–2 child 0's x, y, z as `low | high << 16`, word 3 its reference; words 4–7 child 1's. A reference is a node's
 * index, or a leaf: bit 31, `count` in bits 27–30, first triangle in bits 0–26. A leaf of no triangles is empty.
 *
 * `triangles`, TRIANGLE_WORDS a triangle, in the order of the leaves (a triangle that the tree cuts stands in several of
 * them, each time in whole): v0.xyz, meta, e1.xyz, light, e2.xyz, source; e1 and e2 are the edges from v0. meta: material
 * in bits 0–23, then the flags below. light: index + 1 into the lights, 0 for none. source: the triangle's index in the
 * SceneSource.
 *
 * Where those records would not fit a binding of WebGPU's default limits, triangles are indexed instead (`vertices` among the
 * counts): INDEXED_TRIANGLE_WORDS a triangle, three vertices, meta, light, source; and `shading` holds vertices, each its
 * position and then its part of what is said below, see `vertexLayout`.
 *
 * `instances`, where there are any: nodes of the upper tree, as above but on the world's grid, each leaf one instance; then
 * INSTANCE_WORDS an instance, in the order of those leaves: world to mesh and mesh to world, three rows of four each (xyz,
 * translation); its tree's grid: origin xyz, root, cells a metre xyz; number | MIRRORED; then how much a point's roundings grow
 * on its way to the mesh and back, and the metres that cancel out on it (see `liftOf`), two spare. Roots and leaves of lower
 * trees count among all nodes and triangles.
 *
 * `shading`, a triangle: three octahedral normals (two 16-bit signed normalised numbers a word), then three uv; then, where
 * the scene has them, three uv of the second set, three octahedral tangents (lowest bit: the bitangent's sign), and three
 * colours (four 16-bit normalised numbers, RG then BA). See `shadingLayout`.
 *
 * `tables`: SRGB_WORDS of sRGB decoding, ALBEDO_WORDS of the specular lobe's albedo (see energy.ts), MATERIAL_WORDS a
 * material (see MATERIAL), TEXTURE_WORDS a texture, LIGHT_WORDS a light that is an emissive triangle, then those that are
 * punctual lights, PUNCTUAL_WORDS a punctual light, SHEEN_WORDS where a material has sheen (see sheen.ts), GLASS_WORDS an
 * index of refraction that bounds a volume (see glass.ts). See `tableLayout`.
 *   texture: first texel, width | height << 16, flags (wrap S | wrap T << 2 | nearest << 4 | second uv set << 5; wraps are
 *     0 repeat, 1 clamp, 2 mirror), spare, then the transform's two rows of three, two spare.
 *   light: triangle or PUNCTUAL | punctual light, alias, threshold (32-bit fixed point), probability density over area
 *     (1/m², choice included; of a punctual light the probability of its choice alone).
 *   punctual light: kind (0 point, 1 spot, 2 directional), position, direction, range (0: no end), intensity RGB, scale
 *     and offset of the cosine in the cone, three spare.
 *
 * `texels`: RGBA, 8 bits each, R lowest.
 *
 * An environment map's `texels`, ENVIRONMENT_WORDS a texel, rows from +Y: radiance (9 bits a channel, 5-bit shared exponent,
 * times the manifest's scale), where the texel's share of its row begins and where its row's share of the map does (32-bit
 * fixed point), probability density over the unit square of uv.
 */

export const NODE_WORDS = 8;
export const TRIANGLE_WORDS = 12;
export const INDEXED_TRIANGLE_WORDS = 6;
export const INSTANCE_WORDS = 36;
/** An instance's number: its transform turns fronts inside out. */
export const MIRRORED = 0x8000_0000;
export const TEXTURE_WORDS = 12;
export const LIGHT_WORDS = 4;
export const PUNCTUAL_WORDS = 16;
/** A light record's first word: a punctual light, not a triangle. */
export const PUNCTUAL = 0x8000_0000;
export const ENVIRONMENT_WORDS = 4;
export const SRGB_WORDS = 256;

/** Sides of the albedo table: cosine × roughness. */
export const ALBEDO_SIDE = 32;
/** Two numbers a cell, and two averages a roughness. */
export const ALBEDO_WORDS = 2 * ALBEDO_SIDE * ALBEDO_SIDE + 2 * ALBEDO_SIDE;

/** Side of the sheen's albedo table: cosine × roughness. */
export const SHEEN_SIDE = 32;
export const SHEEN_WORDS = SHEEN_SIDE * SHEEN_SIDE;
/** Side of a glass's albedo tables: cosine × roughness. */
export const GLASS_SIDE = 24;
/** Two tables: light that comes from outside, and from inside. */
export const GLASS_WORDS = 2 * GLASS_SIDE * GLASS_SIDE;

/** Where a material's words lie. Textures are index + 1, 0 for none; colours take three words. */
export const MATERIAL = {
  baseColor: 0,
  alpha: 3,
  emissive: 4,
  metallic: 7,
  roughness: 8,
  alphaCutoff: 9,
  baseColorTexture: 10,
  metallicRoughnessTexture: 11,
  emissiveTexture: 12,
  /** 0 opaque, 1 mask, 2 blend. */
  alphaMode: 13,
  /** UNLIT, VOLUME. */
  flags: 14,
  normalTexture: 15,
  normalScale: 16,
  ior: 17,
  specular: 18,
  specularTexture: 19,
  specularColor: 20,
  specularColorTexture: 23,
  transmission: 24,
  transmissionTexture: 25,
  /** Absorption RGB, 1/m. */
  absorption: 26,
  /** Index among the scene's glasses. */
  glass: 29,
  clearcoat: 30,
  clearcoatTexture: 31,
  clearcoatRoughness: 32,
  clearcoatRoughnessTexture: 33,
  clearcoatNormalTexture: 34,
  clearcoatNormalScale: 35,
  sheenColor: 36,
  sheenColorTexture: 39,
  sheenRoughness: 40,
  sheenRoughnessTexture: 41,
  iridescence: 42,
  iridescenceTexture: 43,
  iridescenceIor: 44,
  iridescenceMinimum: 45,
  iridescenceMaximum: 46,
  iridescenceThicknessTexture: 47,
} as const;
export const MATERIAL_WORDS = 48;
/** Material flags. */
export const UNLIT = 1;
export const VOLUME = 2;

/**
 * What of the material model a scene uses. A program is made for these: what is not there is not compiled, and takes no
 * room.
 */
export const FEATURES = [
  'clearcoat',
  'colors',
  'iridescence',
  'normalMaps',
  'sheen',
  'specular',
  'tangents',
  'textureTransforms',
  'transmission',
  'unlit',
  'uv1',
] as const;
export type Feature = (typeof FEATURES)[number];

/** Offsets in a triangle's shading words; null for what the scene has not. */
export interface ShadingLayout {
  readonly words: number;
  readonly normal: number;
  readonly uv: number;
  readonly uv1: number | null;
  readonly tangents: number | null;
  readonly colors: number | null;
}

export function shadingLayout(features: readonly Feature[]): ShadingLayout {
  let words = 9;
  const take = (feature: Feature, size: number) => {
    if (!features.includes(feature)) return null;
    words += size;
    return words - size;
  };
  const [uv1, tangents, colors] = [take('uv1', 6), take('tangents', 3), take('colors', 6)];
  return { words, normal: 0, uv: 3, uv1, tangents, colors };
}

/** The same for a vertex of indexed triangles, whose position comes first: offsets of one corner. */
export function vertexLayout({ words, normal, uv, uv1, tangents, colors }: ShadingLayout): ShadingLayout {
  const corner = (offset: number) => POSITION_WORDS + offset / 3;
  return {
    words: corner(words),
    normal: corner(normal),
    uv: corner(uv),
    uv1: uv1 === null ? null : corner(uv1),
    tangents: tangents === null ? null : corner(tangents),
    colors: colors === null ? null : corner(colors),
  };
}
export const POSITION_WORDS = 3;

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
export const MAX_PUNCTUAL = 2 ** 16;
export const MAX_TEXTURE_SIDE_PX = 8192;

/** Coordinates beyond this (m) are dropped: their products would leave the range of 32-bit floats. */
export const WORLD_LIMIT = 1e9;

/** Entries of the traversal stack that no tree of `buildBvh` exceeds; where there are instances, two trees share one. */
export const MAX_STACK = 64;
export const MAX_INSTANCES = 2 ** 22;

/** What a binding may hold by WebGPU's default limits: layouts are chosen to stay below. */
export const TARGET_BUFFER_BYTES = 128 * 2 ** 20;
/** No volunteer takes a larger buffer, whatever its GPU (`VolunteerLimits.blobBytes`). */
export const MAX_BUFFER_BYTES = 512 * 2 ** 20;

/** Words before the first material in `tables`. */
export const MATERIALS_AT = SRGB_WORDS + ALBEDO_WORDS;

export interface SceneCounts {
  /** Records: a triangle that the tree cuts has several. */
  readonly triangles: number;
  readonly nodes: number;
  /** Absent where triangles are not indexed. */
  readonly vertices?: number | undefined;
  /** Absent without instances; nodes of the tree over them. */
  readonly instances?: number | undefined;
  readonly upperNodes?: number | undefined;
  readonly materials: number;
  readonly textures: number;
  /** Triangles that shine. */
  readonly lights: number;
  readonly punctual: number;
  /** Indices of refraction that bound volumes. */
  readonly glasses: number;
  readonly texels: number;
}

/** Offsets in `tables`, words. */
export function tableLayout(
  counts: Pick<SceneCounts, 'materials' | 'textures' | 'lights' | 'punctual' | 'glasses'>,
  features: readonly Feature[],
) {
  const textures = MATERIALS_AT + MATERIAL_WORDS * counts.materials;
  const lights = textures + TEXTURE_WORDS * counts.textures;
  const punctual = lights + LIGHT_WORDS * (counts.lights + counts.punctual);
  const sheen = punctual + PUNCTUAL_WORDS * counts.punctual;
  const glasses = sheen + (features.includes('sheen') ? SHEEN_WORDS : 0);
  const words = glasses + GLASS_WORDS * counts.glasses;
  return { albedo: SRGB_WORDS, materials: MATERIALS_AT, textures, lights, punctual, sheen, glasses, words } as const;
}

/** Bytes of each of a scene's buffers. None is empty but for texels and instances: storage bindings may not be. */
export function sceneBytes(counts: SceneCounts, features: readonly Feature[]) {
  const triangles = Math.max(1, counts.triangles);
  const { vertices, instances = 0, upperNodes = 0 } = counts;
  const shading = shadingLayout(features);
  const indexed = vertices !== undefined;
  return {
    nodes: 4 * NODE_WORDS * counts.nodes,
    triangles: 4 * (indexed ? INDEXED_TRIANGLE_WORDS : TRIANGLE_WORDS) * triangles,
    shading: 4 * (indexed ? vertexLayout(shading).words * vertices : shading.words * triangles),
    tables: 4 * tableLayout(counts, features).words,
    instances: 4 * (NODE_WORDS * upperNodes + INSTANCE_WORDS * instances),
    texels: 4 * counts.texels,
  } as const;
}

export type SceneRole = keyof ReturnType<typeof sceneBytes>;

const CONTENTS: Readonly<Record<SceneRole, string>> = {
  nodes: 'tree nodes',
  triangles: 'triangles',
  shading: 'normals and texture coordinates',
  tables: 'materials and lights',
  instances: 'instances',
  texels: 'textures',
};

/** What a buffer holds, to a person who reads that it is too large. */
export function bufferContents(role: string): string {
  return Object.entries(CONTENTS).find(([known]) => known === role)?.[1] ?? role;
}

export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
