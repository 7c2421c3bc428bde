import type { Bytes } from '@tabgrid/protocol/bytes';
import { encodePng } from '../png.js';

const SIDE_PX = 1024;

/**
 * A checkered floor that fades into a plain backdrop: row 0 is the front. `tiles` squares across; the pattern is gone
 * from the share `plainFrom` of the height on. A PNG, sRGB.
 */
export function checkerFloor(tiles: number, plainFrom: number): Bytes {
  const rgba = new Uint8Array(SIDE_PX * SIDE_PX * 4);
  for (let y = 0; y < SIDE_PX; y++) {
    const fade = Math.max(0, 1 - y / SIDE_PX / plainFrom);
    const contrast = Math.min(1, fade * 2.5);
    for (let x = 0; x < SIDE_PX; x++) {
      const odd = (Math.floor((x / SIDE_PX) * tiles) + Math.floor((y / SIDE_PX) * tiles)) % 2 === 1;
      const level = 150 + (odd ? 62 : -62) * contrast;
      // A little warmer in front, cooler behind.
      const tint = (y / SIDE_PX - 0.5) * 16;
      rgba.set([level - tint, level, level + tint, 255].map(Math.round), (y * SIDE_PX + x) * 4);
    }
  }
  return encodePng(SIDE_PX, SIDE_PX, rgba);
}
