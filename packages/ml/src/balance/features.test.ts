import { expect, it } from 'vitest';
import { CONTEXT, hostileViews, volunteerView } from '../view-kit.js';
import { ACTIVE_CELLS, activeCells, CELLS } from './basis.js';
import { BALANCE_FEATURES, balanceFeatures, placeOf } from './features.js';

it('there are as many as their names say', () => {
  expect(balanceFeatures(volunteerView(), 50, CONTEXT)).toHaveLength(BALANCE_FEATURES.length);
  expect(new Set(BALANCE_FEATURES).size).toBe(BALANCE_FEATURES.length);
});

it('stay finite and bounded whatever a page tells', () => {
  for (const view of hostileViews()) {
    for (const pending of [Number.NaN, Number.POSITIVE_INFINITY, -3, 1e300, 10]) {
      for (const usualLoad of [() => null, () => Number.NaN, () => 1e9, () => -1]) {
        for (const wallAtZero of [0, Number.NaN, 1e300]) {
          const features = balanceFeatures(view, pending, { ...CONTEXT, wallAtZero, usualLoad });
          for (const [i, x] of features.entries()) {
            expect(Number.isFinite(x) && Math.abs(x) < 50, `${BALANCE_FEATURES[i]} = ${x}`).toBe(true);
          }
        }
      }
    }
  }
});

it('see load, capacity and network', () => {
  const at = (name: Parameters<typeof placeOf>[0], changes: Parameters<typeof volunteerView>[0], pending = 10) =>
    balanceFeatures(volunteerView(changes), pending, CONTEXT)[placeOf(name)] ?? Number.NaN;
  expect(at('waiting', {}, 1000)).toBeGreaterThan(at('waiting', {}, 10));
  const quick = { speeds: new Map([['k@1', { units: 10, ms: 10, samples: 5, error: 0.1 }]]) };
  expect(at('taskMs', quick)).toBeLessThan(at('taskMs', {}));
  // A turnaround of 60 + 4 × 10 ms (and a bit) holds ten tasks of 10 ms.
  expect(at('turnaround', quick)).toBeCloseTo(Math.log2(101 / 10));
  expect(at('turnaround', { speeds: new Map() })).toBe(-10);
  expect(at('roundTrip', { roundTrip: { meanMs: 500, deviationMs: 1 } })).toBeGreaterThan(at('roundTrip', {}));
  expect(at('usual', { usual: 7 })).toBe(7);
  expect(at('usual', { share: { attempts: 5, probability: 1 } })).toBe(5);
});

it('above usual is against the hour’s load, and nothing where nobody knows', () => {
  const view = volunteerView({ grid: { volunteers: 5, busyShare: 0.8, waiting: 3 } });
  const above = (usualLoad: (hour: number) => number | null) =>
    balanceFeatures(view, 1, { ...CONTEXT, wallAtZero: 5 * 3_600_000, usualLoad })[placeOf('aboveUsual')];
  expect(above((hour) => (hour === 5 ? 0.3 : 0))).toBeCloseTo(0.5);
  expect(above(() => null)).toBe(0);
});

it('one cell of each tiling is active, and near states share most of them', () => {
  const cells = (changes: Parameters<typeof volunteerView>[0]) => [
    ...activeCells(balanceFeatures(volunteerView(changes), 10, CONTEXT), new Uint16Array(ACTIVE_CELLS)),
  ];
  const here = cells({});
  expect(new Set(here).size).toBe(ACTIVE_CELLS);
  expect(Math.max(...here)).toBeLessThan(CELLS);
  const shared = (other: readonly number[]) => here.filter((cell) => other.includes(cell)).length;
  expect(shared(cells({ ageMs: 61_000 }))).toBeGreaterThanOrEqual(ACTIVE_CELLS - 1);
  expect(shared(cells({ ageMs: 3_000_000, hidden: true }))).toBeLessThan(ACTIVE_CELLS);
  for (const view of hostileViews()) {
    const active = activeCells(balanceFeatures(view, 10, CONTEXT), new Uint16Array(ACTIVE_CELLS));
    expect(active.every((cell) => cell < CELLS)).toBe(true);
  }
  expect(
    activeCells(
      BALANCE_FEATURES.map(() => Number.NaN),
      new Uint16Array(ACTIVE_CELLS),
    ).every((c) => c < CELLS),
  ).toBe(true);
});
