import type { SampleRun } from '@tabgrid/protocol/records';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spiralTiles } from '../spatial/tiles.js';
import { missingOf } from './missing.js';
import type { Part } from './parts.js';
import { splitRun } from './samples.js';

const FILM = { width: 13, height: 9 };

/** Every pixel's block, as text. */
function blocksIn(parts: readonly Part[]): string[] {
  return parts.flatMap(({ tile, samples }) => {
    const found: string[] = [];
    for (let first = samples.first; first < samples.first + samples.count; first += samples.block) {
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        for (let x = tile.x; x < tile.x + tile.width; x++) found.push(`${x},${y},${first}`);
      }
    }
    return found;
  });
}

const partsOf = (run: SampleRun, side: number, blocks: number): Part[] =>
  splitRun(run, blocks).flatMap((samples) =>
    spiralTiles(FILM.width, FILM.height, side).map((tile) => ({ tile, samples })),
  );

it('is exactly what no result holds, however the picture was cut', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 3, max: 9 }),
      fc.integer({ min: 3, max: 9 }),
      fc.integer({ min: 1, max: 3 }),
      fc.infiniteStream(fc.boolean()),
      (count, one, other, blocks, kept) => {
        const run = { first: 32, count, block: 16 };
        const have = [...partsOf(run, one, blocks), ...partsOf(run, other, 1)].filter(() => kept.next().value ?? true);
        // What belongs to another run changes nothing.
        const others = partsOf({ first: 0, count: 20, block: 16 }, 5, 1);
        const missing = missingOf(FILM, { samples: run }, [...have, ...others]).flatMap(({ samples, rects }) =>
          rects.map((tile) => ({ tile, samples })),
        );
        const all = new Set(blocksIn(partsOf(run, 4, 1)));
        for (const block of blocksIn(have)) all.delete(block);
        const found = blocksIn(missing);
        expect(new Set(found)).toEqual(all);
        expect(found.length).toBe(all.size);
      },
    ),
  );
});

it('is everything where there is nothing, and nothing where there is everything', () => {
  const run = { first: 0, count: 40, block: 16 };
  expect(missingOf(FILM, { samples: run }, [])).toEqual([{ samples: run, rects: [{ x: 0, y: 0, ...FILM }] }]);
  expect(missingOf(FILM, { samples: run }, partsOf(run, 4, 3))).toEqual([]);
});

it('lies within the pixels that the samples were asked for', () => {
  const run = { first: 0, count: 16, block: 16 };
  const rects = [
    { x: 0, y: 0, width: 4, height: 4 },
    { x: 8, y: 4, width: 2, height: 3 },
  ];
  expect(missingOf(FILM, { samples: run, rects }, [])).toEqual([{ samples: run, rects }]);
  const have = [{ tile: { x: 0, y: 0, width: 9, height: 6 }, samples: run }];
  const left = missingOf(FILM, { samples: run, rects }, have).flatMap((region) => region.rects);
  expect(new Set(blocksIn(left.map((tile) => ({ tile, samples: run }))))).toEqual(
    new Set(
      blocksIn([
        { tile: { x: 9, y: 4, width: 1, height: 2 }, samples: run },
        { tile: { x: 8, y: 6, width: 2, height: 1 }, samples: run },
      ]),
    ),
  );
});
