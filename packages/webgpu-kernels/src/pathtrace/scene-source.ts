/**
 * A scene as a reader of files hands it over, before it is packed for the GPU: triangles in flat lists,
 * glTF 2.0 conventions (right-handed, +Y up, metres, linear radiance in arbitrary but consistent units).
 */

export type Vec3 = readonly [number, number, number];

export interface SceneSource {
  /** xyz a vertex; world space, or an instanced mesh's own. */
  readonly positions: Float32Array;
  /** Unit xyz a vertex, in the space of its position (inverse transpose applied); zeros where the triangle's own counts. */
  readonly normals: Float32Array;
  /** uv a vertex (TEXCOORD_0; zeros where the mesh has none), origin at the image's top left as in glTF. */
  readonly uvs: Float32Array;
  /** TEXCOORD_1 likewise; absent where no material reads it. */
  readonly uvs1?: Float32Array;
  /**
   * Tangents xyzw a vertex as in glTF (w is the bitangent's sign), in the space of its position; zeros where the mesh has
   * none: the tangent then follows the texture coordinates. Absent where no mesh has any.
   */
  readonly tangents?: Float32Array;
  /** Linear RGBA a vertex, which multiplies the base colour (COLOR_0; ones where a mesh has none). Absent where none has. */
  readonly colors?: Float32Array;
  /** Three vertices a triangle, counter-clockwise seen from its front. */
  readonly indices: Uint32Array;
  /** Index into `materials`, one a triangle. */
  readonly triangleMaterials: Uint32Array;
  /** Meshes that stand in several places, or move rigidly. Triangles that no mesh names are in world space. */
  readonly instances?: readonly InstancedMesh[];
  readonly materials: readonly MaterialSource[];
  readonly images: readonly ImageSource[];
  readonly lights?: readonly LightSource[];
  readonly cameras: readonly CameraSource[];
}

/** A range of triangles in a space of its own, and where it stands. Ranges do not overlap; none of them emits. */
export interface InstancedMesh {
  readonly firstTriangle: number;
  readonly triangleCount: number;
  /** Mesh to world, affine: three rows of four (xyz, translation) each, one after the other. */
  readonly transforms: Float32Array;
}

/**
 * glTF metallic-roughness and its ratified extensions. Factors multiply their texture's texels; colours are linear. An
 * absent layer is not there.
 */
export interface MaterialSource {
  readonly name: string;
  /** Linear RGB and alpha. */
  readonly baseColor: readonly [number, number, number, number];
  readonly metallic: number;
  readonly roughness: number;
  /** Linear radiance, strength applied. */
  readonly emissive: Vec3;
  readonly alphaMode: 'opaque' | 'mask' | 'blend';
  readonly alphaCutoff: number;
  readonly doubleSided: boolean;
  /** sRGB texels. */
  readonly baseColorTexture: TextureSource | null;
  /** Linear texels: G roughness, B metallic. */
  readonly metallicRoughnessTexture: TextureSource | null;
  /** sRGB texels. */
  readonly emissiveTexture: TextureSource | null;
  /** Tangent-space normals, linear texels; `scale` multiplies x and y. */
  readonly normalTexture?: NormalTexture;
  /** KHR_materials_unlit: the base colour is what is seen, whatever the light. */
  readonly unlit?: boolean;
  /** KHR_materials_ior: 1 or more, or 0 for a surface that reflects everything. Absent: 1.5. */
  readonly ior?: number;
  readonly transmission?: TransmissionSource;
  readonly clearcoat?: ClearcoatSource;
  readonly sheen?: SheenSource;
  readonly specular?: SpecularSource;
  readonly iridescence?: IridescenceSource;
}

export interface NormalTexture {
  readonly texture: TextureSource;
  readonly scale: number;
}

