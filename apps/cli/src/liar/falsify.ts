import type { Bytes } from '@tabgrid/protocol/bytes';
import { PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';

const PIXEL_BYTES = 4 * PIXEL_FLOATS;
/** Red, green, blue; the cost after them is left alone. */
const SUM_BYTES = 12;

const GREATEST = 1e30;

/**
 * A path tracer's result as a liar returns it: well-formed, canary and all, and wrong in every pixel.
 * @param salt 0 to below 1; liars of different salts never agree with each other
 */
export function falsify(result: Bytes, salt: number): Bytes {
  const wrong = result.slice();
  const view = new DataView(wrong.buffer);
  for (let pixel = 0; pixel + PIXEL_BYTES < wrong.byteLength; pixel += PIXEL_BYTES) {
    for (let at = pixel; at < pixel + SUM_BYTES; at += 4) {
      // Lit pixels get more light, black ones some.
      const more = view.getFloat32(at, true) * (1.25 + salt) + 1 + salt;
      view.setFloat32(at, Math.min(more, GREATEST), true);
    }
  }
  return wrong;
}
