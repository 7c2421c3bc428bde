import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSlicer, createSlicers } from './slicer.js';

it('halves on overrun, grows by at most 1.5, and stays within the aim', () => {
  const slicer = createSlicer(1000);
  slicer.measured(1000, 5);
  expect(slicer.units()).toBe(1500);
  slicer.measured(1500, 25);
  expect(slicer.units()).toBe(2250);
  slicer.measured(2250, 45);
  expect(slicer.units()).toBe(2250);
  slicer.measured(2250, 61);
  expect(slicer.units()).toBe(1125);
});

it('aims at a part of the usual time where it is told to', () => {
  const slicer = createSlicer(1000, 1 / 3);
  slicer.measured(1000, 9);
  expect(slicer.units()).toBe(1500);
  slicer.measured(1500, 15);
  expect(slicer.units()).toBe(1500);
  slicer.measured(1500, 21);
  expect(slicer.units()).toBe(750);
});

it('grows by less than 1.5 close to the aim', () => {
  const slicer = createSlicer(1000);
  slicer.measured(1000, 29.9);
  expect(slicer.units()).toBe(1500);
  slicer.measured(1500, 29.99);
  expect(slicer.units()).toBeLessThanOrEqual(2251);
});

it('halves once for two slices in flight that were cut from one budget', () => {
  const slicer = createSlicer(1000);
  slicer.measured(1000, 100);
  slicer.measured(1000, 100);
  expect(slicer.units()).toBe(500);
});

it('does not grow by a small last slice, but shrinks by one that overruns', () => {
  const slicer = createSlicer(1000);
  slicer.measured(10, 1);
  expect(slicer.units()).toBe(1000);
  slicer.measured(10, 100);
  expect(slicer.units()).toBe(5);
});

it('settles between 30 and 60 ms on a device of any constant speed', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 1e7 }),
      (unitsPerMs, first) => {
        const slicer = createSlicer(first);
        let ms = 0;
        for (let i = 0; i < 80; i++) {
          ms = slicer.units() / unitsPerMs;
          slicer.measured(slicer.units(), ms);
        }
        // One unit may take longer than the aim: then a slice holds just one.
        expect(slicer.units() === 1 || (ms > 20 && ms <= 61)).toBe(true);
      },
    ),
  );
});

it('shares a GPU evenly, whoever came first and whatever slices each began with', () => {
  const unitsPerMs = 20;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (a, b) => {
      const slicers = [createSlicer(a), createSlicer(b)] as const;
      const done = [0, 0];
      // Each waits for the other's slice before its own; both have a short one now and then, as at the end of a task.
      for (let i = 0; i < 600; i++) {
        const isShort = [i % 5 === 4, i % 7 === 3];
        const units = slicers.map((slicer, k) => Math.max(1, Math.floor(slicer.units() * (isShort[k] ? 0.4 : 1))));
        const ms = units.reduce((sum, size) => sum + size, 0) / unitsPerMs;
        slicers.forEach((slicer, k) => {
          slicer.measured(units[k] ?? 0, ms);
          if (i >= 300) done[k] = (done[k] ?? 0) + (units[k] ?? 0);
        });
      }
      const [first = 0, second = 0] = done;
      expect(Math.min(first, second) / Math.max(first, second)).toBeGreaterThan(0.2);
    }),
  );
});

it('never takes more than a few times the aim, however long the wait for others', () => {
  const slicer = createSlicer(1000);
  for (let i = 0; i < 200; i++) {
    const units = i % 5 === 4 ? Math.ceil(slicer.units() * 0.4) : slicer.units();
    slicer.measured(units, units / 10 + 150);
  }
  expect(slicer.units() / 10).toBeGreaterThan(10);
  expect(slicer.units() / 10).toBeLessThan(120);
});

it('keeps a third of the aim beside others whose slices are whole, instead of shrinking away', () => {
  const slicer = createSlicer(1000, 1 / 3);
  for (let i = 0; i < 300; i++) {
    const units = i % 5 === 4 ? Math.ceil(slicer.units() * 0.4) : slicer.units();
    slicer.measured(units, units / 10 + 90);
  }
  expect(slicer.units() / 10).toBeGreaterThan(5);
  expect(slicer.units() / 10).toBeLessThan(40);
});

it('quarters all after a loss, and remembers by key', () => {
  const slicers = createSlicers({ old: 64, gone: 9 });
  expect(slicers.get('old', 1).units()).toBe(64);
  expect(slicers.get('new', 1000).units()).toBe(1000);
  expect(slicers.get('new', 5)).toBe(slicers.get('new', 7));
  expect(slicers.figures()).toEqual({ old: 64, new: 1000, gone: 9 });
  slicers.quarter();
  expect(slicers.figures()).toEqual({ old: 16, new: 250, gone: 9 });
});

it('ignores remembered figures that are no budget, and keys of the prototype', () => {
  const slicers = createSlicers({ a: 0, b: Number.NaN });
  expect(slicers.get('a', 10).units()).toBe(10);
  expect(slicers.get('b', 10).units()).toBe(10);
  expect(slicers.get('constructor', 10).units()).toBe(10);
});