/** KHR_materials_transmission and KHR_materials_volume. */
export interface TransmissionSource {
  readonly factor: number;
  /** R. */
  readonly texture: TextureSource | null;
  /** Whether the surface bounds a volume (thickness > 0): light is then refracted and absorbed; else it is a thin wall. */
  readonly volume: boolean;
  /** Metres after which `attenuationColor` is left of white light; Infinity: nothing is absorbed. */
  readonly attenuationDistance: number;
  readonly attenuationColor: Vec3;
}

/** KHR_materials_clearcoat. */
export interface ClearcoatSource {
  readonly factor: number;
  /** R. */
  readonly texture: TextureSource | null;
  readonly roughness: number;
  /** G. */
  readonly roughnessTexture: TextureSource | null;
  readonly normalTexture?: NormalTexture;
}

/** KHR_materials_sheen. */
export interface SheenSource {
  readonly color: Vec3;
  /** sRGB texels. */
  readonly colorTexture: TextureSource | null;
  readonly roughness: number;
  /** A. */
  readonly roughnessTexture: TextureSource | null;
}

/** KHR_materials_specular. */
export interface SpecularSource {
  readonly factor: number;
  /** A. */
  readonly texture: TextureSource | null;
  readonly color: Vec3;
  /** sRGB texels. */
  readonly colorTexture: TextureSource | null;
}

/** KHR_materials_iridescence. */
export interface IridescenceSource {
  readonly factor: number;
  /** R. */
  readonly texture: TextureSource | null;
  readonly ior: number;
  /** Nanometres of the film where the texture's G is 0 and 1; `maximum` without a texture. */
  readonly thickness: { readonly minimum: number; readonly maximum: number };
  readonly thicknessTexture: TextureSource | null;
}

export type Wrap = 'repeat' | 'clamp' | 'mirror';

export interface TextureSource {
  /** Index into `images`. */
  readonly image: number;
  readonly wrapS: Wrap;
  readonly wrapT: Wrap;
  readonly nearest: boolean;
  /** Which texture coordinates. Absent: 0. */
  readonly set?: 0 | 1;
  /** KHR_texture_transform as u' = a·u + b·v + c, v' = d·u + e·v + f. Absent: as they are. */
  readonly transform?: readonly [number, number, number, number, number, number];
}

/** KHR_lights_punctual, world space. `intensity` is linear RGB: W/sr for points and spots, W/m² for suns. */
export type LightSource =
  | { readonly kind: 'point'; readonly position: Vec3; readonly intensity: Vec3; readonly range: number }
  | {
      readonly kind: 'spot';
      readonly position: Vec3;
      /** Unit, where it shines to. */
      readonly direction: Vec3;
      readonly intensity: Vec3;
      /** Metres after which nothing is lit; Infinity for no end. */
      readonly range: number;
      /** Radians from the direction: full within the first, none beyond the second. */
      readonly innerCone: number;
      readonly outerCone: number;
    }
  | { readonly kind: 'directional'; readonly direction: Vec3; readonly intensity: Vec3 };

/** 8-bit RGBA as in the file (not linearised, not premultiplied), rows from the top. */
export interface ImageSource {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A camera. `right`, `up` and `forward` are orthonormal, world space. */
export interface CameraSource {
  readonly name: string;
  readonly position: Vec3;
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
  /** Full vertical field of view, radians; not used by an orthographic camera. */
  readonly yfov: number;
  /** Height of what an orthographic camera sees, metres. Absent for a perspective one. */
  readonly orthographicHeight?: number;
}

/** Light from everywhere: a constant radiance, or an equirectangular map (row 0 at +Y, column 0 at −X… see `packEnvironment`). */
export type EnvironmentSource =
  | { readonly kind: 'constant'; readonly radiance: Vec3 }
  | {
      readonly kind: 'map';
      readonly width: number;
      readonly height: number;
      /** Linear RGB radiance, rows from the top (+Y). */
      readonly rgb: Float32Array;
    };

/** glTF 2.0 §3.9.6: what a primitive without a material gets. */
export const DEFAULT_MATERIAL: MaterialSource = {
  name: 'default',
  baseColor: [1, 1, 1, 1],
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
