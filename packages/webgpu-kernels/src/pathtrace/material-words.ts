import { type Feature, MATERIAL, MATERIAL_WORDS, UNLIT, VOLUME } from './layout.js';
import type { MaterialSource, NormalTexture, TextureSource, Vec3 } from './scene-source.js';

/** A material as the words that the kernel reads (MATERIAL in layout.ts), every number within what it may be. */

/** What the materials of a scene have in common while they are written. */
export interface MaterialContext {
  /** @returns the texture's index + 1, 0 for none */
  use(texture: TextureSource | null | undefined, srgb: boolean): number;
  /** Indices of refraction that bound volumes; grows. */
  readonly glasses: number[];
  /** What the scene uses of the material model; grows. */
  readonly features: Set<Feature>;
}

interface Words extends MaterialContext {
  readonly words: Uint32Array;
  readonly floats: Float32Array;
}

const ALPHA_MODES: Record<MaterialSource['alphaMode'], number> = { opaque: 0, mask: 1, blend: 2 };
const LARGEST_RADIANCE = 1e9;
/** 1/m; what lies deeper than a micrometre is black anyhow. */
const LARGEST_ABSORPTION = 1e6;
/** The index of refraction of a material that names none: F0 = 0.04. */
const USUAL_IOR = 1.5;
/** All but 0.04 % of the light is reflected; no more comes of larger ones. */
const LARGEST_IOR = 1e4;
const LARGEST_FILM_IOR = 10;
/** An index in glTF that is none: a surface that reflects everything. The kernel's ((ior − 1) ÷ (ior + 1))² is 1 for it. */
const REFLECTS_ALL = 0;

/** Not a number counts as 0. */
export const clean = (x: number, high: number): number => (x > 0 ? Math.min(x, high) : 0);
export const share = (x: number): number => clean(x, 1);
const color = (rgb: Vec3, high: number) => rgb.map((x) => clean(x, high));

/** Radiance; none of an unlit surface, which shows its base colour and nothing else. */
export function glowOf({ emissive, unlit }: MaterialSource): readonly number[] {
  return unlit ? [0, 0, 0] : color(emissive, LARGEST_RADIANCE);
}

export function materialWords(material: MaterialSource, context: MaterialContext): Uint32Array {
  const words = new Uint32Array(MATERIAL_WORDS);
  const to = { ...context, words, floats: new Float32Array(words.buffer) };
  writeBase(to, material);
  if (material.unlit) {
    words[MATERIAL.flags] = UNLIT;
    context.features.add('unlit');
    return words;
  }
  const ior = writeSurface(to, material);
  // Nothing gets through what reflects everything, unless KHR_materials_specular dims it.
  if (material.transmission && (ior !== REFLECTS_ALL || material.specular)) {
    writeTransmission(to, material.transmission, ior);
  }
  if (material.clearcoat) writeClearcoat(to, material.clearcoat);
  if (material.sheen) writeSheen(to, material.sheen);
  if (material.iridescence) writeIridescence(to, material.iridescence);
  return words;
}

function writeBase({ words, floats, use }: Words, material: MaterialSource): void {
  floats.set(material.baseColor.map(share), MATERIAL.baseColor);
  floats.set(glowOf(material), MATERIAL.emissive);
  floats[MATERIAL.metallic] = share(material.metallic);
  floats[MATERIAL.roughness] = share(material.roughness);
  floats[MATERIAL.alphaCutoff] = clean(material.alphaCutoff, 1e6);
  words[MATERIAL.baseColorTexture] = use(material.baseColorTexture, true);
  words[MATERIAL.alphaMode] = ALPHA_MODES[material.alphaMode];
  floats[MATERIAL.ior] = USUAL_IOR;
  floats[MATERIAL.specular] = 1;
  floats.set([1, 1, 1], MATERIAL.specularColor);
}

