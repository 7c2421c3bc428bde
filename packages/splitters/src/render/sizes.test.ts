import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paceOf, taskSizes } from './sizes.js';

const sumOf = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0);
const MOST = 20_000;

describe('the pace of a grid', () => {
  it('is what everybody together can do, as far as it is known', () => {
    expect(paceOf({ volunteers: 3, unitsPerSecond: 10, speeds: [50, 10, 5] })).toEqual({
      hands: 3,
      unitsPerSecond: 65,
    });
    expect(paceOf({ volunteers: 4, unitsPerSecond: 10 })).toEqual({ hands: 4, unitsPerSecond: 40 });
    expect(paceOf({ volunteers: 1, unitsPerSecond: 10 }).hands).toBe(2);
    expect(paceOf({ volunteers: 0, unitsPerSecond: null }).unitsPerSecond).toBeGreaterThan(0);
  });
});

describe('sizes of tasks', () => {
  const pace = { hands: 4, unitsPerSecond: 1000 };

  it('are rounds of equal ones of half a second, and ever shorter ones in the end', () => {
    const [sizes = []] = taskSizes([{ units: 20_000, most: MOST }], pace, MOST);
    // 20 s of the grid: half a second of everybody is 125 units for each.
    expect(sizes.slice(0, 100).every((size) => Math.abs(size / 125 - 1) < 0.05)).toBe(true);
    expect(sizes.at(-1)).toBeLessThan(125 / 3);
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
    expect(sumOf(sizes)).toBeCloseTo(20_000);
    expect(sizes.length % 4).toBe(0);
  });

  it('are equal in all passes but the last, so that passes stay one behind the other', () => {
    const passes = Array.from({ length: 5 }, () => ({ units: 10_000, most: MOST }));
    const sizes = taskSizes(passes, pace, MOST);
    for (const pass of sizes.slice(0, 4)) expect(new Set(pass)).toEqual(new Set(sizes[0]));
    expect(sizes[4]?.length).toBeGreaterThan(sizes[0]?.length ?? 0);
  });

  it('make several rounds of short work, but nothing too short to be worth a message', () => {
    const [short = []] = taskSizes([{ units: 1500, most: MOST }], pace, MOST);
    expect(short.length).toBeGreaterThanOrEqual(6 * 4);
    const [tiny = []] = taskSizes([{ units: 100, most: MOST }], pace, MOST);
    expect(tiny.length).toBeLessThanOrEqual(8);
    expect(sumOf(tiny)).toBeCloseTo(100);
  });

  it('add up to each pass, and stay within every bound', () => {
    const units = fc.double({ min: 1, max: 1e9, noNaN: true });
    const pass = fc.record({ units, most: fc.integer({ min: 1, max: 5000 }) });
    fc.assert(
      fc.property(
        fc.array(pass, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 2, max: 300 }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        (passes, hands, unitsPerSecond) => {
          const sizes = taskSizes(passes, { hands, unitsPerSecond }, MOST);
          for (const [i, list] of sizes.entries()) {
            const { units: all = 0, most = 0 } = passes[i] ?? {};
            expect(list.length).toBeLessThanOrEqual(most);
            expect(sumOf(list) / all).toBeCloseTo(1, 6);
            expect(Math.min(...list)).toBeGreaterThan(0);
          }
          expect(sizes.flat().length).toBeLessThanOrEqual(MOST + 8 * hands * passes.length);
        },
      ),
      { numRuns: 40 },
    );
  });
});
