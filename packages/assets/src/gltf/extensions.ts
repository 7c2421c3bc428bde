import { AssetError } from '../asset-error.js';
import type { GltfHeader } from './schema.js';

/** Extensions that change nothing that is not rendered, or that are rendered as they say. */
const SUPPORTED: ReadonlySet<string> = new Set([
  'EXT_mesh_gpu_instancing',
  'EXT_meshopt_compression',
  'EXT_texture_avif',
  'EXT_texture_webp',
  'KHR_draco_mesh_compression',
  'KHR_lights_punctual',
  'KHR_materials_clearcoat',
  'KHR_materials_emissive_strength',
  'KHR_materials_ior',
  'KHR_materials_iridescence',
  'KHR_materials_sheen',
  'KHR_materials_specular',
  'KHR_materials_transmission',
  'KHR_materials_unlit',
  'KHR_materials_volume',
  'KHR_mesh_quantization',
  'KHR_meshopt_compression',
  'KHR_node_visibility',
  'KHR_texture_transform',
]);

/** Optional ones that never change the picture: no warning. */
const HARMLESS: ReadonlySet<string> = new Set([
  'EXT_mesh_features',
  'EXT_structural_metadata',
  'KHR_animation_pointer',
  'KHR_xmp',
  'KHR_xmp_json_ld',
  'MSFT_packing_normalRoughnessMetallic',
  'MSFT_packing_occlusionRoughnessMetallic',
]);

/** What a person can do about a required extension. The tools named are glTF-Transform's command line and Blender. */
const ADVICE: Readonly<Record<string, string>> = {
  KHR_texture_basisu: 'Export it with PNG or JPEG textures instead of KTX2.',
  KHR_materials_pbrSpecularGlossiness: 'Convert it with "gltf-transform metalrough in.glb out.glb".',
  MSFT_texture_dds: 'Export it with PNG or JPEG textures instead of DDS.',
};

/**
 * What the file's extensions mean for the picture, in words.
 * @throws AssetError for a required extension that is not supported
 */
export function checkExtensions(header: GltfHeader): string[] {
  for (const name of header.extensionsRequired) {
    if (SUPPORTED.has(name)) continue;
    throw new AssetError(
      `The model requires the glTF extension ${name}, which is not supported. ${ADVICE[name] ?? 'Export it without that extension.'}`,
    );
  }
  const left = header.extensionsUsed.filter((name) => !SUPPORTED.has(name) && !HARMLESS.has(name));
  return left.map((name) => `The extension ${name} is not supported: the model is rendered without it.`);
}
