import type { Bytes } from '@tabgrid/protocol/bytes';
import { MATERIAL_WORDS, MAX_TEXTURES, TEXTURE_WORDS } from './layout.js';
import { luminance } from './luminance.js';
import type { MaterialSource, SceneSource, TextureSource, Wrap } from './scene-source.js';
import { type StoredImage, storeTexels } from './texels.js';

export interface PackedMaterial {
  readonly words: Uint32Array;
  readonly doubleSided: boolean;
  /** Whether its alpha can let a ray through. */
  readonly alphaTested: boolean;
  /** Mean luminance of what it emits. */
  readonly emittedLuminance: number;
}

export interface CollectedMaterials {
  /** Never empty: a scene without materials gets glTF's default. */
  readonly packed: readonly PackedMaterial[];
  readonly textureWords: Uint32Array;
  readonly texels: Bytes;
  readonly notes: readonly string[];
}

const WRAPS: Record<Wrap, number> = { repeat: 0, clamp: 1, mirror: 2 };
const ALPHA_MODES: Record<MaterialSource['alphaMode'], number> = { opaque: 0, mask: 1, blend: 2 };
const LARGEST_RADIANCE = 1e9;

const DEFAULT_MATERIAL: MaterialSource = {
  name: 'default',
  baseColor: [1, 1, 1, 1],
  metallic: 1,
  roughness: 1,
  emissive: [0, 0, 0],
  alphaMode: 'opaque',
  alphaCutoff: 0.5,
  doubleSided: false,
  baseColorTexture: null,
  metallicRoughnessTexture: null,
  emissiveTexture: null,
};

/** @throws RangeError when a texture names an image that is not there, or there are too many */
export function collectMaterials(source: SceneSource, texelBudgetBytes: number): CollectedMaterials {
  const materials = source.materials.length === 0 ? [DEFAULT_MATERIAL] : source.materials;
  const images = new Map<number, boolean>();
  const textures = new Map<string, { index: number; texture: TextureSource }>();
  const use = (texture: TextureSource | null, srgb: boolean): number => {
    if (!texture) return 0;
    if (!source.images[texture.image])
      throw new RangeError(`a texture names image ${texture.image}, which is not there`);
    images.set(texture.image, (images.get(texture.image) ?? false) || srgb);
    const key = `${texture.image} ${texture.wrapS} ${texture.wrapT} ${texture.nearest}`;
    const known = textures.get(key) ?? { index: textures.size + 1, texture };
    textures.set(key, known);
    return known.index;
  };
  const used = materials.map((material) => ({
    material,
    base: use(material.baseColorTexture, true),
    rough: use(material.metallicRoughnessTexture, false),
    emissive: emits(material) ? use(material.emissiveTexture, true) : 0,
  }));
  if (textures.size > MAX_TEXTURES) throw new RangeError(`${textures.size} textures, limit ${MAX_TEXTURES}`);
  const numbers = [...images.keys()];
  const store = storeTexels(
    numbers.flatMap((n) => {
      const image = source.images[n];
      return image ? [{ image, srgb: images.get(n) ?? false }] : [];
    }),
    texelBudgetBytes,
  );
  const stored = (texture: TextureSource | null) =>
    texture ? store.images[numbers.indexOf(texture.image)] : undefined;

  const textureWords = new Uint32Array(TEXTURE_WORDS * textures.size);
  for (const { index, texture } of textures.values()) {
    const image = stored(texture);
    if (!image) continue;
    const wraps = WRAPS[texture.wrapS] | (WRAPS[texture.wrapT] << 2) | (texture.nearest ? 16 : 0);
    textureWords.set([image.at, image.image.width | (image.image.height << 16), wraps, 0], TEXTURE_WORDS * (index - 1));
  }
  return {
    packed: used.map(({ material, base, rough, emissive }) =>
      pack(material, [base, rough, emissive], stored(material.baseColorTexture), stored(material.emissiveTexture)),
    ),
    textureWords,
    texels: store.texels,
    notes: store.notes,
  };
}

function emits({ emissive }: MaterialSource): boolean {
  return emissive.some((x) => x > 0);
}

function pack(
  material: MaterialSource,
  textures: readonly [number, number, number],
  base: StoredImage | undefined,
  emissive: StoredImage | undefined,
): PackedMaterial {
  const clean = (x: number, high: number) => (x > 0 ? Math.min(x, high) : 0);
  const words = new Uint32Array(MATERIAL_WORDS);
  const floats = new Float32Array(words.buffer);
  const alpha = clean(material.baseColor[3], 1);
  const glow = material.emissive.map((x) => clean(x, LARGEST_RADIANCE));
  floats.set(material.baseColor.slice(0, 3).map((x) => clean(x, 1)));
  floats[3] = alpha;
  floats.set(glow, 4);
  floats[7] = clean(material.metallic, 1);
  floats[8] = clean(material.roughness, 1);
  floats[9] = clean(material.alphaCutoff, 1e6);
  words.set(textures, 10);
  words[13] = ALPHA_MODES[material.alphaMode];
  const through = material.alphaMode === 'mask' ? alpha < clean(material.alphaCutoff, 1e6) : alpha < 1;
  const mean = emissive?.mean ?? [1, 1, 1];
  return {
    words,
    doubleSided: material.doubleSided,
    alphaTested: material.alphaMode !== 'opaque' && (through || base?.opaque === false),
    emittedLuminance: luminance((glow[0] ?? 0) * mean[0], (glow[1] ?? 0) * mean[1], (glow[2] ?? 0) * mean[2]),
  };
}
