import * as v from 'valibot';

/**
 * The part of glTF 2.0's JSON that is read here. Unknown properties are dropped, so that what goes on to the library
 * has been checked whole; animations, extras and unknown extensions end here. Whether the indices point anywhere is
 * checked in `validate.ts`.
 */

/** Entries in any one list. */
const MAX_ENTRIES = 1_000_000;
/** Names are shown to people: the rest is cut off. */
const MAX_SHOWN_NAME = 64;

const Index = v.pipe(v.number(), v.integer(), v.minValue(0));
const Size = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const Finite = v.pipe(v.number(), v.finite());
const Unit = v.pipe(
  v.number(),
  v.finite(),
  v.transform((x: number) => Math.min(1, Math.max(0, x))),
);
const NotNegative = v.pipe(
  v.number(),
  v.finite(),
  v.transform((x: number) => Math.max(0, x)),
);
const Name = v.pipe(
  v.string(),
  v.transform((name: string) => name.slice(0, MAX_SHOWN_NAME)),
);

const listOf = <T extends v.GenericSchema>(item: T) =>
  v.exactOptional(v.pipe(v.array(item), v.maxLength(MAX_ENTRIES)), []);
const indices = listOf(Index);
const numbers = (length: number) => v.pipe(v.array(Finite), v.length(length));

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
      // The offsets are filled in: the library would otherwise take the accessor's own.
      indices: v.object({
        bufferView: Index,
        byteOffset: v.exactOptional(Size, 0),
        componentType: v.picklist([5121, 5123, 5125]),
      }),
      values: v.object({ bufferView: Index, byteOffset: v.exactOptional(Size, 0) }),
    }),
  ),
});

const TextureTransform = v.object({
  offset: v.exactOptional(v.tuple([Finite, Finite])),
  rotation: v.exactOptional(Finite),
  scale: v.exactOptional(v.tuple([Finite, Finite])),
  texCoord: v.exactOptional(Index),
});

const TextureInfo = v.object({
  index: Index,
  texCoord: v.exactOptional(Index),
  extensions: v.exactOptional(v.object({ KHR_texture_transform: v.exactOptional(TextureTransform) })),
});

const Sampler = v.object({
  // Values outside the specification mean the default, as viewers have it.
  magFilter: v.exactOptional(v.fallback(v.picklist([9728, 9729]), 9729)),
  minFilter: v.exactOptional(v.fallback(v.picklist([9728, 9729, 9984, 9985, 9986, 9987]), 9987)),
  wrapS: v.exactOptional(v.fallback(v.picklist([10497, 33071, 33648]), 10497)),
  wrapT: v.exactOptional(v.fallback(v.picklist([10497, 33071, 33648]), 10497)),
});

const Source = v.object({ source: Index });

const Material = v.object({
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
  normalTexture: v.exactOptional(TextureInfo),
  emissiveTexture: v.exactOptional(TextureInfo),
  emissiveFactor: v.exactOptional(v.tuple([NotNegative, NotNegative, NotNegative])),
  alphaMode: v.exactOptional(v.picklist(['OPAQUE', 'MASK', 'BLEND'])),
  alphaCutoff: v.exactOptional(NotNegative),
  doubleSided: v.exactOptional(v.boolean()),
  extensions: v.exactOptional(
    v.object({
      KHR_materials_emissive_strength: v.exactOptional(v.object({ emissiveStrength: v.exactOptional(NotNegative) })),
      KHR_materials_unlit: v.exactOptional(v.object({})),
    }),
  ),
});

const Attributes = v.pipe(v.record(v.pipe(v.string(), v.maxLength(64)), Index), v.maxEntries(64));

const Primitive = v.object({
  attributes: Attributes,
  indices: v.exactOptional(Index),
  material: v.exactOptional(Index),
  mode: v.exactOptional(v.picklist([0, 1, 2, 3, 4, 5, 6])),
  targets: v.exactOptional(v.pipe(v.array(Attributes), v.maxLength(4096))),
});

const Camera = v.variant('type', [
  v.object({
    type: v.literal('perspective'),
    name: v.exactOptional(Name),
    perspective: v.object({ yfov: Finite, znear: v.exactOptional(Finite, 0.01) }),
  }),
  v.object({ type: v.literal('orthographic'), name: v.exactOptional(Name) }),
]);

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
  extensions: v.exactOptional(
    v.object({
      EXT_mesh_gpu_instancing: v.exactOptional(v.object({ attributes: Attributes })),
      KHR_lights_punctual: v.exactOptional(v.object({})),
      KHR_node_visibility: v.exactOptional(v.object({ visible: v.exactOptional(v.boolean(), true) })),
    }),
  ),
});
export type GltfNode = v.InferOutput<typeof Node>;

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
  cameras: listOf(Camera),
  materials: listOf(Material),
  textures: listOf(
    v.object({
      source: v.exactOptional(Index),
      sampler: v.exactOptional(Index),
      extensions: v.exactOptional(
        v.object({ EXT_texture_webp: v.exactOptional(Source), EXT_texture_avif: v.exactOptional(Source) }),
      ),
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
    }),
  ),
  buffers: listOf(v.object({ uri: v.exactOptional(v.string()), byteLength: Size })),
});
export type GltfJson = v.InferOutput<typeof GltfJson>;

/** What is looked at first, so that a file of another version or with other needs gets the right answer. */
export const GltfHeader = v.object({
  asset: v.object({ version: v.string() }),
  extensionsUsed: v.exactOptional(v.array(v.pipe(v.string(), v.maxLength(128))), []),
  extensionsRequired: v.exactOptional(v.array(v.pipe(v.string(), v.maxLength(128))), []),
  animations: v.exactOptional(v.array(v.unknown()), []),
});
export type GltfHeader = v.InferOutput<typeof GltfHeader>;
