import type { Bytes } from '@tabgrid/protocol/bytes';
import { TaskId } from '@tabgrid/protocol/ids';
import { fakeResult } from '@tabgrid/splitters/render/fake-kernel';
import { addResult, createFilm } from '@tabgrid/splitters/render/film';
import { fakeBase, fakeScene } from '@tabgrid/splitters/render/fixture';
import { spiralTiles } from '@tabgrid/splitters/spatial/tiles';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Part } from './ledger.js';
import { createPicture } from './picture.js';

const FILM = { width: 12, height: 9 };
let base: Omit<PathtraceParams, 'tile' | 'samples'>;
beforeAll(async () => {
  base = fakeBase((await fakeScene()).manifest, { film: FILM });
});

interface Item {
  readonly task: TaskId;
  readonly part: Part;
  readonly result: Bytes;
}

/** All results of two rounds, cut differently. */
function items(): Item[] {
  const runs = [
    { side: 5, samples: { first: 0, count: 4, block: 4 } },
    { side: 7, samples: { first: 4, count: 4, block: 4 } },
  ];
  return runs.flatMap(({ side, samples }, round) =>
    spiralTiles(FILM.width, FILM.height, side).map((tile, i) => ({
      task: v.parse(TaskId, `j:${round}-${i}`),
      part: { tile, samples },
      result: fakeResult({ ...base, tile, samples }),
    })),
  );
}

const filmOf = (list: readonly Item[]) =>
  list.reduce(
    (film, { task, part, result }) => addResult(film, { key: task, ...part, result }),
    createFilm(FILM.width, FILM.height),
  );

const settle = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

/** A picture over a store that answers when the test says so. */
function setUp(gone: ReadonlySet<string> = new Set(), slow = false) {
  const all = new Map(items().map((item) => [item.task, item]));
  const lost: string[] = [];
  const asked: (() => void)[] = [];
  const picture = createPicture({
    film: createFilm(FILM.width, FILM.height),
    async bytesOf(task) {
      if (slow) await new Promise<void>((resolve) => asked.push(resolve));
      return gone.has(task) ? null : (all.get(task)?.result ?? null);
    },
    lost: (task) => lost.push(task),
    changed: () => {},
  });
  const add = ({ task, part, result }: Item) => picture.add(task, part, result, 3);
  return { picture, add, lost, asked, all: [...all.values()] };
}

describe('a picture', () => {
  it('shows what is in it, and who made it', () => {
    const { picture, add, all } = setUp();
    for (const item of all.slice(0, 3)) add(item);
    expect(picture.tiles()).toEqual(
      all.slice(0, 3).map(({ part }) => ({ ...part.tile, state: 'accepted', volunteer: 3 })),
    );
    expect(picture.parts()).toHaveLength(3);
    expect(picture.revision).toBe(3);
    expect(all.slice(0, 4).map(({ task }) => picture.has(task))).toEqual([true, true, true, false]);
  });

  it('takes one out as if it had never come', async () => {
    const { picture, add, all, lost } = setUp();
    for (const item of all) add(item);
    const [out, ...rest] = all;
    if (!out) throw new Error('there are results');
    picture.remove(out.task);
    await picture.settled();
    expect(picture.film.sums).toEqual(filmOf(rest).sums);
    expect(picture.has(out.task)).toBe(false);
    expect(lost).toEqual([]);
    picture.remove(out.task);
    await picture.settled();
    add(out);
    expect(picture.film.sums).toEqual(filmOf(all).sums);
  });

  it('lets what comes behind a removal wait for it', async () => {
    const { picture, add, all, asked } = setUp(new Set(), true);
    const [out, ...rest] = all;
    if (!out) throw new Error('there are results');
    for (const item of all) add(item);
    picture.remove(out.task);
    add(out);
    await settle();
    expect(picture.has(out.task)).toBe(false);
    let settled = false;
    void picture.settled().then(() => {
      settled = true;
    });
    while (!settled) {
      asked.shift()?.();
      await settle();
    }
    expect(picture.has(out.task)).toBe(true);
    expect(picture.film.sums).toEqual(filmOf([...rest, out]).sums);
  });

  it('takes out as well what it would need and cannot have, with all that this touches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { maxLength: 4 }), async (which, missing) => {
        const list = items();
        const out = list[which % list.length];
        if (!out) throw new Error('there are results');
        const gone = new Set(missing.map((n) => list[n % list.length]?.task ?? ''));
        const { picture, add, lost } = setUp(gone);
        for (const item of list) add(item);
        picture.remove(out.task);
        await picture.settled();
        const left = list.filter(({ task }) => task !== out.task && !lost.includes(task));
        for (const task of lost) expect(gone).toContain(task);
        expect(picture.film.sums).toEqual(filmOf(left).sums);
        expect(picture.film.counts).toEqual(filmOf(left).counts);
        expect(picture.parts()).toHaveLength(left.length);
      }),
      { numRuns: 60 },
    );
  });
});
