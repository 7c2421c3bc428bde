import * as v from 'valibot';
import { Color, extensions, Finite, Index, Name, NotNegative, Unit, UnitColor } from './schema-values.js';

/** Materials in glTF's JSON, with the ratified extensions that are rendered. Factors out of range are moved into it. */

const TextureTransform = v.object({
  offset: v.exactOptional(v.tuple([Finite, Finite]), [0, 0]),
  rotation: v.exactOptional(Finite, 0),
  scale: v.exactOptional(v.tuple([Finite, Finite]), [1, 1]),
  texCoord: v.exactOptional(Index),
});
export type TextureTransform = v.InferOutput<typeof TextureTransform>;

const textureInfo = {
  index: Index,
  texCoord: v.exactOptional(Index, 0),
  extensions: extensions({ KHR_texture_transform: v.exactOptional(TextureTransform) }),
};
const TextureInfo = v.object(textureInfo);
export type TextureInfo = v.InferOutput<typeof TextureInfo>;

const NormalTextureInfo = v.object({ ...textureInfo, scale: v.exactOptional(Finite, 1) });
export type NormalTextureInfo = v.InferOutput<typeof NormalTextureInfo>;

const Clearcoat = v.object({
  clearcoatFactor: v.exactOptional(Unit, 0),
  clearcoatTexture: v.exactOptional(TextureInfo),
  clearcoatRoughnessFactor: v.exactOptional(Unit, 0),
  clearcoatRoughnessTexture: v.exactOptional(TextureInfo),
  clearcoatNormalTexture: v.exactOptional(NormalTextureInfo),
});

const Iridescence = v.object({
  iridescenceFactor: v.exactOptional(Unit, 0),
  iridescenceTexture: v.exactOptional(TextureInfo),
  iridescenceIor: v.exactOptional(NotNegative, 1.3),
  iridescenceThicknessMinimum: v.exactOptional(NotNegative, 100),
  iridescenceThicknessMaximum: v.exactOptional(NotNegative, 400),
  iridescenceThicknessTexture: v.exactOptional(TextureInfo),
});

const Sheen = v.object({
  sheenColorFactor: v.exactOptional(UnitColor, [0, 0, 0]),
  sheenColorTexture: v.exactOptional(TextureInfo),
  sheenRoughnessFactor: v.exactOptional(Unit, 0),
  sheenRoughnessTexture: v.exactOptional(TextureInfo),
});

const Specular = v.object({
  specularFactor: v.exactOptional(Unit, 1),
  specularTexture: v.exactOptional(TextureInfo),
  specularColorFactor: v.exactOptional(Color, [1, 1, 1]),
  specularColorTexture: v.exactOptional(TextureInfo),
});

const Transmission = v.object({
  transmissionFactor: v.exactOptional(Unit, 0),
  transmissionTexture: v.exactOptional(TextureInfo),
});

const Volume = v.object({
  thicknessFactor: v.exactOptional(NotNegative, 0),
  attenuationDistance: v.exactOptional(NotNegative),
  attenuationColor: v.exactOptional(UnitColor, [1, 1, 1]),
});

export const Material = v.object({
  name: v.exactOptional(Name),
  pbrMetallicRoughness: v.exactOptional(
    v.object({
      baseColorFactor: v.exactOptional(v.tuple([Unit, Unit, Unit, Unit])),
      baseColorTexture: v.exactOptional(TextureInfo),
      metallicFactor: v.exactOptional(Unit),
      roughnessFactor: v.exactOptional(Unit),
      metallicRoughnessTexture: v.exactOptional(TextureInfo),
    }),
  ),
  normalTexture: v.exactOptional(NormalTextureInfo),
  emissiveTexture: v.exactOptional(TextureInfo),
  emissiveFactor: v.exactOptional(Color, [0, 0, 0]),
  alphaMode: v.exactOptional(v.picklist(['OPAQUE', 'MASK', 'BLEND']), 'OPAQUE'),
  alphaCutoff: v.exactOptional(NotNegative, 0.5),
  doubleSided: v.exactOptional(v.boolean(), false),
  extensions: extensions({
    KHR_materials_clearcoat: v.exactOptional(Clearcoat),
    KHR_materials_emissive_strength: v.exactOptional(v.object({ emissiveStrength: v.exactOptional(NotNegative, 1) })),
    KHR_materials_ior: v.exactOptional(v.object({ ior: v.exactOptional(NotNegative, 1.5) })),
    KHR_materials_iridescence: v.exactOptional(Iridescence),
    KHR_materials_sheen: v.exactOptional(Sheen),
    KHR_materials_specular: v.exactOptional(Specular),
    KHR_materials_transmission: v.exactOptional(Transmission),
    KHR_materials_unlit: v.exactOptional(v.object({})),
    KHR_materials_volume: v.exactOptional(Volume),
  }),
});
export type GltfMaterial = v.InferOutput<typeof Material>;

/** Every texture that a material names, used or not. */
export function texturesOf(material: GltfMaterial): readonly TextureInfo[] {
  const pbr = material.pbrMetallicRoughness;
  const clearcoat = material.extensions?.KHR_materials_clearcoat;
  const iridescence = material.extensions?.KHR_materials_iridescence;
  const sheen = material.extensions?.KHR_materials_sheen;
  const specular = material.extensions?.KHR_materials_specular;
  return [
    pbr?.baseColorTexture,
    pbr?.metallicRoughnessTexture,
    material.normalTexture,
    material.emissiveTexture,
    clearcoat?.clearcoatTexture,
    clearcoat?.clearcoatRoughnessTexture,
    clearcoat?.clearcoatNormalTexture,
    iridescence?.iridescenceTexture,
    iridescence?.iridescenceThicknessTexture,
    sheen?.sheenColorTexture,
    sheen?.sheenRoughnessTexture,
    specular?.specularTexture,
    specular?.specularColorTexture,
    material.extensions?.KHR_materials_transmission?.transmissionTexture,
  ].flatMap((texture) => texture ?? []);
}
