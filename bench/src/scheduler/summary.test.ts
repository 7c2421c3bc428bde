import { aProfile } from '@tabgrid/simulator/test-kit';
import { describe, expect, it } from 'vitest';
import { compare } from './compare.js';
import { CONTENDERS, OURS, PULL } from './contenders.js';
import { escapedShare, figuresOf, gapOverPull, overReference, tableOf } from './summary.js';

const two = CONTENDERS.filter(({ name }) => name === OURS || name === PULL);
const comparison = compare(aProfile({ name: 'small' }), two, [1, 2, 3], () => {});

describe('a comparison', () => {
  it('holds each policy’s result in each world, and a reference', () => {
    expect([...comparison.results.keys()]).toEqual([OURS, PULL]);
    for (const results of comparison.results.values()) {
      expect(results).toHaveLength(3);
      for (const result of results) expect(result).toMatchObject({ settled: true, tasks: 40, done: 40 });
    }
    expect(comparison.references).toHaveLength(3);
  });

  it('is the same again', () => {
    expect(compare(comparison.profile, two, [1, 2, 3], () => {})).toEqual(comparison);
  });
});

describe('figures', () => {
  it('hold ours against the reference and against pull, world by world', () => {
    const ours = overReference(comparison, OURS);
    const pulls = overReference(comparison, PULL);
    for (const [i, gap] of gapOverPull(comparison).entries()) {
      expect(gap).toBeCloseTo(((ours[i] ?? 0) - 1) / ((pulls[i] ?? 0) - 1), 9);
    }
  });

  it('have the profile’s name, and intervals about them', () => {
    const { figures, intervals } = figuresOf(comparison);
    expect(Object.keys(figures)).toEqual([
      'small.makespanOverRef',
      'small.makespanOverFluid',
      'small.gapOverPull',
      'small.wastedShare',
      'small.jain',
      'small.latency.p50',
      'small.latency.p95',
      'small.latency.p99',
      'small.tasksLost',
    ]);
    for (const [name, [low, high]] of Object.entries(intervals)) {
      expect(figures[name]).toBeGreaterThanOrEqual(low);
      expect(figures[name]).toBeLessThanOrEqual(high);
    }
    expect(figures['small.tasksLost']).toBe(0);
  });

  it('are none where ours did not run', () => {
    const pullAlone = { ...comparison, results: new Map([[PULL, comparison.results.get(PULL) ?? []]]) };
    expect(figuresOf(pullAlone)).toEqual({ figures: {}, intervals: {} });
    expect(gapOverPull(pullAlone)).toEqual([]);
  });

  it('count escaped results over all worlds together', () => {
    const [result] = comparison.results.get(OURS) ?? [];
    if (!result) throw new Error('no result');
    expect(escapedShare([result, { ...result, escaped: 4 }])).toBe(4 / 80);
  });
});

describe('the table', () => {
  it('has a line a policy', () => {
    const { title, header, rows } = tableOf(comparison);
    expect(title).toContain('small: 3 worlds, 8 volunteers, 40 tasks of 4 s');
    expect(rows.map(([name]) => name)).toEqual([OURS, PULL]);
    for (const row of rows) expect(row).toHaveLength(header.length);
  });
});
