/**
 * A scene as a reader of files hands it over, before it is packed for the GPU: world-space triangles, flat lists,
 * glTF 2.0 conventions (right-handed, +Y up, metres, linear radiance in arbitrary but consistent units).
 */

export type Vec3 = readonly [number, number, number];

export interface SceneSource {
  /** xyz a vertex, world space. */
  readonly positions: Float32Array;
  /** Unit xyz a vertex, world space (inverse transpose applied). */
  readonly normals: Float32Array;
  /** uv a vertex (TEXCOORD_0; zeros where the mesh has none), origin at the image's top left as in glTF. */
  readonly uvs: Float32Array;
  /** Three vertices a triangle, counter-clockwise seen from its front. */
  readonly indices: Uint32Array;
  /** Index into `materials`, one a triangle. */
  readonly triangleMaterials: Uint32Array;
  readonly materials: readonly MaterialSource[];
  readonly images: readonly ImageSource[];
  readonly cameras: readonly CameraSource[];
}

/** glTF metallic-roughness. Factors multiply their texture's texels; colours are linear. */
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
}

export type Wrap = 'repeat' | 'clamp' | 'mirror';

export interface TextureSource {
  /** Index into `images`. */
  readonly image: number;
  readonly wrapS: Wrap;
  readonly wrapT: Wrap;
  readonly nearest: boolean;
}

/** 8-bit RGBA as in the file (not linearised, not premultiplied), rows from the top. */
export interface ImageSource {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A perspective camera. `right`, `up` and `forward` are orthonormal, world space. */
export interface CameraSource {
  readonly name: string;
  readonly position: Vec3;
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
  /** Full vertical field of view, radians. */
  readonly yfov: number;
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
