import { describe, expect, it } from 'vitest';
import { ballsAt, squareOf } from './fixture.js';
import { layoutOf, marginFor } from './layout.js';
import { hopOf, marginOf, speedAhead } from './reach.js';
import { regionCount } from './regions.js';

const JOB = { merge: 'owner' as const, substeps: 8, regions: null, margin: 0, boxes: false };
const METRE = 2 ** 20;
const eight = { volunteers: 8, unitsPerSecond: null };

describe('how a world is laid out', () => {
  const wide = squareOf(60, 1);

  it('takes as many regions as there are volunteers where exchanges cost next to nothing', () => {
    const { cut } = layoutOf(wide, JOB, eight, { msAUnit: 0.1, besideMs: 1, msABody: 0 });
    expect(regionCount(cut)).toBe(8);
  });

  it('takes one where exchanges cost more than they save', () => {
    const { cut, substeps } = layoutOf(wide, JOB, eight, { msAUnit: 0.0001, besideMs: 200, msABody: 0 });
    expect(regionCount(cut)).toBe(1);
    // Alone it need not exchange at each frame.
    expect(substeps).toBe(64);
  });

  it('takes fewer the more it costs to carry bodies to and fro', () => {
    const pace = { msAUnit: 0.002, besideMs: 1 };
    const count = (msABody: number) => regionCount(layoutOf(wide, JOB, eight, { ...pace, msABody }).cut);
    expect(count(0)).toBe(8);
    expect(count(1)).toBe(1);
  });

  it('exchanges less often the more an exchange costs', () => {
    const job = { ...JOB, regions: 2 };
    const often = layoutOf(wide, job, eight, { msAUnit: 0.1, besideMs: 1, msABody: 0 });
    const seldom = layoutOf(wide, job, eight, { msAUnit: 0.001, besideMs: 400, msABody: 0 });
    expect(seldom.substeps).toBeGreaterThan(often.substeps);
    expect(regionCount(often.cut)).toBe(2);
  });

  it('cuts so that a result fits, whoever is there', () => {
    const many = squareOf(250, 1);
    const { cut } = layoutOf(many, JOB, { volunteers: 1, unitsPerSecond: null }, null);
    expect(regionCount(cut)).toBeGreaterThan(1);
  });

  it('takes the margin that was asked for, or more where that is not safe', () => {
    const speed = speedAhead(wide, 8);
    const safe = marginOf(8, hopOf(wide.world, speed));
    expect(marginFor(wide, { ...JOB, margin: 5 * METRE }, 8, speed)).toBe(5 * METRE);
    expect(marginFor(wide, JOB, 8, speed)).toBe(safe);
    expect(safe).toBeGreaterThan(9 * 0.2 * METRE);
    const daring = marginFor(wide, { ...JOB, daring: true }, 8, speed);
    expect(daring).toBeGreaterThan(0.2 * METRE);
    expect(daring).toBeLessThan(safe / 4);
  });

  it('reckons with what moves', () => {
    const still = ballsAt([[0, 0, 0]]);
    const fast = ballsAt([[0, 0, 0]], [9.6, 0, 0]);
    expect(speedAhead(fast, 8)).toBeGreaterThan(1.4 * 0.02 * METRE);
    expect(speedAhead(still, 8)).toBeLessThan(0.001 * METRE);
  });
});
