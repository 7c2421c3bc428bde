import type { ViewportLayer, ViewportPart, ViewportPicture } from '@tabgrid/coordinator/viewport/api';
import type { Bytes } from '@tabgrid/protocol/bytes';

/**
 * Brings the viewport's picture onto a raster: what is whole, and finer parts over it as they come.
 *
 * 1. The raster has the size of the finest layer that something is there of; a rougher one lies scaled under it.
 * 2. Each part is painted once, and once more when a later one lies over it: nothing else is painted.
 */
export interface ViewPainter {
  paint(picture: ViewportPicture): void;
}

export interface ViewSurface {
  /** Gives the raster another size. @param keep whether what was there is to be seen under what comes, scaled */
  resize(width: number, height: number, keep: boolean): void;
  put(rgba: Bytes, x: number, y: number, width: number, height: number): void;
  /** Tone-maps linear RGB to opaque RGBA, pixel by pixel. */
  shade(rgb: Float32Array): Bytes;
}

export function createViewPainter(surface: ViewSurface): ViewPainter {
  /** What the raster shows: the layer, and up to which revision. */
  let shown: { readonly layer: string; revision: number } | null = null;

  const paintLayer = (layer: ViewportLayer, name: string, keep: boolean): void => {
    if (shown?.layer !== name) {
      surface.resize(layer.width, layer.height, keep);
      shown = { layer: name, revision: -1 };
    }
    for (const part of layer.parts) {
      if (part.revision <= shown.revision) continue;
      surface.put(surface.shade(lightOf(layer, part)), part.x, part.y, part.width, part.height);
    }
    shown.revision = Math.max(shown.revision, ...layer.parts.map(({ revision }) => revision));
  };

  return {
    paint({ frame, under, over }) {
      const name = (layer: ViewportLayer) => `${frame} ${layer.width}x${layer.height}`;
      // A finer layer that became whole is the one that was painted over the rough one already.
      const finer = over !== null && over.parts.length > 0 ? over : null;
      if (finer === null || shown?.layer !== name(finer)) paintLayer(under, name(under), false);
      if (finer !== null) paintLayer(finer, name(finer), true);
    },
  };
}

function lightOf({ width, rgb }: ViewportLayer, part: ViewportPart): Float32Array {
  if (part.width === width) return rgb.subarray(3 * part.y * width, 3 * (part.y + part.height) * width);
  const light = new Float32Array(3 * part.width * part.height);
  for (let row = 0; row < part.height; row++) {
    const from = 3 * ((part.y + row) * width + part.x);
    light.set(rgb.subarray(from, from + 3 * part.width), 3 * row * part.width);
  }
  return light;
}
