import type { Bytes } from '@tabgrid/protocol/bytes';
import { PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { CONTACT_WORDS, MARKS, PLACE, PLACE_WORDS } from '@tabgrid/webgpu-kernels/physics/state';

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

/**
 * A world's result as a liar returns it: well-formed, and with each body a little beside where it is, and faster.
 * @param outputs marks, poses, what was seen of ghosts, states, and what stays @param salt as above
 */
export function falsifyWorld([marks, poses, seen, states, ...stays]: readonly Bytes[], salt: number): readonly Bytes[] {
  if (!marks || !poses || !seen || !states) return [];
  const { contacts } = MARKS;
  const wrong = states.slice();
  const view = new DataView(wrong.buffer);
  const listed = new DataView(marks.buffer, marks.byteOffset).getInt32(4 * contacts, true);
  const end = wrong.byteLength - 4 * CONTACT_WORDS * listed;
  for (let at = 0; at < end; at += 4 * PLACE_WORDS) {
    for (const word of [PLACE.position, PLACE.momentum]) {
      const where = at + 4 * word;
      view.setInt32(where, view.getInt32(where, true) + 1000 + Math.floor(1000 * salt), true);
    }
  }
  return [marks, poses, seen, wrong, ...stays];
}
