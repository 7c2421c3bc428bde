import { expect, it } from 'vitest';
import {
  bootstrap,
  gapOf,
  gapRatio,
  hasGap,
  makespanRatio,
  moreWaste,
  pooledGapRatio,
  type Worlds,
} from './measures.js';

const worlds = (plain: readonly number[], learned: readonly number[], profile = 'p'): Worlds => ({
  profile,
  ref: plain.map(() => 100),
  plain,
  learned,
  plainWasted: plain.map(() => 0.03),
  learnedWasted: plain.map((_, i) => 0.03 + 0.01 * i),
});

it('a gap is what is above the reference', () => {
  expect(gapOf([110, 130], [100, 100])).toBeCloseTo(0.2);
  expect(gapRatio(worlds([110, 130], [105, 115]))).toBeCloseTo(0.5);
  expect(makespanRatio(worlds([100, 200], [50, 300]))).toBeCloseTo(1);
  expect(moreWaste(worlds([110, 130], [1, 1]))).toBeCloseTo(0.005);
});

it('profiles without a gap are left out', () => {
  const [closed, half, none] = [worlds([104], [208], 'a'), worlds([120], [110], 'b'), worlds([140], [140], 'c')];
  expect([closed, half, none].map(hasGap)).toEqual([false, true, true]);
  expect(pooledGapRatio([closed, half, none])).toBeCloseTo((0.1 + 0.4) / (0.2 + 0.4));
  expect(pooledGapRatio([closed])).toBeNaN();
});

it('intervals hold the figure, are the same twice, and shrink to nothing where all worlds are alike', () => {
  const some = worlds([120, 130, 110, 125, 140, 115], [110, 131, 108, 111, 120, 116]);
  const [low, high] = bootstrap([some], pooledGapRatio);
  expect(low).toBeLessThan(gapRatio(some));
  expect(high).toBeGreaterThan(gapRatio(some));
  expect(bootstrap([some], pooledGapRatio)).toEqual([low, high]);
  const alike = bootstrap([worlds([120, 120], [110, 110])], pooledGapRatio);
  expect(alike[0]).toBeCloseTo(0.5);
  expect(alike[1]).toBeCloseTo(0.5);
});
