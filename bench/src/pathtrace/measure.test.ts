import type { Tracer } from '@tabgrid/bench-page/pathtrace/tracer';
import { expect, it } from 'vitest';
import { affordable, measureAll, type Plan } from './measure.js';

const plan: Plan = {
  rounds: 3,
  roundMs: 10,
  errorShrink: 2,
  errorSpps: [1, 2, 4],
  errorMs: 1e9,
  referenceMs: 1e9,
  referenceSpp: 64,
};

interface Fake extends Tracer {
  readonly calls: string[];
}

/** Renders grey with an error of exactly ± noise ÷ √spp, and is as fast as told. */
function fake(name: string, log: string[], samplesAMs: number, noise: number): Fake {
  let [width, height] = [8, 8];
  const calls: string[] = [];
  return {
    calls,
    start: { buildMs: 1, compileMs: 2, firstPixelMs: 3 },
    async measure(budgetMs) {
      log.push(name);
      return { cameraSamples: samplesAMs * budgetMs, ms: budgetMs };
    },
    async picture(spp) {
      calls.push(`${width}×${height} ${spp}`);
      const off = noise / Math.sqrt(spp);
      return Float32Array.from({ length: 3 * width * height }, (_, i) => 1 + (i % 2 === 0 ? off : -off));
    },
    async resize(w, h) {
      [width, height] = [w, h];
    },
    close() {},
  };
}

it('measures in turn, takes errors of smaller pictures, and gives the frame back', async () => {
  const log: string[] = [];
  const [a, b] = [fake('a', log, 1000, 0.1), fake('b', log, 500, 0.2)];
  const named = [
    { name: 'a', tracer: a },
    { name: 'b', tracer: b },
  ];
  const measured = await measureAll(named, { width: 8, height: 8, bounces: 5 }, plan, 2, () => {});
  expect(log.join('')).toBe('ababab');
  expect(measured.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(measured[0]?.rates).toEqual([1, 1, 1]);
  expect(measured[1]?.rates).toEqual([0.5, 0.5, 0.5]);
  expect(a.calls).toEqual(['4×4 1', '4×4 2', '4×4 4', '4×4 64']);
  expect(measured[0]?.referenceSpp).toBe(64);
  const [first, , last] = measured[0]?.errors ?? [];
  expect((first?.relMse ?? 0) / (last?.relMse ?? 1)).toBeGreaterThan(4);
  await b.picture(1);
  expect(b.calls.at(-1)).toBe('8×8 1');
});

it('gives a slow tracer a reference of four times its largest picture at least', async () => {
  const log: string[] = [];
  const slow = fake('slow', log, 1e-6, 0.1);
  const tight = { ...plan, errorMs: 1, referenceMs: 1 };
  const [one] = await measureAll(
    [{ name: 'slow', tracer: slow }],
    { width: 8, height: 8, bounces: 5 },
    tight,
    2,
    () => {},
  );
  expect(one?.errors.map(({ spp }) => spp)).toEqual([1, 2]);
  expect(one?.referenceSpp).toBe(8);
});

it('takes as many pictures as fit, and two at least', () => {
  expect(affordable([1, 2, 4, 8], 7)).toEqual([1, 2, 4]);
  expect(affordable([1, 2, 4, 8], 0)).toEqual([1, 2]);
  expect(affordable([1, 2, 4, 8], 15)).toEqual([1, 2, 4, 8]);
});
