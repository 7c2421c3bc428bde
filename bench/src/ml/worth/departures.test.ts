import { expect, it } from 'vitest';
import { departuresOf } from './departures.js';

const session = (ms: number, results = 5) => ({ volunteer: 1, from: 100, until: 100 + ms, results });

it('fills each place with sessions one after the other', () => {
  const found = departuresOf([session(1000)], { places: 2, untilMs: 5000, seed: 1 });
  for (const place of [0, 1]) {
    const times = found.filter((d) => d.place === place).map(({ atMs }) => atMs);
    expect(times).toHaveLength(5);
    expect(times[0]).toBeLessThanOrEqual(1000);
    expect(times.slice(1).map((at, i) => Math.round(at - (times[i] ?? 0)))).toEqual([1000, 1000, 1000, 1000]);
  }
  expect(found.map(({ atMs }) => atMs)).toEqual(found.map(({ atMs }) => atMs).sort((a, b) => a - b));
});

it('meets long sessions oftener, in their middle, and is the same for the same seed', () => {
  const sessions = [session(100), session(100), session(100), session(10_000)];
  const first = (seed: number) => departuresOf(sessions, { places: 1, untilMs: 1e9, seed })[0]?.atMs ?? 0;
  const met = Array.from({ length: 200 }, (_, i) => first(i + 1));
  expect(met.filter((ms) => ms > 100).length).toBeGreaterThan(180);
  expect(met.reduce((a, b) => a + b) / met.length).toBeGreaterThan(3500);
  expect(met.reduce((a, b) => a + b) / met.length).toBeLessThan(6500);
  expect(departuresOf(sessions, { places: 3, untilMs: 50_000, seed: 7 })).toEqual(
    departuresOf(sessions, { places: 3, untilMs: 50_000, seed: 7 }),
  );
});

it('leaves out who did not stay, and refuses a trace of nobody else', () => {
  expect(departuresOf([session(0, 1), session(500)], { places: 1, untilMs: 5000, seed: 1 })).toHaveLength(10);
  expect(() => departuresOf([session(0)], { places: 1, untilMs: 600, seed: 1 })).toThrow(RangeError);
  expect(() => departuresOf([session(5, 1)], { places: 1, untilMs: 600, seed: 1 })).toThrow(RangeError);
});
