import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutSlices } from './slices.js';

/** Replays slices and checks that every lane gets every sample once, in order. */
function check(lanes: number, samples: number, units: () => number) {
  const done = new Uint32Array(lanes);
  let count = 0;
  let lasts = 0;
  for (const slice of cutSlices(lanes, samples, units)) {
    count++;
    lasts += slice.last ? 1 : 0;
    expect(slice.lanes).toBeGreaterThan(0);
    expect(slice.to).toBeGreaterThan(slice.from);
    for (let lane = slice.firstLane; lane < slice.firstLane + slice.lanes; lane++) {
      if (done[lane] !== slice.from) throw new Error(`lane ${lane} has ${done[lane]} samples, not ${slice.from}`);
      done[lane] = slice.to;
    }
  }
  expect(done.every((n) => n === samples)).toBe(true);
  expect(lasts).toBe(1);
  return count;
}

it('gives every lane every sample once, in order, whatever the budgets', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 1, max: 40 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 200_000 })),
      (lanes, samples, budgets) => {
        check(lanes, samples, () => budgets.next().value ?? 1);
      },
    ),
    { numRuns: 200 },
  );
});

it('makes one slice where the budget allows', () => {
  expect(check(4096, 16, () => 4096 * 16)).toBe(1);
});

it('keeps to the budget, but for a workgroup’s least', () => {
  for (const budget of [64, 500, 7000, 1e6]) {
    for (const { lanes, from, to } of cutSlices(10_000, 16, () => budget)) {
      expect(lanes * (to - from)).toBeLessThanOrEqual(Math.max(64, 1.1 * budget));
    }
  }
});

it('leaves no crumbs: few more slices than the work needs', () => {
  const ideal = (4096 * 16) / 7000;
  expect(check(4096, 16, () => 7000)).toBeLessThan(2 * ideal + 2);
});

it('gives a faster GPU more lanes at once', () => {
  const first = (budget: number) => cutSlices(2 ** 20, 1024, () => budget).next().value?.lanes ?? 0;
  expect(first(7000)).toBeLessThan(1000);
  expect(first(10_000_000)).toBeGreaterThan(100_000);
});
