import type { Bytes } from '@tabgrid/protocol/bytes';
import { type Feature, MATERIAL, MATERIAL_WORDS, VOLUME } from './layout.js';
import { luminance } from './luminance.js';
import { clean, glowOf, materialWords, share } from './material-words.js';
import { DEFAULT_MATERIAL, type MaterialSource, type SceneSource } from './scene-source.js';
import { createTextureCollector, type StoredTextures } from './textures.js';

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
  readonly features: ReadonlySet<Feature>;
  /** Indices of refraction that bound volumes; a material names its by its place here. */
  readonly glasses: readonly number[];
  readonly notes: readonly string[];
}

/** @throws RangeError when a texture names an image that is not there, or there are too many */
export function collectMaterials(source: SceneSource, texelBudgetBytes: number): CollectedMaterials {
  const materials = source.materials.length === 0 ? [DEFAULT_MATERIAL] : source.materials;
  const textures = createTextureCollector(source);
  const glasses: number[] = [];
  const features = new Set<Feature>();
  const words = materials.map((material) => materialWords(material, { use: textures.use, glasses, features }));
  const store = textures.store(texelBudgetBytes);
  if (store.transformed) features.add('textureTransforms');
  if (store.second && source.uvs1) features.add('uv1');
  return {
    packed: materials.map((material, i) => packed(material, words[i] ?? new Uint32Array(MATERIAL_WORDS), store)),
    textureWords: store.words,
    texels: store.texels,
    features,
    glasses,
    notes: store.notes,
  };
}

function packed(material: MaterialSource, words: Uint32Array, store: StoredTextures): PackedMaterial {
  const alpha = share(material.baseColor[3]);
  const cutoff = clean(material.alphaCutoff, 1e6);
  const through = material.alphaMode === 'mask' ? alpha < cutoff : alpha < 1;
  const base = store.imageOf(material.baseColorTexture);
  const [r = 0, g = 0, b = 0] = glowOf(material);
  const mean = store.imageOf(material.emissiveTexture)?.mean ?? [1, 1, 1];
  return {
    words,
    // Light that went into a volume meets its surface from behind.
    doubleSided: material.doubleSided || (words[MATERIAL.flags] ?? 0) === VOLUME,
    alphaTested: material.alphaMode !== 'opaque' && (through || base?.opaque === false),
    emittedLuminance: luminance(r * mean[0], g * mean[1], b * mean[2]),
  };
}
