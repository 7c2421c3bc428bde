import * as v from 'valibot';
import { Material } from './schema-material.js';
import {
  Color,
  extensions,
  Finite,
  Index,
  indices,
  listOf,
  MAX_ENTRIES,
  Name,
  NotNegative,
  numbers,
  Size,
} from './schema-values.js';

/**
 * The part of glTF 2.0's JSON that is read here. Unknown properties are dropped, as are unknown extensions, and extras but for
 * those of nodes, which worlds of rigid bodies read.
 * Whether the indices point anywhere is checked in `validate.ts` and `references.ts`.
 */

const ComponentType = v.picklist([5120, 5121, 5122, 5123, 5125, 5126]);
const ElementType = v.picklist(['SCALAR', 'VEC2', 'VEC3', 'VEC4', 'MAT2', 'MAT3', 'MAT4']);

const Accessor = v.object({
  bufferView: v.exactOptional(Index),
  byteOffset: v.exactOptional(Size),
  componentType: ComponentType,
  normalized: v.exactOptional(v.boolean()),
  count: Size,
  type: ElementType,
  sparse: v.exactOptional(
    v.object({
      count: Size,
      indices: v.object({
        bufferView: Index,
        byteOffset: v.exactOptional(Size, 0),
        componentType: v.picklist([5121, 5123, 5125]),
      }),
      values: v.object({ bufferView: Index, byteOffset: v.exactOptional(Size, 0) }),
    }),
  ),
});

const Sampler = v.object({
  // Values outside the specification mean the default, as viewers have it.
  magFilter: v.exactOptional(v.fallback(v.picklist([9728, 9729]), 9729)),
  minFilter: v.exactOptional(v.fallback(v.picklist([9728, 9729, 9984, 9985, 9986, 9987]), 9987)),
  wrapS: v.exactOptional(v.fallback(v.picklist([10497, 33071, 33648]), 10497)),
  wrapT: v.exactOptional(v.fallback(v.picklist([10497, 33071, 33648]), 10497)),
});

const Source = v.object({ source: Index });

const Attributes = v.pipe(v.record(v.pipe(v.string(), v.maxLength(64)), Index), v.maxEntries(64));

const Primitive = v.object({
  attributes: Attributes,
  indices: v.exactOptional(Index),
  material: v.exactOptional(Index),
  mode: v.exactOptional(v.picklist([0, 1, 2, 3, 4, 5, 6]), 4),
  targets: v.exactOptional(v.pipe(v.array(Attributes), v.maxLength(4096)), []),
  extensions: extensions({
    KHR_draco_mesh_compression: v.exactOptional(v.object({ bufferView: Index, attributes: Attributes })),
  }),
});
export type GltfPrimitive = v.InferOutput<typeof Primitive>;

const Camera = v.variant('type', [
  v.object({
    type: v.literal('perspective'),
    name: v.exactOptional(Name),
    perspective: v.object({ yfov: Finite }),
  }),
  v.object({
    type: v.literal('orthographic'),
    name: v.exactOptional(Name),
    orthographic: v.object({ ymag: Finite }),
  }),
]);

const Meshopt = v.object({
  buffer: Index,
  byteOffset: v.exactOptional(Size, 0),
  byteLength: Size,
  byteStride: Size,
  count: Size,
  mode: v.picklist(['ATTRIBUTES', 'TRIANGLES', 'INDICES']),
  filter: v.exactOptional(v.picklist(['NONE', 'OCTAHEDRAL', 'QUATERNION', 'EXPONENTIAL', 'COLOR']), 'NONE'),
});

/** A buffer for readers that cannot unpack: its bytes may be missing. */
const MeshoptFallback = v.object({ fallback: v.exactOptional(v.boolean(), false) });

/** KHR_lights_punctual. */
const light = { color: v.exactOptional(Color, [1, 1, 1]), intensity: v.exactOptional(NotNegative, 1) };
const range = v.exactOptional(NotNegative);
const Light = v.variant('type', [
  v.object({ type: v.literal('point'), ...light, range }),
  v.object({
    type: v.literal('spot'),
    ...light,
    range,
    spot: v.exactOptional(
      v.object({
        innerConeAngle: v.exactOptional(NotNegative, 0),
        outerConeAngle: v.exactOptional(NotNegative, Math.PI / 4),
      }),
      {},
    ),
  }),
  v.object({ type: v.literal('directional'), ...light }),
]);
export type GltfLight = v.InferOutput<typeof Light>;

