import { VolunteerId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type CostKnowledge, costMap, formulaCost, knowNothing, knowsCosts, learnCost } from './cost-map.js';
import type { Cells, MeasuredCost, SeenCell } from './cost-sample.js';

const CELLS: Cells = { width: 64, height: 48, columns: 16, rows: 12 };
const COUNT = CELLS.columns * CELLS.rows;
const ADA = v.parse(VolunteerId, 'ada');

/** A scene in which the lower half is hit, and more of it to the right costs more; what it costs in truth. */
const seenAt = (i: number): SeenCell => {
  const hit = i >= COUNT / 2 ? 1 : 0;
  const right = (i % CELLS.columns) / CELLS.columns;
  return { hit, steps: 5 + 40 * hit * right, material: hit, lights: 2 * hit, bounces: hit * (3 + right) };
};
const truthAt = (i: number): number => 6 + (i >= COUNT / 2 ? 30 + 200 * ((i % CELLS.columns) / CELLS.columns) : 0);

const measured = (cells: MeasuredCost['cells'], run: MeasuredCost['run'] = null): MeasuredCost => ({
  kind: 'measured',
  cells,
  run,
});
const seen = { kind: 'seen', cells: Array.from({ length: COUNT }, (_, i) => seenAt(i)) } as const;

/** Numbers in 0.3 … 1.7 that are 1 on the mean, as single paths cost. */
const noiseAt = (i: number, k: number): number => {
  let h = Math.imul(i + 1, 0x9e37_79b1) ^ Math.imul(k + 1, 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b_3c6d);
  return 0.3 + 1.4 * (((h ^ (h >>> 13)) >>> 8) / 2 ** 24);
};
const pilot = (samples: number): MeasuredCost =>
  measured(
    Array.from({ length: COUNT }, (_, i) => {
      let cost = 0;
      for (let k = 0; k < samples; k++) cost += truthAt(i) * noiseAt(i, k);
      return [i, samples, cost] as const;
    }),
  );

/** Mean absolute error of a map, its scale left out, as a share. */
function errorOf(known: CostKnowledge, truth: (i: number) => number = truthAt): number {
  const { cells } = costMap(known);
  const all = cells.reduce((sum, _, i) => sum + truth(i), 0);
  const scale = all / cells.reduce((sum, c) => sum + c, 0);
  return cells.reduce((sum, c, i) => sum + Math.abs(c * scale - truth(i)), 0) / all;
}

describe('a cost map', () => {
  it('begins with the formula over what is seen', () => {
    const cell = { hit: 1, steps: 30, material: 2, lights: 3, bounces: 4 };
    expect(formulaCost(cell)).toBeCloseTo((0.1 * 30 + 2 + 3) * (1 + 0.5 * 4));
    const known = learnCost(knowNothing(CELLS), seen);
    expect(knowsCosts(knowNothing(CELLS))).toBe(false);
    expect(knowsCosts(known)).toBe(true);
    // Half of a picture that nobody has looked at says nothing of the other half.
    const half = pilot(4).cells.slice(0, COUNT / 2);
    expect(knowsCosts(learnCost(knowNothing(CELLS), measured(half)))).toBe(false);
    expect(knowsCosts(learnCost(knowNothing(CELLS), pilot(1)))).toBe(true);
    const { cells } = costMap(known);
    for (const i of [100, 120, 150, 191]) {
      expect((cells[i] ?? 0) / (cells[96] ?? 1)).toBeCloseTo(formulaCost(seenAt(i)) / formulaCost(seenAt(96)), 6);
    }
  });

  it('is better with a few paths a cell, better still with what is seen beside them, and best with many', () => {
    const formula = errorOf(learnCost(knowNothing(CELLS), seen));
    const alone = errorOf(learnCost(knowNothing(CELLS), pilot(2)));
    const both = errorOf(learnCost(learnCost(knowNothing(CELLS), seen), pilot(2)));
    const many = errorOf(learnCost(learnCost(knowNothing(CELLS), seen), pilot(64)));
    expect(both).toBeLessThan(formula / 2);
    expect(both).toBeLessThan(alone);
    expect(many).toBeLessThan(both);
    expect(many).toBeLessThan(0.05);
  });

  it('corrects what lies beside what was measured, and leaves alone what lies far away', () => {
    const before = learnCost(learnCost(knowNothing(CELLS), seen), pilot(4));
    // In truth a corner costs three times what anybody thought.
    const corner = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => (y + 9) * CELLS.columns + x));
    const after = learnCost(before, measured(corner.map((i) => [i, 400, 3 * 400 * truthAt(i)] as const)));
    const ratio = (i: number) => (costMap(after).cells[i] ?? 0) / (costMap(before).cells[i] ?? 1);
    expect(ratio(10 * CELLS.columns + 1)).toBeGreaterThan(2.5);
    const neighbour = ratio(10 * CELLS.columns + 3);
    expect(neighbour).toBeGreaterThan(1.15);
    expect(neighbour).toBeLessThan(2.5);
    expect(ratio(10 * CELLS.columns + 12)).toBeCloseTo(1, 1);
  });

  it('adds what samples take beside their steps, as results’ times tell', () => {
    let known = learnCost(knowNothing(CELLS), pilot(8));
    const before = costMap(known).cells;
    for (let i = 0; i < 60; i++) {
      // Each sample takes as long as 100 steps more.
      const cell = (i * 29) % COUNT;
      const cost = truthAt(cell);
      known = learnCost(known, measured([[cell, 1, cost]], { ms: cost + 100, volunteer: ADA }));
    }
    const after = costMap(known).cells;
    const contrast = (cells: readonly number[]) => Math.max(...cells) / Math.min(...cells);
    expect(contrast(after)).toBeLessThan(contrast(before) / 3);
  });

  it('is above 0 and finite, whatever strangers say', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.NaN, 1e300, Number.POSITIVE_INFINITY));
    const cell = fc.tuple(fc.integer({ min: -3, max: COUNT + 3 }), number, number);
    const look = fc.record({ hit: number, steps: number, material: number, lights: number, bounces: number });
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { maxLength: 300 }), { maxLength: 3 }),
        fc.option(fc.array(look, { minLength: COUNT, maxLength: COUNT })),
        (lists, looks) => {
          let known = knowNothing(CELLS);
          if (looks) known = learnCost(known, { kind: 'seen', cells: looks });
          for (const cells of lists) known = learnCost(known, measured(cells, { ms: 1, volunteer: ADA }));
          const map = costMap(known);
          expect(map.cells).toHaveLength(COUNT);
          expect(map.cells.every((c) => c > 0 && Number.isFinite(c))).toBe(true);
          // Nobody makes a cell so dear that there is nothing else.
          const sorted = [...map.cells].sort((a, b) => a - b);
          const mean = sorted.reduce((sum, c) => sum + c, 0) / COUNT;
          expect(sorted[0]).toBeGreaterThan(mean / 100);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is plain data, and leaves what was known before as it was', () => {
    const before = learnCost(knowNothing(CELLS), seen);
    const copy = structuredClone(before);
    const after = learnCost(before, pilot(1));
    expect(before).toEqual(copy);
    expect(costMap(JSON.parse(JSON.stringify(after)))).toEqual(costMap(after));
    // A G-buffer of another picture is none.
    expect(learnCost(before, { kind: 'seen', cells: [] })).toBe(before);
  });
});
