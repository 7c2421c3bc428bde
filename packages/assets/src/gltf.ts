import type { Bytes } from '@tabgrid/protocol/bytes';
import type { SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { AssetError } from './asset-error.js';
import { readCameras } from './gltf/cameras.js';
import { flattenMeshes } from './gltf/flatten.js';
import { createImageTable, type DecodeImage } from './gltf/images.js';
import { createMaterialTable } from './gltf/materials.js';
import { placeNodes } from './gltf/nodes.js';
import { openGltf } from './gltf/open.js';
import type { MeshPart } from './gltf/part.js';
import type { ResourceLookup } from './gltf/resources.js';

export type { DecodeImage } from './gltf/images.js';
export type { ResourceLookup } from './gltf/resources.js';

export interface GltfDeps {
  readonly decodeImage: DecodeImage;
  /** The files beside a .gltf; without it, only .glb and data: URIs can be read. */
  readonly resource?: ResourceLookup;
}

export interface GltfResult {
  readonly scene: SceneSource;
  /** What the file asks for and the picture will lack, in words, each once. */
  readonly warnings: readonly string[];
}

/**
 * Reads a .glb or .gltf: the default scene, flattened to world-space triangles. Skins and morph targets stand in their
 * rest pose. Only materials and images that are used come along.
 * @throws AssetError, and nothing else
 */
export async function readGltf(file: Bytes, { decodeImage, resource }: GltfDeps): Promise<GltfResult> {
  const gltf = await openGltf(file, resource);
  const warnings = new Set(gltf.warnings);
  const warn = (warning: string) => warnings.add(warning);
  const { json, document } = gltf;
  const images = createImageTable({ gltf, decodeImage, resource, warn });
  const materials = createMaterialTable({ document, useImage: images.use, warn });
  const graph = placeNodes(json, document);
  if (graph.nodes.some(({ node }) => node.extensions?.KHR_lights_punctual)) {
    warn('Point, spot and directional lights are left out: light comes from emissive surfaces and the environment.');
  }
  const parts = flattenMeshes({ json, document, graph, materials, warn });
  if (parts.length === 0) {
    throw new AssetError('The scene has no triangles, so there is nothing to render. Add a mesh and export it again.');
  }
  const scene: SceneSource = {
    ...joinParts(parts),
    materials: materials.sources,
    images: await images.decodeAll(),
    cameras: readCameras(json, graph.nodes, warn),
  };
  return { scene, warnings: [...warnings] };
}

type Geometry = Pick<SceneSource, 'positions' | 'normals' | 'uvs' | 'indices' | 'triangleMaterials'>;

function joinParts(parts: readonly MeshPart[]): Geometry {
  const sum = (lengthOf: (part: MeshPart) => number) => parts.reduce((total, part) => total + lengthOf(part), 0);
  const vertices = sum((part) => part.positions.length / 3);
  const joined = {
    positions: new Float32Array(vertices * 3),
    normals: new Float32Array(vertices * 3),
    uvs: new Float32Array(vertices * 2),
    indices: new Uint32Array(sum((part) => part.indices.length)),
    triangleMaterials: new Uint32Array(sum((part) => part.materials.length)),
  };
  let [vertex, index] = [0, 0];
  for (const part of parts) {
    joined.positions.set(part.positions, vertex * 3);
    joined.normals.set(part.normals, vertex * 3);
    joined.uvs.set(part.uvs, vertex * 2);
    const first = vertex;
    joined.indices.set(
      part.indices.map((i) => i + first),
      index,
    );
    joined.triangleMaterials.set(part.materials, index / 3);
    vertex += part.positions.length / 3;
    index += part.indices.length;
  }
  return joined;
}