const Node = v.object({
  name: v.exactOptional(Name),
  children: indices,
  mesh: v.exactOptional(Index),
  camera: v.exactOptional(Index),
  skin: v.exactOptional(Index),
  matrix: v.exactOptional(numbers(16)),
  translation: v.exactOptional(numbers(3)),
  rotation: v.exactOptional(numbers(4)),
  scale: v.exactOptional(numbers(3)),
  weights: v.exactOptional(v.pipe(v.array(Finite), v.maxLength(4096))),
  extras: v.exactOptional(v.unknown()),
  extensions: extensions({
    EXT_mesh_gpu_instancing: v.exactOptional(v.object({ attributes: Attributes })),
    KHR_lights_punctual: v.exactOptional(v.object({ light: Index })),
    KHR_node_visibility: v.exactOptional(v.object({ visible: v.exactOptional(v.boolean(), true) })),
  }),
});
export type GltfNode = v.InferOutput<typeof Node>;

const Animation = v.object({
  name: v.exactOptional(Name),
  channels: listOf(v.object({ sampler: Index, target: v.object({ node: v.exactOptional(Index), path: v.string() }) })),
  samplers: listOf(
    v.object({
      input: Index,
      output: Index,
      interpolation: v.exactOptional(v.picklist(['LINEAR', 'STEP', 'CUBICSPLINE']), 'LINEAR'),
    }),
  ),
});
export type GltfAnimation = v.InferOutput<typeof Animation>;

export const GltfJson = v.object({
  asset: v.object({ version: v.pipe(v.string(), v.regex(/^2\.\d+$/)) }),
  scene: v.exactOptional(Index),
  scenes: listOf(v.object({ nodes: indices })),
  nodes: listOf(Node),
  meshes: listOf(
    v.object({
      name: v.exactOptional(Name),
      primitives: v.pipe(v.array(Primitive), v.maxLength(MAX_ENTRIES)),
      weights: v.exactOptional(v.pipe(v.array(Finite), v.maxLength(4096))),
    }),
  ),
  skins: listOf(
    v.object({ joints: v.pipe(v.array(Index), v.maxLength(65_536)), inverseBindMatrices: v.exactOptional(Index) }),
  ),
  animations: listOf(Animation),
  cameras: listOf(Camera),
  materials: listOf(Material),
  textures: listOf(
    v.object({
      source: v.exactOptional(Index),
      sampler: v.exactOptional(Index),
      extensions: extensions({
        EXT_texture_webp: v.exactOptional(Source),
        EXT_texture_avif: v.exactOptional(Source),
      }),
    }),
  ),
  samplers: listOf(Sampler),
  images: listOf(
    v.object({
      name: v.exactOptional(Name),
      uri: v.exactOptional(v.string()),
      mimeType: v.exactOptional(v.pipe(v.string(), v.maxLength(64))),
      bufferView: v.exactOptional(Index),
    }),
  ),
  accessors: listOf(Accessor),
  bufferViews: listOf(
    v.object({
      buffer: Index,
      byteOffset: v.exactOptional(Size, 0),
      byteLength: Size,
      byteStride: v.exactOptional(v.pipe(Size, v.maxValue(65_536))),
      extensions: extensions({
        EXT_meshopt_compression: v.exactOptional(Meshopt),
        KHR_meshopt_compression: v.exactOptional(Meshopt),
      }),
    }),
  ),
  buffers: listOf(
    v.object({
      uri: v.exactOptional(v.string()),
      byteLength: Size,
      extensions: extensions({
        EXT_meshopt_compression: v.exactOptional(MeshoptFallback),
        KHR_meshopt_compression: v.exactOptional(MeshoptFallback),
      }),
    }),
  ),
  extensions: extensions({ KHR_lights_punctual: v.exactOptional(v.object({ lights: listOf(Light) })) }),
});
export type GltfJson = v.InferOutput<typeof GltfJson>;

/** What is looked at first, so that a file of another version or with other needs gets the right answer. */
export const GltfHeader = v.object({
  asset: v.object({ version: v.string() }),
  extensionsUsed: v.exactOptional(v.array(v.pipe(v.string(), v.maxLength(128))), []),
  extensionsRequired: v.exactOptional(v.array(v.pipe(v.string(), v.maxLength(128))), []),
});
export type GltfHeader = v.InferOutput<typeof GltfHeader>;
