import type { RenderRun } from '@tabgrid/protocol/records';
import { PIXEL_FLOATS, resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { describe, expect, it } from 'vitest';
import { addResult, createFilm, type Film } from './film.js';
import { furtherRuns, moreOfEach, noiseMap, noiseView } from './noise.js';
import { nextRun, runBetween } from './samples.js';

const [WIDTH, HEIGHT] = [64, 48];

/** Independent samples of a mean and a deviation, uniform ones. */
type Light = (x: number, y: number) => { readonly mean: number; readonly deviation: number };

/** A source of chance that gives the same numbers on every machine. */
function chance(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Adds runs of grey samples to a film, as results of the whole film or of the runs' own rectangles. */
function expose(film: Film, runs: readonly RenderRun[], light: Light, next: () => number): void {
  for (const { samples, rects = [{ x: 0, y: 0, width: WIDTH, height: HEIGHT }] } of runs) {
    for (const tile of rects) {
      const out = new Float32Array(resultBytes({ tile, samples }) / 4);
      let at = 0;
      for (let first = 0; first < samples.count; first += samples.block) {
        const count = Math.min(samples.block, samples.count - first);
        for (let y = tile.y; y < tile.y + tile.height; y++) {
          for (let x = tile.x; x < tile.x + tile.width; x++) {
            const { mean, deviation } = light(x, y);
            let sum = 0;
            for (let s = 0; s < count; s++) sum += mean + Math.sqrt(12) * deviation * (next() - 0.5);
            out.fill(sum, at, at + 3);
            at += PIXEL_FLOATS;
          }
        }
      }
      const key = `${samples.first} ${tile.x} ${tile.y}`;
      addResult(film, { key, tile, samples, result: new Uint8Array(out.buffer) });
    }
  }
}

const first: RenderRun = { samples: nextRun([], 32) };
const filmOf = (runs: readonly RenderRun[], light: Light, seed = 1) => {
  const film = createFilm(WIDTH, HEIGHT);
  expose(film, runs, light, chance(seed));
  return film;
};

describe('a picture’s noise', () => {
  it('is its samples’ deviation ÷ √N, relative to the light, from blocks of any size', () => {
    const light: Light = () => ({ mean: 2, deviation: 0.5 });
    for (const runs of [
      [first],
      [first, { samples: runBetween(32, 128) }],
      [{ samples: nextRun([], 256) }, { samples: runBetween(256, 384) }],
    ]) {
      const count = runs.reduce((sum, { samples }) => sum + samples.count, 0);
      const { level } = noiseView(noiseMap(filmOf(runs, light)), 1);
      expect(level / (0.25 / Math.sqrt(count))).toBeGreaterThan(0.95);
      expect(level / (0.25 / Math.sqrt(count))).toBeLessThan(1.05);
    }
  });

  it('counts in relation to the whole picture where it is dark, and is nothing where there is no light', () => {
    const halves: Light = (x) => (x < 32 ? { mean: 1, deviation: 0 } : { mean: 1e-6, deviation: 1e-4 });
    expect(noiseView(noiseMap(filmOf([first], halves)), 0.002).met).toBe(1);
    expect(noiseView(noiseMap(filmOf([first], () => ({ mean: 0, deviation: 0 }))), 0.002)).toEqual({
      level: 0,
      met: 1,
    });
  });

  it('cannot be told from one block', () => {
    const film = filmOf([{ samples: { first: 0, count: 16, block: 16 } }], () => ({ mean: 1, deviation: 0.1 }));
    expect(noiseView(noiseMap(film), 1)).toEqual({ level: Number.POSITIVE_INFINITY, met: 0 });
  });
});

describe('rounds of samples', () => {
  /** A tenth of the picture is noisy. */
  const corner: Light = (x, y) => ({ mean: 1, deviation: x < 16 && y < 16 ? 1 : 0.02 });

  const refine = (light: Light, goal: { readonly target: number; readonly most: number }, seed: number) => {
    const film = createFilm(WIDTH, HEIGHT);
    const next = chance(seed);
    const runs = [first];
    expose(film, runs, light, next);
    const laters: number[] = [];
    for (let round = 0; ; round++) {
      expect(round).toBeLessThan(30);
      const further = furtherRuns(noiseMap(film), runs, goal);
      laters.push(further.later);
      if (further.runs.length === 0) return { film, runs, laters };
      expose(film, further.runs, light, next);
      runs.push(...further.runs);
    }
  };

  it('go where the error is, and end when the target is met', () => {
    const { film, laters } = refine(corner, { target: 0.05, most: 65_536 }, 7);
    const at = (x: number, y: number) => film.counts[y * WIDTH + x] ?? 0;
    // 1 ÷ √N = 0.05 at 400 samples; beside it some, far away none.
    expect(at(3, 3)).toBeGreaterThan(300);
    expect(at(3, 3)).toBeLessThan(600);
    expect(at(60, 40)).toBe(32);
    expect(noiseView(noiseMap(film), 0.05).met).toBe(1);
    expect(film.pending.size).toBe(0);
    // What is said to come gets less, and is nothing at the end.
    expect(laters.at(-1)).toBe(0);
    expect(laters[0]).toBeGreaterThan(0);
  });

  it('take a clean cell along beside one that is far too noisy, and give as much as 1 ÷ √N asks for', () => {
    const { runs } = furtherRuns(noiseMap(filmOf([first], corner)), [first], { target: 0.05, most: 65_536 });
    const at = (x: number, y: number) =>
      runs.find(({ rects }) => rects?.some((r) => x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height));
    // 0.18 now: twelve times the samples, of which four times in one round.
    expect(at(3, 3)?.samples).toEqual({ first: 32, count: 96, block: 32 });
    // Its neighbours are asked for as if they were half as noisy.
    expect(at(20, 3)?.samples).toEqual({ first: 32, count: 64, block: 32 });
    expect(at(20, 20)?.samples).toEqual({ first: 32, count: 64, block: 32 });
    expect(at(60, 40)).toBeUndefined();
  });

  it('end at the most samples that a pixel may have', () => {
    const { film, runs } = refine(corner, { target: 0.002, most: 100 }, 3);
    expect(film.counts[0]).toBe(100);
    expect(Math.max(...runs.map(({ samples }) => samples.first + samples.count))).toBe(100);
  });

  it('spend several times less than even samples that are as good', () => {
    const { film } = refine(corner, { target: 0.05, most: 65_536 }, 11);
    const spent = film.counts.reduce((sum, n) => sum + n, 0);
    const even = WIDTH * HEIGHT * (film.counts[0] ?? 0);
    expect(even / spent).toBeGreaterThan(2.5);
  });

  it('leave every pixel with what can be gone on with', () => {
    const { film, runs } = refine(corner, { target: 0.05, most: 65_536 }, 5);
    const before = film.counts.slice();
    const more = moreOfEach(film, runs, 32);
    expose(film, more, corner, chance(9));
    expect(film.pending.size).toBe(0);
    for (const [i, n] of film.counts.entries()) expect(n).toBe((before[i] ?? 0) + 32);
  });
});
