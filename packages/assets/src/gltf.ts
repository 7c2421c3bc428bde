import type { Bytes } from '@tabgrid/protocol/bytes';
import type { SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { AssetError } from './asset-error.js';
import { type AnimationInfo, poseAt } from './gltf/animation.js';
import { readCameras } from './gltf/cameras.js';
import type { LoadDraco } from './gltf/compression/draco-module.js';
import { buildGeometry } from './gltf/geometry.js';
import { createImageTable, type DecodeImage } from './gltf/images.js';
import { readLights } from './gltf/lights.js';
import { createMaterialTable } from './gltf/materials.js';
import { readMeshes } from './gltf/meshes.js';
import { placeNodes } from './gltf/nodes.js';
import { openGltf } from './gltf/open.js';
import type { ResourceLookup } from './gltf/resources.js';

export type { AnimationInfo } from './gltf/animation.js';
export type { LoadDraco } from './gltf/compression/draco-module.js';
export type { DecodeImage } from './gltf/images.js';
export type { ResourceLookup } from './gltf/resources.js';

export interface GltfOptions {
  readonly decodeImage: DecodeImage;
  /** The files beside a .gltf; without it, only .glb and data: URIs can be read. */
  readonly resource?: ResourceLookup;
  /** Asked for with a model that is compressed with Draco; without it, such models are refused. */
  readonly loadDraco?: LoadDraco;
  /** Seconds at which the animation is looked at; null or absent: the rest pose. */
  readonly time?: number | null;
  /** Name of the animation that plays; null or absent: the file's first. */
  readonly animation?: string | null;
}

export interface GltfResult {
  readonly scene: SceneSource;
  /** What the file asks for and the picture will lack, in words, each once. */
  readonly warnings: readonly string[];
  /** The animation that plays, or that would if a time were given; null where the file has none. */
  readonly animation: AnimationInfo | null;
}

/**
 * Reads a .glb or .gltf: the default scene, its meshes flattened to world-space triangles, or instanced where they stand
 * in several places or move as a whole. Nodes, skins and morph targets stand as the animation has them at the time asked
 * for. Only materials and images that are used come along.
 * @throws AssetError, and nothing else
 */
export async function readGltf(file: Bytes, options: GltfOptions): Promise<GltfResult> {
  const { decodeImage, resource, loadDraco, time = null, animation: name = null } = options;
  const gltf = await openGltf(file, { resource, loadDraco });
  const warnings = new Set(gltf.warnings);
  const warn = (warning: string) => warnings.add(warning);
  const { json, accessors } = gltf;
  const images = createImageTable({ gltf, decodeImage, resource, warn });
  const materials = createMaterialTable({ json, useImage: images.use, warn });
  const { animation, pose } = poseAt({ json, accessors, warn }, { time, name });
  const graph = placeNodes(json, accessors, pose);
  const geometry = buildGeometry(readMeshes({ json, accessors, graph, materials, warn }));
  if (!geometry) {
    throw new AssetError('The scene has no triangles, so there is nothing to render. Add a mesh and export it again.');
  }
  const lights = readLights(json, graph.nodes, warn);
  const scene: SceneSource = {
    ...geometry,
    materials: materials.sources,
    images: await images.decodeAll(),
    ...(lights.length > 0 && { lights }),
    cameras: readCameras(json, graph.nodes, warn),
  };
  return { scene, warnings: [...warnings], animation };
}
