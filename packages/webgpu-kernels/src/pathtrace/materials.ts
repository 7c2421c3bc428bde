import type { Bytes } from '@tabgrid/protocol/bytes';
import { type Feature, MATERIAL, MATERIAL_WORDS, UNLIT, VOLUME } from './layout.js';
import { luminance } from './luminance.js';
import type { MaterialSource, SceneSource, TextureSource, Vec3 } from './scene-source.js';
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

const ALPHA_MODES: Record<MaterialSource['alphaMode'], number> = { opaque: 0, mask: 1, blend: 2 };
const LARGEST_RADIANCE = 1e9;
/** 1/m; what lies deeper than a micrometre is black anyhow. */
const LARGEST_ABSORPTION = 1e6;
/** The index of refraction of a material that names none: F0 = 0.04. */
const USUAL_IOR = 1.5;
const LARGEST_IOR = 10;

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
  const textures = createTextureCollector(source);
  const glasses: number[] = [];
  const features = new Set<Feature>();
  const words = materials.map((material) => wordsOf(material, textures.use, glasses, features));
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

const clean = (x: number, high: number) => (x > 0 ? Math.min(x, high) : 0);
const share = (x: number) => clean(x, 1);

/** Emits and is not unlit: an unlit surface shows its base colour and nothing else. */
function glow({ emissive, unlit }: MaterialSource): readonly number[] {
  return emissive.map((x) => (unlit ? 0 : clean(x, LARGEST_RADIANCE)));
}

