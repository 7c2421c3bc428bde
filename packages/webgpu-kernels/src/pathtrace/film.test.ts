import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  blockCount,
  blockFloats,
  canary,
  canaryOf,
  cutResult,
  type FilmPart,
  firstBlock,
  resultBytes,
  samplesInBlock,
} from './film.js';

const part: FilmPart = {
  film: { width: 40, height: 30 },
  tile: { x: 3, y: 5, width: 6, height: 4 },
  samples: { first: 8, count: 10, block: 4 },
  bounces: 5,
  seed: 7,
};

/** A result whose every float says where it is: block, then film pixel, then channel. */
function marked(p: FilmPart): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(resultBytes(p));
  const view = new DataView(out.buffer);
  let at = 0;
  for (let b = 0; b < blockCount(p.samples); b++) {
    for (let y = 0; y < p.tile.height; y++) {
      for (let x = 0; x < p.tile.width; x++) {
        for (let c = 0; c < 4; c++) {
          const pixel = (p.tile.y + y) * p.film.width + p.tile.x + x;
          view.setFloat32(at, ((firstBlock(p.samples) + b) * 2000 + pixel) * 4 + c, true);
          at += 4;
        }
      }
    }
  }
  view.setUint32(at, canary(p), true);
  return out;
}

it('counts blocks and their samples', () => {
  expect(blockCount(part.samples)).toBe(3);
  expect(firstBlock(part.samples)).toBe(2);
  expect([0, 1, 2, 3].map((b) => samplesInBlock(part.samples, b))).toEqual([4, 4, 2, 0]);
  expect(resultBytes(part)).toBe(3 * 24 * 16 + 4);
});

it('shows a block’s floats, also where the bytes are not aligned', () => {
  const result = marked(part);
  const shifted = new Uint8Array(result.byteLength + 1);
  shifted.set(result, 1);
  for (let b = 0; b < 3; b++) {
    expect(blockFloats(part, shifted.subarray(1), b)).toEqual(blockFloats(part, result, b));
    expect(blockFloats(part, result, b)[1]).toBe(((2 + b) * 2000 + 5 * 40 + 3) * 4 + 1);
  }
});

it('cuts out what a smaller task within would have given', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(3), fc.nat(5), fc.nat(3), fc.nat(2), fc.nat(2), (x, y, w, h, b, n) => {
      const width = Math.min(6 - x, w + 1);
      const height = Math.min(4 - y, h + 1);
      const blocks = Math.min(3 - b, n + 1);
      const inner: FilmPart = {
        ...part,
        tile: { x: 3 + x, y: 5 + y, width, height },
        samples: { first: 8 + 4 * b, count: Math.min(4 * blocks, 10 - 4 * b), block: 4 },
      };
      expect(cutResult(part, marked(part), inner)).toEqual(marked(inner));
    }),
  );
});

it('refuses to cut what is not within', () => {
  const outside: FilmPart[] = [
    { ...part, tile: { ...part.tile, x: 2 } },
    { ...part, tile: { ...part.tile, width: 7 } },
    { ...part, samples: { ...part.samples, first: 4 } },
    { ...part, samples: { first: 8, count: 12, block: 4 } },
    { ...part, samples: { first: 16, count: 1, block: 4 } },
    { ...part, samples: { first: 8, count: 8, block: 8 } },
  ];
  for (const p of outside) expect(() => cutResult(part, marked(part), p)).toThrow(RangeError);
});

it('has a canary that depends on everything', () => {
  const others: FilmPart[] = [
    { ...part, seed: 8 },
    { ...part, bounces: 4 },
    { ...part, film: { width: 41, height: 30 } },
    { ...part, tile: { ...part.tile, y: 6 } },
    { ...part, samples: { ...part.samples, first: 12 } },
    { ...part, samples: { ...part.samples, count: 9 } },
  ];
  const all = [part, ...others].map(canary);
  expect(new Set(all).size).toBe(all.length);
  expect(all).not.toContain(0);
  expect(canaryOf(marked(part))).toBe(canary(part));
});
