import type { ImageSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/**
 * Halves an image until no side is over `maxSide`, each texel the rounded mean of four (of two or one where a side is
 * 1; the last row or column of an odd side is left out). The mean is taken of the stored values: right for data
 * textures, slightly dark for sRGB ones with hard edges.
 */
export function downscale(image: ImageSource, maxSide: number): ImageSource {
  let result = image;
  while (result.width > maxSide || result.height > maxSide) result = halve(result);
  return result;
}

function halve({ width, height, rgba }: ImageSource): ImageSource {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const [stepX, stepY] = [width > 1 ? 4 : 0, height > 1 ? width * 4 : 0];
  const out = new Uint8Array(w * h * 4);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = (y * 2 * width + x * 2) * 4;
      for (let c = 0; c < 4; c++) {
        const at = from + c;
        const sum =
          (rgba[at] ?? 0) + (rgba[at + stepX] ?? 0) + (rgba[at + stepY] ?? 0) + (rgba[at + stepX + stepY] ?? 0);
        out[(y * w + x) * 4 + c] = (sum + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, rgba: out };
}
