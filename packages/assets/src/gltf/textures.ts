import type { NormalTexture, TextureSource, Wrap } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { GltfJson } from './schema.js';
import type { NormalTextureInfo, TextureInfo, TextureTransform } from './schema-material.js';

export interface TextureReaderDeps {
  readonly json: GltfJson;
  /** Takes the file's image into the scene and returns its index there; null where it cannot be used. */
  useImage(imageIndex: number): number | null;
  warn(warning: string): void;
}

export interface TextureReader {
  /** Takes a texture into the scene; null where there is none, or none that can be shown. */
  use(info: TextureInfo | undefined): TextureSource | null;
  useNormal(info: NormalTextureInfo | undefined): NormalTexture | null;
}

const WRAPS: Readonly<Record<number, Wrap>> = { 10497: 'repeat', 33071: 'clamp', 33648: 'mirror' };
const NEAREST = 9728;

export function createTextureReader({ json, useImage, warn }: TextureReaderDeps): TextureReader {
  const use = (info: TextureInfo | undefined): TextureSource | null => {
    const texture = info && json.textures[info.index];
    if (!info || !texture) return null;
    const image = useImage(imageOf(texture) ?? -1);
    if (image === null) {
      warn('Some textures have no image in a supported format: their surfaces show plain colours.');
      return null;
    }
    const sampler = json.samplers[texture.sampler ?? -1];
    const transform = matrixOf(info.extensions?.KHR_texture_transform);
    return {
      image,
      wrapS: WRAPS[sampler?.wrapS ?? -1] ?? 'repeat',
      wrapT: WRAPS[sampler?.wrapT ?? -1] ?? 'repeat',
      nearest: sampler?.magFilter === NEAREST,
      ...(setOf(info, warn) === 1 && { set: 1 }),
      ...(transform && { transform }),
    };
  };
  return {
    use,
    useNormal(info) {
      const texture = use(info);
      return info && texture ? { texture, scale: info.scale } : null;
    },
  };
}

/** A texture takes its PNG or JPEG where it has one, and else the WebP or AVIF of an extension. */
function imageOf({ source, extensions }: GltfJson['textures'][number]): number | undefined {
  return source ?? extensions?.EXT_texture_webp?.source ?? extensions?.EXT_texture_avif?.source;
}

function setOf(info: TextureInfo, warn: (warning: string) => void): 0 | 1 {
  const set = info.extensions?.KHR_texture_transform?.texCoord ?? info.texCoord;
  if (set <= 1) return set === 1 ? 1 : 0;
  warn(`Some textures are laid by a third set of coordinates (TEXCOORD_${set}): they are laid by the first instead.`);
  return 0;
}

/**
 * KHR_texture_transform – scale, then turn, then move – as the two rows of `TextureSource.transform`; null where it
 * changes nothing. The turn follows the extension's text and its test model (counter-clockwise as seen in the image, v
 * grows downwards); the matrix printed in its README turns the other way, and no viewer follows that.
 */
function matrixOf(transform: TextureTransform | undefined): TextureSource['transform'] | null {
  if (!transform) return null;
  const { offset, rotation, scale } = transform;
  const [sin, cos] = [Math.sin(rotation), Math.cos(rotation)];
  const matrix = [
    cos * scale[0],
    sin * scale[1],
    offset[0],
    0 - sin * scale[0],
    cos * scale[1],
    offset[1],
  ] as const satisfies TextureSource['transform'];
  const identity = [1, 0, 0, 0, 1, 0];
  return matrix.every((x, i) => x === identity[i]) ? null : matrix;
}
