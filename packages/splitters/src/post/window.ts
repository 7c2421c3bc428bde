import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { PixelRect } from '@tabgrid/protocol/records';

/** Rectangles of pixels, cut from one another. All lists are row-major, with the same number of floats a pixel. */

/** A rectangle's pixels. */
export interface Pixels {
  readonly rect: PixelRect;
  readonly floats: Float32Array<ArrayBufferLike>;
}

/** Copies what two rectangles have in common. @param size floats a pixel */
export function copyPixels(from: Pixels, to: Pixels, size: number): void {
  const x = Math.max(from.rect.x, to.rect.x);
  const y = Math.max(from.rect.y, to.rect.y);
  const right = Math.min(from.rect.x + from.rect.width, to.rect.x + to.rect.width);
  const bottom = Math.min(from.rect.y + from.rect.height, to.rect.y + to.rect.height);
  if (right <= x) return;
  for (let row = y; row < bottom; row++) {
    const at = indexIn(from.rect, x, row) * size;
    to.floats.set(from.floats.subarray(at, at + (right - x) * size), indexIn(to.rect, x, row) * size);
  }
}

/** What parts have of a window, as bytes; 0 where none of them reaches. @param size floats a pixel */
export function cutWindow(parts: Iterable<Pixels>, window: PixelRect, size: number): Bytes {
  const floats = new Float32Array(size * window.width * window.height);
  for (const part of parts) copyPixels(part, { rect: window, floats }, size);
  return bytesOf(floats);
}

export function overlap(a: PixelRect, b: PixelRect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function indexIn({ x, y, width }: PixelRect, atX: number, atY: number): number {
  return (atY - y) * width + atX - x;
}
