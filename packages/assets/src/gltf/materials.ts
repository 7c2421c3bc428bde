import type { Document, Material, Texture, TextureInfo } from '@gltf-transform/core';
import type { EmissiveStrength, Transform } from '@gltf-transform/extensions';
import type { MaterialSource, TextureSource, Wrap } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { sameTransform, type UvTransform } from './uv.js';

/** How a material's textures are laid on its meshes: one texture coordinate set and one transform for all of them. */
export interface UvSource {
  readonly set: number;
  readonly transform: UvTransform | null;
}

/** Linear RGBA that multiplies the base colour (vertex colours). */
export type Tint = readonly [number, number, number, number];

export interface UsedMaterial {
  /** Index into the scene's materials. */
  readonly index: number;
  readonly uv: UvSource;
}

export interface MaterialTable {
  /** The scene's materials so far: those that were asked for, in that order. */
  readonly sources: readonly MaterialSource[];
  /** A material as the scene has it; null stands for glTF's default material. */
  use(material: Material | null, tint: Tint): UsedMaterial;
}

export interface MaterialTableDeps {
  readonly document: Document;
  /** Takes the file's image into the scene and returns its index there; null where it cannot be used. */
  useImage(imageIndex: number): number | null;
  warn(warning: string): void;
}

const WRAPS: Readonly<Record<number, Wrap>> = { 10497: 'repeat', 33071: 'clamp', 33648: 'mirror' };
const NEAREST = 9728;
const NO_UV: UvSource = { set: 0, transform: null };
const WHITE: Tint = [1, 1, 1, 1];

export function createMaterialTable(deps: MaterialTableDeps): MaterialTable {
  const sources: MaterialSource[] = [];
  const used = new Map<string, UsedMaterial>();
  const indexOf = new Map(
    deps.document
      .getRoot()
      .listMaterials()
      .map((material, i) => [material, i] as const),
  );
  const imageOf = new Map(
    deps.document
      .getRoot()
      .listTextures()
      .map((texture, i) => [texture, i] as const),
  );

  const textureOf = (texture: Texture | null, info: TextureInfo | null): TextureSource | null => {
    const image = texture && info ? deps.useImage(imageOf.get(texture) ?? -1) : null;
    if (!info || image === null) return null;
    return {
      image,
      wrapS: WRAPS[info.getWrapS()] ?? 'repeat',
      wrapT: WRAPS[info.getWrapT()] ?? 'repeat',
      nearest: info.getMagFilter() === NEAREST,
    };
  };

  return {
    sources,
    use(material, tint) {
      const key = `${material ? indexOf.get(material) : 'default'} ${tint.join(' ')}`;
      const known = used.get(key);
      if (known) return known;
      const entry = { index: sources.length, uv: material ? uvSource(material, deps.warn) : NO_UV };
      sources.push(material ? toSource(material, tint, textureOf, deps.warn) : defaultMaterial(tint));
      used.set(key, entry);
      return entry;
    },
  };
}

function toSource(
  material: Material,
  tint: Tint,
  textureOf: (texture: Texture | null, info: TextureInfo | null) => TextureSource | null,
  warn: (warning: string) => void,
): MaterialSource {
  const name = material.getName() || 'unnamed';
  if (material.getNormalTexture()) warn('Normal maps are left out: surfaces are as smooth as their meshes.');
  const unlit = material.getExtension('KHR_materials_unlit') !== null;
  if (unlit) warn('Unlit materials are rendered as matte ones, which need light.');
  const strength =
    material.getExtension<EmissiveStrength>('KHR_materials_emissive_strength')?.getEmissiveStrength() ?? 1;
  const [er, eg, eb] = material.getEmissiveFactor();
  const emits = (er > 0 || eg > 0 || eb > 0) && strength > 0;
  const [r, g, b, a] = material.getBaseColorFactor();
  return {
    name,
    baseColor: [r * tint[0], g * tint[1], b * tint[2], a * tint[3]],
    metallic: unlit ? 0 : material.getMetallicFactor(),
    roughness: unlit ? 1 : material.getRoughnessFactor(),
    emissive: emits ? [er * strength, eg * strength, eb * strength] : [0, 0, 0],
    alphaMode: ALPHA_MODES[material.getAlphaMode()] ?? 'opaque',
    alphaCutoff: material.getAlphaCutoff(),
    doubleSided: material.getDoubleSided(),
    baseColorTexture: textureOf(material.getBaseColorTexture(), material.getBaseColorTextureInfo()),
    metallicRoughnessTexture: unlit
      ? null
      : textureOf(material.getMetallicRoughnessTexture(), material.getMetallicRoughnessTextureInfo()),
    emissiveTexture: emits ? textureOf(material.getEmissiveTexture(), material.getEmissiveTextureInfo()) : null,
  };
}

const ALPHA_MODES: Readonly<Record<string, MaterialSource['alphaMode']>> = { MASK: 'mask', BLEND: 'blend' };

/** glTF 2.0 §3.9.6: what a primitive without a material gets. */
function defaultMaterial(tint: Tint = WHITE): MaterialSource {
  return {
    name: 'default',
    baseColor: tint,
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
}

/** The scene has one pair of texture coordinates a vertex: those of the first texture count for all. */
function uvSource(material: Material, warn: (warning: string) => void): UvSource {
  const infos = [
    material.getBaseColorTextureInfo(),
    material.getMetallicRoughnessTextureInfo(),
    material.getEmissiveTextureInfo(),
  ].flatMap((info) => (info ? [info] : []));
  const [first = NO_UV, ...others] = infos.map((info): UvSource => {
    const transform = info.getExtension<Transform>('KHR_texture_transform');
    if (!transform) return { set: info.getTexCoord(), transform: null };
    return {
      set: transform.getTexCoord() ?? info.getTexCoord(),
      transform: {
        offset: pair(transform.getOffset()),
        rotation: transform.getRotation(),
        scale: pair(transform.getScale()),
      },
    };
  });
  if (others.some((other) => other.set !== first.set || !sameTransform(other.transform, first.transform))) {
    const name = material.getName() || 'unnamed';
    warn(`The material "${name}" lays its textures differently; all of them are laid like the first.`);
  }
  return first;
}

function pair(v: readonly [number, number]): readonly [number, number] {
  return [v[0], v[1]];
}
