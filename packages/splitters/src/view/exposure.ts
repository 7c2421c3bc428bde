import type { Bytes } from '@tabgrid/protocol/bytes';
import type { PixelRect, SampleRun } from '@tabgrid/protocol/records';
import { blockCount, blockFloats, PIXEL_FLOATS, samplesInBlock } from '@tabgrid/webgpu-kernels/pathtrace/film';

/**
 * A view's film: as a picture's (`render/film.ts`), but nothing is ever taken out of it or comes twice, and its blocks may have
 * any size. Its rounds come one after the other, so that here too sums are added in index order: after one sample it is bit
 * for bit the film of a picture of one sample.
 */
export interface Exposure {
  readonly width: number;
  readonly height: number;
  readonly sums: Float32Array<ArrayBuffer>;
  /** Samples in `sums`, a pixel. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Linear RGB means, row-major; 0 where there is no sample. A live view. */
  readonly rgb: Float32Array<ArrayBuffer>;
  /** Traversal steps, a row. */
  readonly rowCosts: Float64Array<ArrayBuffer>;
}

export function createExposure(width: number, height: number): Exposure {
  const pixels = width * height;
  return {
    width,
    height,
    sums: new Float32Array(3 * pixels),
    counts: new Uint32Array(pixels),
    rgb: new Float32Array(3 * pixels),
    rowCosts: new Float64Array(height),
  };
}

/** One accepted result, valid by its kernel's `fault`. */
export interface ExposedPart {
  readonly tile: PixelRect;
  readonly samples: SampleRun;
  readonly result: Bytes;
}

/** Adds a result. @throws RangeError for a tile that does not lie within the film */
export function expose(film: Exposure, { tile, samples, result }: ExposedPart): void {
  const { width, sums, counts, rgb, rowCosts } = film;
  if (tile.x + tile.width > width || tile.y + tile.height > film.height) {
    throw new RangeError(`a tile at ${tile.x}, ${tile.y} does not lie within ${width} × ${film.height} pixels`);
  }
  for (let block = 0; block < blockCount(samples); block++) {
    const floats = blockFloats({ tile, samples }, result, block);
    const count = samplesInBlock(samples, block);
    let from = 0;
    for (let y = tile.y; y < tile.y + tile.height; y++) {
      let cost = rowCosts[y] ?? 0;
      for (let pixel = y * width + tile.x; pixel < y * width + tile.x + tile.width; pixel++) {
        const all = (counts[pixel] ?? 0) + count;
        counts[pixel] = all;
        for (let c = 0; c < 3; c++) {
          sums[3 * pixel + c] = (sums[3 * pixel + c] ?? 0) + (floats[from + c] ?? 0);
          rgb[3 * pixel + c] = (sums[3 * pixel + c] ?? 0) / all;
        }
        cost += floats[from + 3] ?? 0;
        from += PIXEL_FLOATS;
      }
      rowCosts[y] = cost;
    }
  }
}