function wordsOf(
  material: MaterialSource,
  use: (texture: TextureSource | null | undefined, srgb: boolean) => number,
  glasses: number[],
  features: Set<Feature>,
): Uint32Array {
  const words = new Uint32Array(MATERIAL_WORDS);
  const floats = new Float32Array(words.buffer);
  const emissive = glow(material);
  floats.set(material.baseColor.map(share), MATERIAL.baseColor);
  floats.set(emissive, MATERIAL.emissive);
  floats[MATERIAL.metallic] = share(material.metallic);
  floats[MATERIAL.roughness] = share(material.roughness);
  floats[MATERIAL.alphaCutoff] = clean(material.alphaCutoff, 1e6);
  words[MATERIAL.baseColorTexture] = use(material.baseColorTexture, true);
  words[MATERIAL.alphaMode] = ALPHA_MODES[material.alphaMode];
  floats[MATERIAL.ior] = USUAL_IOR;
  floats[MATERIAL.specular] = 1;
  floats.set([1, 1, 1], MATERIAL.specularColor);
  if (material.unlit) {
    words[MATERIAL.flags] = UNLIT;
    features.add('unlit');
    return words;
  }
  words[MATERIAL.metallicRoughnessTexture] = use(material.metallicRoughnessTexture, false);
  words[MATERIAL.emissiveTexture] = emissive.some((x) => x > 0) ? use(material.emissiveTexture, true) : 0;
  if (material.normalTexture && material.normalTexture.scale !== 0) {
    words[MATERIAL.normalTexture] = use(material.normalTexture.texture, false);
    floats[MATERIAL.normalScale] = finite(material.normalTexture.scale);
    features.add('normalMaps');
  }
  const { ior = USUAL_IOR, specular } = material;
  // glTF: an index of 0 stands for a surface that reflects everything.
  const index = ior > 0 ? Math.max(1, Math.min(ior, LARGEST_IOR)) : ior === 0 ? 0 : USUAL_IOR;
  floats[MATERIAL.ior] = index;
  if (specular) {
    floats[MATERIAL.specular] = share(specular.factor);
    floats.set(color(specular.color, 1e3), MATERIAL.specularColor);
    words[MATERIAL.specularTexture] = use(specular.texture, false);
    words[MATERIAL.specularColorTexture] = use(specular.colorTexture, true);
  }
  if (specular || index !== USUAL_IOR) features.add('specular');
  const { transmission, clearcoat, sheen, iridescence } = material;
  if (transmission && transmission.factor > 0) {
    features.add('transmission');
    floats[MATERIAL.transmission] = share(transmission.factor);
    words[MATERIAL.transmissionTexture] = use(transmission.texture, false);
    if (transmission.volume) {
      words[MATERIAL.flags] = VOLUME;
      floats.set(absorption(transmission.attenuationColor, transmission.attenuationDistance), MATERIAL.absorption);
      if (!glasses.includes(index)) glasses.push(index);
      words[MATERIAL.glass] = glasses.indexOf(index);
    }
  }
  if (clearcoat && clearcoat.factor > 0) {
    features.add('clearcoat');
    floats[MATERIAL.clearcoat] = share(clearcoat.factor);
    words[MATERIAL.clearcoatTexture] = use(clearcoat.texture, false);
    floats[MATERIAL.clearcoatRoughness] = share(clearcoat.roughness);
    words[MATERIAL.clearcoatRoughnessTexture] = use(clearcoat.roughnessTexture, false);
    if (clearcoat.normalTexture && clearcoat.normalTexture.scale !== 0) {
      words[MATERIAL.clearcoatNormalTexture] = use(clearcoat.normalTexture.texture, false);
      floats[MATERIAL.clearcoatNormalScale] = finite(clearcoat.normalTexture.scale);
      features.add('normalMaps');
    }
  }
  if (sheen?.color.some((x) => x > 0)) {
    features.add('sheen');
    floats.set(color(sheen.color, 1), MATERIAL.sheenColor);
    words[MATERIAL.sheenColorTexture] = use(sheen.colorTexture, true);
    floats[MATERIAL.sheenRoughness] = share(sheen.roughness);
    words[MATERIAL.sheenRoughnessTexture] = use(sheen.roughnessTexture, false);
  }
  if (iridescence && iridescence.factor > 0) {
    features.add('iridescence');
    floats[MATERIAL.iridescence] = share(iridescence.factor);
    words[MATERIAL.iridescenceTexture] = use(iridescence.texture, false);
    floats[MATERIAL.iridescenceIor] = Math.max(1, clean(iridescence.ior, LARGEST_IOR));
    floats[MATERIAL.iridescenceMinimum] = clean(iridescence.thickness.minimum, 1e5);
    floats[MATERIAL.iridescenceMaximum] = clean(iridescence.thickness.maximum, 1e5);
    words[MATERIAL.iridescenceThicknessTexture] = use(iridescence.thicknessTexture, false);
  }
  return words;
}

function finite(x: number): number {
  return Math.abs(x) < 1e3 ? x : 1;
}

function color(rgb: Vec3, high: number): number[] {
  return rgb.map((x) => clean(x, high));
}

/** Beer and Lambert: after `distance` metres `left` remains of white light. @returns 1/m a channel */
function absorption(left: Vec3, distance: number): number[] {
  return left.map((x) => {
    const sigma = -Math.log(Math.max(share(x), 1e-30)) / distance;
    return distance > 0 ? clean(sigma, LARGEST_ABSORPTION) : 0;
  });
}

function packed(material: MaterialSource, words: Uint32Array, store: StoredTextures): PackedMaterial {
  const alpha = share(material.baseColor[3]);
  const cutoff = clean(material.alphaCutoff, 1e6);
  const through = material.alphaMode === 'mask' ? alpha < cutoff : alpha < 1;
  const base = store.imageOf(material.baseColorTexture);
  const [r = 0, g = 0, b = 0] = glow(material);
  const mean = store.imageOf(material.emissiveTexture)?.mean ?? [1, 1, 1];
  return {
    words,
    // Light that went into a volume meets its surface from behind.
    doubleSided: material.doubleSided || (words[MATERIAL.flags] ?? 0) === VOLUME,
    alphaTested: material.alphaMode !== 'opaque' && (through || base?.opaque === false),
    emittedLuminance: luminance(r * mean[0], g * mean[1], b * mean[2]),
  };
}
