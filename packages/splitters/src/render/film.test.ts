import { sha256Hex } from '@tabgrid/protocol/bytes';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { spiralTiles } from '../spatial/tiles.js';
import { fakeResult } from './fake-kernel.js';
import { addResult, createFilm, type FilmResult, filmRgb, filmSha256, removeResult } from './film.js';
import { fakeBase, fakeScene } from './fixture.js';
import { splitRun } from './samples.js';

const FILM = { width: 12, height: 9 };
let base: Omit<PathtraceParams, 'tile' | 'samples'>;
beforeAll(async () => {
  base = fakeBase((await fakeScene()).manifest, { film: FILM });
});

/** All results of a picture of `count` samples in blocks of 4. */
function results(side: number, blocks: number, count = 10): FilmResult[] {
  return splitRun({ first: 0, count, block: 4 }, blocks).flatMap((samples, pass) =>
    spiralTiles(FILM.width, FILM.height, side).map((tile, i) => ({
      key: `${pass}-${i}`,
      tile,
      samples,
      result: fakeResult({ ...base, tile, samples }),
    })),
  );
}
const filmOf = (all: readonly FilmResult[]) => all.reduce(addResult, createFilm(FILM.width, FILM.height));

describe('the fold', () => {
  it('gives each pixel the mean of its samples', () => {
    const film = filmOf(results(5, 1));
    expect(film.counts.every((n) => n === 10)).toBe(true);
    const { result } = results(12, 3)[0] ?? { result: new Uint8Array() };
    const floats = new Float32Array(result.buffer, 0, 4 * 12 * 9 * 3);
    const pixel = 31;
    let sum = Math.fround(floats[4 * pixel] ?? 0);
    for (const b of [1, 2]) sum = Math.fround(sum + (floats[4 * (b * 108 + pixel)] ?? 0));
    expect(filmRgb(film)[3 * pixel]).toBe(Math.fround(sum / 10));
  });

  it('shows what is there: zero before the first block, the mean of a prefix afterwards', () => {
    const all = results(12, 1);
    const film = createFilm(FILM.width, FILM.height);
    const [first, second, third] = all;
    if (!first || !second || !third) throw new Error('three passes were cut');
    addResult(film, second);
    expect(filmRgb(film).every((x) => x === 0)).toBe(true);
    expect(film.pending.size).toBe(1);
    addResult(film, third);
    addResult(film, first);
    expect(film.pending.size).toBe(0);
    expect(film.counts[0]).toBe(10);
  });

  it('ignores repeats and overlaps', async () => {
    const all = results(5, 1);
    const film = filmOf([...all, ...all, ...results(7, 2)]);
    expect(await filmSha256(film)).toBe(await filmSha256(filmOf(all)));
    expect(film.pending.size).toBe(0);
  });

  it('is the same in any order, though each block was cut into other tiles', async () => {
    const expected = await filmSha256(filmOf(results(5, 1, 22)));
    // Five more passes of blocks, each of tiles of its own.
    const passes = [3, 7, 4, 12, 5, 9].flatMap((side, pass) =>
      results(side, 1, 22).filter(({ key }) => key.startsWith(`${pass}-`)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(passes, { minLength: passes.length, maxLength: passes.length }),
        async (order) => {
          const film = filmOf(order);
          expect(film.pending.size).toBe(0);
          expect(await filmSha256(film)).toBe(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has one hash for one picture, of its bytes', async () => {
    const film = filmOf(results(4, 2));
    expect(await filmSha256(film)).toBe(await sha256Hex(new Uint8Array(film.rgb.slice().buffer)));
    expect(await filmSha256(filmOf(results(4, 2, 9)))).not.toBe(await filmSha256(film));
  });

  it('refuses a tile outside of the film', () => {
    const [one] = results(12, 3);
    if (!one) throw new Error('one result was cut');
    expect(() => addResult(createFilm(10, 9), one)).toThrow(RangeError);
  });

  it('reads results that do not lie at a multiple of four bytes', async () => {
    const shifted = results(5, 1).map((r) => {
      const bytes = new Uint8Array(r.result.byteLength + 1);
      bytes.set(r.result, 1);
      return { ...r, result: bytes.subarray(1) };
    });
    expect(await filmSha256(filmOf(shifted))).toBe(await filmSha256(filmOf(results(5, 1))));
  });
});

describe('taking a result out', () => {
  it('is as if it had never come, whichever it is and whatever came before or after', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        async (side, blocks, which, missing, again) => {
          const all = results(side, blocks);
          const out = all[which % all.length];
          const never = all[missing % all.length];
          if (!out || !never) throw new Error('there are results');
          const given = again ? all : all.filter((r) => r !== never);
          const film = filmOf(given);
          removeResult(film, out, given);
          const expected = filmOf(given.filter((r) => r !== out));
          expect(await filmSha256(film)).toBe(await filmSha256(expected));
          expect([...film.counts]).toEqual([...expected.counts]);
          expect([...film.pending.keys()].sort()).toEqual([...expected.pending.keys()].sort());
          addResult(film, out);
          expect(await filmSha256(film)).toBe(await filmSha256(filmOf([...given, out])));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the fold of what is left, bit for bit, after any sequence of adding and taking out', async () => {
    // Two ways of cutting at once, so that results overlap, as those of two rounds of one picture do.
    const all = [...results(5, 1), ...results(4, 2).map((r) => ({ ...r, key: `other ${r.key}` }))];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: all.length - 1 }), { maxLength: 60 }), async (picks) => {
        const film = createFilm(FILM.width, FILM.height);
        const inside = new Map<string, FilmResult>();
        for (const pick of picks) {
          const one = all[pick];
          if (!one) throw new Error('picks are of the list');
          if (inside.delete(one.key)) {
            removeResult(film, one, inside.values());
          } else {
            inside.set(one.key, one);
            addResult(film, one);
          }
        }
        const expected = filmOf([...inside.values()]);
        expect(film.sums).toEqual(expected.sums);
        expect(film.rgb).toEqual(expected.rgb);
        expect(film.cost).toEqual(expected.cost);
        expect(film.counts).toEqual(expected.counts);
        expect(film.next).toEqual(expected.next);
      }),
      { numRuns: 60 },
    );
  });

  it('may be one that is not in it: the film stays as it is', async () => {
    const [out, ...rest] = results(5, 1);
    if (!out) throw new Error('there are results');
    const film = filmOf(rest);
    removeResult(film, out, rest);
    expect(await filmSha256(film)).toBe(await filmSha256(filmOf(rest)));
  });
});