/** @returns the index of refraction */
function writeSurface(to: Words, material: MaterialSource): number {
  const { words, floats, use, features } = to;
  words[MATERIAL.metallicRoughnessTexture] = use(material.metallicRoughnessTexture, false);
  words[MATERIAL.emissiveTexture] = glowOf(material).some((x) => x > 0) ? use(material.emissiveTexture, true) : 0;
  writeNormalMap(to, material.normalTexture, MATERIAL.normalTexture, MATERIAL.normalScale);
  const { ior: asked = USUAL_IOR, specular } = material;
  const ior = asked === REFLECTS_ALL ? asked : asked > 0 ? Math.max(1, Math.min(asked, LARGEST_IOR)) : USUAL_IOR;
  floats[MATERIAL.ior] = ior;
  if (specular) {
    floats[MATERIAL.specular] = share(specular.factor);
    floats.set(color(specular.color, 1e3), MATERIAL.specularColor);
    words[MATERIAL.specularTexture] = use(specular.texture, false);
    words[MATERIAL.specularColorTexture] = use(specular.colorTexture, true);
  }
  if (specular || ior !== USUAL_IOR) features.add('specular');
  return ior;
}

function writeNormalMap(to: Words, map: NormalTexture | undefined, texture: number, scale: number): void {
  if (!map || map.scale === 0) return;
  to.words[texture] = to.use(map.texture, false);
  to.floats[scale] = Math.abs(map.scale) < 1e3 ? map.scale : 1;
  to.features.add('normalMaps');
}

function writeTransmission(
  { words, floats, use, glasses, features }: Words,
  transmission: NonNullable<MaterialSource['transmission']>,
  ior: number,
): void {
  if (!(transmission.factor > 0)) return;
  features.add('transmission');
  floats[MATERIAL.transmission] = share(transmission.factor);
  words[MATERIAL.transmissionTexture] = use(transmission.texture, false);
  // An index of 0 bends nothing.
  if (!transmission.volume || ior === REFLECTS_ALL) return;
  words[MATERIAL.flags] = VOLUME;
  floats.set(absorption(transmission.attenuationColor, transmission.attenuationDistance), MATERIAL.absorption);
  if (!glasses.includes(ior)) glasses.push(ior);
  words[MATERIAL.glass] = glasses.indexOf(ior);
}

/** Beer and Lambert: after `distance` metres `left` remains of white light. @returns 1/m a channel */
function absorption(left: Vec3, distance: number): number[] {
  return left.map((x) => {
    const sigma = -Math.log(Math.max(share(x), 1e-30)) / distance;
    return distance > 0 ? clean(sigma, LARGEST_ABSORPTION) : 0;
  });
}

function writeClearcoat(to: Words, clearcoat: NonNullable<MaterialSource['clearcoat']>): void {
  if (!(clearcoat.factor > 0)) return;
  const { words, floats, use, features } = to;
  features.add('clearcoat');
  floats[MATERIAL.clearcoat] = share(clearcoat.factor);
  words[MATERIAL.clearcoatTexture] = use(clearcoat.texture, false);
  floats[MATERIAL.clearcoatRoughness] = share(clearcoat.roughness);
  words[MATERIAL.clearcoatRoughnessTexture] = use(clearcoat.roughnessTexture, false);
  writeNormalMap(to, clearcoat.normalTexture, MATERIAL.clearcoatNormalTexture, MATERIAL.clearcoatNormalScale);
}

function writeSheen({ words, floats, use, features }: Words, sheen: NonNullable<MaterialSource['sheen']>): void {
  if (!sheen.color.some((x) => x > 0)) return;
  features.add('sheen');
  floats.set(color(sheen.color, 1), MATERIAL.sheenColor);
  words[MATERIAL.sheenColorTexture] = use(sheen.colorTexture, true);
  floats[MATERIAL.sheenRoughness] = share(sheen.roughness);
  words[MATERIAL.sheenRoughnessTexture] = use(sheen.roughnessTexture, false);
}

function writeIridescence(
  { words, floats, use, features }: Words,
  iridescence: NonNullable<MaterialSource['iridescence']>,
): void {
  if (!(iridescence.factor > 0)) return;
  features.add('iridescence');
  floats[MATERIAL.iridescence] = share(iridescence.factor);
  words[MATERIAL.iridescenceTexture] = use(iridescence.texture, false);
  floats[MATERIAL.iridescenceIor] = Math.max(1, clean(iridescence.ior, LARGEST_FILM_IOR));
  floats[MATERIAL.iridescenceMinimum] = clean(iridescence.thickness.minimum, 1e5);
  floats[MATERIAL.iridescenceMaximum] = clean(iridescence.thickness.maximum, 1e5);
  words[MATERIAL.iridescenceThicknessTexture] = use(iridescence.thicknessTexture, false);
}
