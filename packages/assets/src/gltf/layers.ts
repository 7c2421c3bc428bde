import type {
  ClearcoatSource,
  IridescenceSource,
  MaterialSource,
  SheenSource,
  SpecularSource,
  TransmissionSource,
} from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { GltfMaterial } from './schema-material.js';
import type { TextureReader } from './textures.js';

type Layers = Pick<MaterialSource, 'ior' | 'transmission' | 'clearcoat' | 'sheen' | 'specular' | 'iridescence'>;
type Extensions = GltfMaterial['extensions'];

/** What the ratified material extensions add. A layer whose factor makes it invisible is absent, with its textures. */
export function readLayers({ extensions }: GltfMaterial, textures: TextureReader): Layers {
  const transmission = readTransmission(extensions, textures);
  const clearcoat = readClearcoat(extensions, textures);
  const sheen = readSheen(extensions, textures);
  const specular = readSpecular(extensions, textures);
  const iridescence = readIridescence(extensions, textures);
  return {
    ...(extensions?.KHR_materials_ior && { ior: indexOfRefraction(extensions.KHR_materials_ior.ior) }),
    ...(transmission && { transmission }),
    ...(clearcoat && { clearcoat }),
    ...(sheen && { sheen }),
    ...(specular && { specular }),
    ...(iridescence && { iridescence }),
  };
}

/** 0 has a meaning of its own in KHR_materials_ior, and is handed on: all light is reflected. */
function indexOfRefraction(ior: number): number {
  return ior === 0 ? 0 : Math.max(1, ior);
}

function readTransmission(extensions: Extensions, textures: TextureReader): TransmissionSource | null {
  const transmission = extensions?.KHR_materials_transmission;
  if (!transmission || transmission.transmissionFactor === 0) return null;
  const volume = extensions?.KHR_materials_volume;
  return {
    factor: transmission.transmissionFactor,
    texture: textures.use(transmission.transmissionTexture),
    volume: (volume?.thicknessFactor ?? 0) > 0,
    // No distance, or one of 0 (which the extension forbids): nothing is absorbed.
    attenuationDistance: volume?.attenuationDistance || Infinity,
    attenuationColor: volume?.attenuationColor ?? [1, 1, 1],
  };
}

function readClearcoat(extensions: Extensions, textures: TextureReader): ClearcoatSource | null {
  const clearcoat = extensions?.KHR_materials_clearcoat;
  if (!clearcoat || clearcoat.clearcoatFactor === 0) return null;
  const normalTexture = textures.useNormal(clearcoat.clearcoatNormalTexture);
  return {
    factor: clearcoat.clearcoatFactor,
    texture: textures.use(clearcoat.clearcoatTexture),
    roughness: clearcoat.clearcoatRoughnessFactor,
    roughnessTexture: textures.use(clearcoat.clearcoatRoughnessTexture),
    ...(normalTexture && { normalTexture }),
  };
}

function readSheen(extensions: Extensions, textures: TextureReader): SheenSource | null {
  const sheen = extensions?.KHR_materials_sheen;
  if (!sheen || sheen.sheenColorFactor.every((channel) => channel === 0)) return null;
  return {
    color: sheen.sheenColorFactor,
    colorTexture: textures.use(sheen.sheenColorTexture),
    roughness: sheen.sheenRoughnessFactor,
    roughnessTexture: textures.use(sheen.sheenRoughnessTexture),
  };
}

/** Absent also where it says what holds without it. */
function readSpecular(extensions: Extensions, textures: TextureReader): SpecularSource | null {
  const specular = extensions?.KHR_materials_specular;
  if (!specular) return null;
  const source = {
    factor: specular.specularFactor,
    texture: textures.use(specular.specularTexture),
    color: specular.specularColorFactor,
    colorTexture: textures.use(specular.specularColorTexture),
  };
  const plain = source.factor === 1 && source.color.every((channel) => channel === 1);
  return plain && !source.texture && !source.colorTexture ? null : source;
}

function readIridescence(extensions: Extensions, textures: TextureReader): IridescenceSource | null {
  const iridescence = extensions?.KHR_materials_iridescence;
  if (!iridescence || iridescence.iridescenceFactor === 0) return null;
  return {
    factor: iridescence.iridescenceFactor,
    texture: textures.use(iridescence.iridescenceTexture),
    ior: Math.max(1, iridescence.iridescenceIor),
    thickness: {
      minimum: iridescence.iridescenceThicknessMinimum,
      maximum: iridescence.iridescenceThicknessMaximum,
    },
    thicknessTexture: textures.use(iridescence.iridescenceThicknessTexture),
  };
}
