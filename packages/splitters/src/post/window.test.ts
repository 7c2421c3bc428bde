import type { PixelRect } from '@tabgrid/protocol/records';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutWindow, overlap, type Pixels } from './window.js';

const rect = fc.record({
  x: fc.nat(12),
  y: fc.nat(12),
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
});

/** Pixels of two floats that say where they are. */
function placed(of: PixelRect): Pixels {
  const floats = new Float32Array(2 * of.width * of.height);
  for (let i = 0; i < of.width * of.height; i++) {
    floats.set([of.x + (i % of.width) + 1, of.y + Math.floor(i / of.width) + 1], 2 * i);
  }
  return { rect: of, floats };
}

const inside = (of: PixelRect, x: number, y: number) =>
  x >= of.x && y >= of.y && x < of.x + of.width && y < of.y + of.height;

it('cuts from parts what a window has of them, each pixel in its place', () => {
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 3 }), rect, (parts, window) => {
      const bytes = cutWindow(parts.map(placed), window, 2);
      const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      expect(floats).toHaveLength(2 * window.width * window.height);
      for (let i = 0; i < window.width * window.height; i++) {
        const x = window.x + (i % window.width);
        const y = window.y + Math.floor(i / window.width);
        const there = parts.some((part) => inside(part, x, y));
        expect([...floats.subarray(2 * i, 2 * i + 2)]).toEqual(there ? [x + 1, y + 1] : [0, 0]);
      }
    }),
  );
});

it('knows which rectangles have a pixel in common', () => {
  fc.assert(
    fc.property(rect, rect, (a, b) => {
      let common = false;
      for (let x = 0; x < 22; x++) for (let y = 0; y < 22; y++) common ||= inside(a, x, y) && inside(b, x, y);
      expect(overlap(a, b)).toBe(common);
    }),
  );
});
