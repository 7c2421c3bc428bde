import { dangling } from './broken.js';
import type { GltfJson } from './schema.js';
import { texturesOf } from './schema-material.js';

type Check = (where: string, what: string, index: number | undefined, list: readonly unknown[]) => void;

/**
 * Checks that every index of the file, but for those of buffers and their views, points at something.
 * @throws AssetError naming the first that does not
 */
export function validateReferences(json: GltfJson): void {
  const check: Check = (where, what, index, list) => {
    if (index !== undefined && index >= list.length) throw dangling(where, what, index);
  };
  checkNodes(json, check);
  checkMeshes(json, check);
  checkTextures(json, check);
  checkAnimations(json, check);
}

function checkNodes(json: GltfJson, check: Check): void {
  check('the file', 'scene', json.scene, json.scenes);
  json.scenes.forEach((scene, i) => {
    for (const node of scene.nodes) check(`scene ${i}`, 'node', node, json.nodes);
  });
  const lights = json.extensions?.KHR_lights_punctual?.lights ?? [];
  json.nodes.forEach((node, i) => {
    const where = `node ${i}`;
    for (const child of node.children) check(where, 'node', child, json.nodes);
    check(where, 'mesh', node.mesh, json.meshes);
    check(where, 'camera', node.camera, json.cameras);
    check(where, 'skin', node.skin, json.skins);
    check(where, 'light', node.extensions?.KHR_lights_punctual?.light, lights);
    const instancing = node.extensions?.EXT_mesh_gpu_instancing?.attributes ?? {};
    for (const accessor of Object.values(instancing)) check(where, 'accessor', accessor, json.accessors);
  });
  json.skins.forEach((skin, i) => {
    for (const joint of skin.joints) check(`skin ${i}`, 'node', joint, json.nodes);
    check(`skin ${i}`, 'accessor', skin.inverseBindMatrices, json.accessors);
  });
}

function checkMeshes(json: GltfJson, check: Check): void {
  json.meshes.forEach((mesh, i) => {
    const where = `mesh ${i}`;
    for (const primitive of mesh.primitives) {
      check(where, 'material', primitive.material, json.materials);
      check(where, 'accessor', primitive.indices, json.accessors);
      for (const attributes of [primitive.attributes, ...primitive.targets]) {
        for (const accessor of Object.values(attributes)) check(where, 'accessor', accessor, json.accessors);
      }
    }
  });
}

function checkTextures(json: GltfJson, check: Check): void {
  json.materials.forEach((material, i) => {
    for (const texture of texturesOf(material)) check(`material ${i}`, 'texture', texture.index, json.textures);
  });
  json.textures.forEach((texture, i) => {
    const where = `texture ${i}`;
    check(where, 'sampler', texture.sampler, json.samplers);
    check(where, 'image', texture.source, json.images);
    check(where, 'image', texture.extensions?.EXT_texture_webp?.source, json.images);
    check(where, 'image', texture.extensions?.EXT_texture_avif?.source, json.images);
  });
  json.images.forEach((image, i) => {
    check(`image ${i}`, 'buffer view', image.bufferView, json.bufferViews);
  });
}

function checkAnimations(json: GltfJson, check: Check): void {
  json.animations.forEach((animation, i) => {
    const where = `animation ${i}`;
    for (const { sampler, target } of animation.channels) {
      check(where, 'sampler', sampler, animation.samplers);
      check(where, 'node', target.node, json.nodes);
    }
    for (const { input, output } of animation.samplers) {
      check(where, 'accessor', input, json.accessors);
      check(where, 'accessor', output, json.accessors);
    }
  });
}
