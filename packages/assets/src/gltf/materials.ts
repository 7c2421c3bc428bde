import {
  DEFAULT_MATERIAL,
  type MaterialSource,
  type NormalTexture,
  type TextureSource,
} from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { readLayers } from './layers.js';
import { radiant } from './radiant.js';
import type { GltfJson } from './schema.js';
import type { GltfMaterial } from './schema-material.js';
import { createTextureReader, type TextureReader } from './textures.js';

export interface UsedMaterial {
  /** Index into the scene's materials. */
  readonly index: number;
  /** Whether it sends out light. */
  readonly emits: boolean;
  /** Whether it reads the second set of texture coordinates. */
  readonly secondSet: boolean;
  /** Whether it has a normal map, which tangents orient. */
  readonly bumps: boolean;
}

export interface MaterialTable {
  /** The scene's materials so far: those that were asked for, in that order. */
  readonly sources: readonly MaterialSource[];
  /** A material as the scene has it; undefined stands for glTF's default material. */
  use(materialIndex: number | undefined): UsedMaterial;
}

export interface MaterialTableDeps {
  readonly json: GltfJson;
  /** Takes the file's image into the scene and returns its index there; null where it cannot be used. */
  useImage(imageIndex: number): number | null;
  warn(warning: string): void;
}

export function createMaterialTable(deps: MaterialTableDeps): MaterialTable {
  const sources: MaterialSource[] = [];
  const used = new Map<number | undefined, UsedMaterial>();
  const reader = createTextureReader(deps);
  return {
    sources,
    use(materialIndex) {
      const known = used.get(materialIndex);
      if (known) return known;
      const taken: TextureSource[] = [];
      const material = deps.json.materials[materialIndex ?? -1];
      const source = material ? toSource(material, noting(reader, taken)) : DEFAULT_MATERIAL;
      const entry = {
        index: sources.push(source) - 1,
        emits: source.emissive.some((channel) => channel > 0),
        secondSet: taken.some(({ set }) => set === 1),
        bumps: source.normalTexture !== undefined || source.clearcoat?.normalTexture !== undefined,
      };
      used.set(materialIndex, entry);
      return entry;
    },
  };
}

/** The reader, which also writes down what was taken. */
function noting(reader: TextureReader, taken: TextureSource[]): TextureReader {
  const note = <T extends TextureSource | NormalTexture | null>(texture: T): T => {
    if (texture) taken.push('texture' in texture ? texture.texture : texture);
    return texture;
  };
  return { use: (info) => note(reader.use(info)), useNormal: (info) => note(reader.useNormal(info)) };
}

const ALPHA_MODES = { OPAQUE: 'opaque', MASK: 'mask', BLEND: 'blend' } as const;

function toSource(material: GltfMaterial, textures: TextureReader): MaterialSource {
  const pbr = material.pbrMetallicRoughness;
  const surface = {
    name: material.name || 'unnamed',
    baseColor: pbr?.baseColorFactor ?? ([1, 1, 1, 1] as const),
    alphaMode: ALPHA_MODES[material.alphaMode],
    alphaCutoff: material.alphaCutoff,
    doubleSided: material.doubleSided,
    baseColorTexture: textures.use(pbr?.baseColorTexture),
  };
  // KHR_materials_unlit: of an unlit material nothing else counts.
  if (material.extensions?.KHR_materials_unlit) return { ...UNLIT, ...surface };
  const strength = material.extensions?.KHR_materials_emissive_strength?.emissiveStrength ?? 1;
  const emissive = radiant(material.emissiveFactor, strength);
  const emits = emissive.some((channel) => channel > 0);
  const normalTexture = textures.useNormal(material.normalTexture);
  return {
    ...surface,
    metallic: pbr?.metallicFactor ?? 1,
    roughness: pbr?.roughnessFactor ?? 1,
    emissive,
    metallicRoughnessTexture: textures.use(pbr?.metallicRoughnessTexture),
    emissiveTexture: emits ? textures.use(material.emissiveTexture) : null,
    ...(normalTexture && { normalTexture }),
    ...readLayers(material, textures),
  };
}

const UNLIT = {
  metallic: 0,
  roughness: 1,
  emissive: [0, 0, 0],
  metallicRoughnessTexture: null,
  emissiveTexture: null,
  unlit: true,
} as const;
