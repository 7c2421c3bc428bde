import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseCut, type EvenCutting, MOST_SIDE_PX, MOST_TASKS } from './cut.js';
import { nextRun } from './samples.js';

const cutting = (change: Partial<EvenCutting> & { spp?: number } = {}): EvenCutting => ({
  width: 1920,
  height: 1080,
  run: nextRun([], change.spp ?? 16),
  tile: null,
  unitsASample: 5,
  ...change,
});

describe('chooseCut', () => {
  it('makes a task of about half a second on the median volunteer', () => {
    const job = cutting();
    for (const unitsPerSecond of [500_000, 5_000_000, 20_000_000]) {
      const { side, blocks } = chooseCut(job, { volunteers: 2, unitsPerSecond });
      const seconds = (side * side * 16 * blocks * job.unitsASample) / unitsPerSecond;
      expect(seconds).toBeGreaterThan(0.3);
      expect(seconds).toBeLessThanOrEqual(0.5);
    }
  });

  it('makes more tasks for more volunteers, however fast they are', () => {
    const { side, blocks } = chooseCut(cutting(), { volunteers: 50, unitsPerSecond: 1e12 });
    expect(Math.ceil(1920 / side) * Math.ceil(1080 / side) * Math.ceil(1 / blocks)).toBeGreaterThanOrEqual(300);
  });

  it('keeps the tile that was asked for, as far as its result fits', () => {
    expect(chooseCut(cutting({ tile: 64 }), { volunteers: 1, unitsPerSecond: null }).side).toBe(64);
    expect(chooseCut(cutting({ tile: 4096 }), { volunteers: 1, unitsPerSecond: null }).side).toBe(MOST_SIDE_PX);
  });

  it('splits many samples over several tasks, and stays within every bound', () => {
    const sides = fc.integer({ min: 1, max: 16_384 });
    fc.assert(
      fc.property(
        sides,
        sides,
        fc.integer({ min: 1, max: 65_536 }),
        fc.option(fc.integer({ min: 8, max: 16_384 }), { nil: null }),
        fc.integer({ min: 1, max: 200 }),
        fc.option(fc.double({ min: 1, max: 1e12, noNaN: true }), { nil: null }),
        (width, height, spp, tile, volunteers, unitsPerSecond) => {
          const run = nextRun([], spp);
          const { side, blocks } = chooseCut(cutting({ width, height, run, tile }), { volunteers, unitsPerSecond });
          expect(side).toBeGreaterThanOrEqual(Math.min(tile ?? 16, 16));
          expect(blocks).toBeGreaterThanOrEqual(1);
          expect(blocks).toBeLessThanOrEqual(Math.ceil(run.count / run.block));
          const count = Math.ceil(width / side) * Math.ceil(height / side) * Math.ceil(run.count / run.block / blocks);
          expect(tile !== null || side > MOST_SIDE_PX - 8 || count <= MOST_TASKS).toBe(true);
          expect(side * side * blocks * 16 + 4).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
        },
      ),
    );
  });
});
