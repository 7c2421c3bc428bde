import type { Bytes } from '@tabgrid/protocol/bytes';
import { MAX_TEXTURES, TEXTURE_WORDS } from './layout.js';
import type { SceneSource, TextureSource, Wrap } from './scene-source.js';
import { type StoredImage, storeTexels } from './texels.js';

/** The scene's textures as its materials ask for them: equal ones once. */

const WRAPS: Record<Wrap, number> = { repeat: 0, clamp: 1, mirror: 2 };
const IDENTITY = [1, 0, 0, 0, 1, 0] as const;
const LARGEST_TRANSFORM = 1e6;

export interface TextureCollector {
  /** @returns index + 1, 0 for none. @throws RangeError when the image is not there */
  use(texture: TextureSource | null | undefined, srgb: boolean): number;
  /** @throws RangeError when there are too many */
  store(texelBudgetBytes: number): StoredTextures;
}

export interface StoredTextures {
  readonly words: Uint32Array;
  readonly texels: Bytes;
  readonly notes: readonly string[];
  /** Whether any texture is laid by a transform, or by the second texture coordinates. */
  readonly transformed: boolean;
  readonly second: boolean;
  imageOf(texture: TextureSource | null): StoredImage | undefined;
}

export function createTextureCollector(source: SceneSource): TextureCollector {
  /** Image → whether anybody reads it as sRGB. */
  const images = new Map<number, boolean>();
  const textures = new Map<string, { index: number; texture: TextureSource }>();
  return {
    use(texture, srgb) {
      if (!texture) return 0;
      if (!source.images[texture.image])
        throw new RangeError(`a texture names image ${texture.image}, which is not there`);
      images.set(texture.image, (images.get(texture.image) ?? false) || srgb);
      const { image, wrapS, wrapT, nearest, set = 0 } = texture;
      const key = [image, wrapS, wrapT, nearest, set, ...transformOf(texture)].join(' ');
      const known = textures.get(key) ?? { index: textures.size + 1, texture };
      textures.set(key, known);
      return known.index;
    },

    store(texelBudgetBytes) {
      if (textures.size > MAX_TEXTURES) throw new RangeError(`${textures.size} textures, limit ${MAX_TEXTURES}`);
      const numbers = [...images.keys()];
      const store = storeTexels(
        numbers.flatMap((n) => {
          const image = source.images[n];
          return image ? [{ image, srgb: images.get(n) ?? false }] : [];
        }),
        texelBudgetBytes,
      );
      const imageOf = (texture: TextureSource | null) =>
        texture ? store.images[numbers.indexOf(texture.image)] : undefined;
      const words = new Uint32Array(TEXTURE_WORDS * textures.size);
      for (const { index, texture } of textures.values()) {
        const image = imageOf(texture);
        if (image) words.set(record(texture, image), TEXTURE_WORDS * (index - 1));
      }
      const all = [...textures.values()].map(({ texture }) => texture);
      return {
        words,
        texels: store.texels,
        notes: store.notes,
        transformed: all.some((texture) => String(transformOf(texture)) !== String(IDENTITY)),
        second: all.some((texture) => texture.set === 1),
        imageOf,
      };
    },
  };
}

function record(texture: TextureSource, { at, image }: StoredImage): Uint32Array {
  const words = new Uint32Array(TEXTURE_WORDS);
  const flags =
    WRAPS[texture.wrapS] | (WRAPS[texture.wrapT] << 2) | (texture.nearest ? 16 : 0) | (texture.set === 1 ? 32 : 0);
  words.set([at, image.width | (image.height << 16), flags]);
  new Float32Array(words.buffer).set(transformOf(texture), 4);
  return words;
}

/** A transform that is not finite, or beyond any use, counts as none. */
function transformOf({ transform }: TextureSource): readonly number[] {
  return transform?.every((x) => Math.abs(x) < LARGEST_TRANSFORM) ? transform : IDENTITY;
}
