import { TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { aProfile } from './test-kit.js';
import { bagOf, tasksOf, trueUnits } from './workload.js';

const grid = { volunteers: 3, unitsPerSecond: null };

describe('the bag of tasks', () => {
  it('holds valid specs with names of their own', () => {
    const specs = tasksOf(aProfile({ tasks: 5, taskSigma: 0.4, inputBytes: 1000 }), 1);
    expect(specs.map((spec) => v.parse(TaskSpec, spec))).toEqual(specs);
    expect(new Set(specs.map((spec) => spec.id)).size).toBe(5);
  });

  it('has the mean length that the profile says, spread or not', () => {
    const equal = tasksOf(aProfile({ tasks: 3, taskMs: 15_000 }), 1);
    expect(equal.map((spec) => spec.workUnits)).toEqual([15_000, 15_000, 15_000]);
    const spread = tasksOf(aProfile({ tasks: 5000, taskMs: 15_000, taskSigma: 0.4 }), 1);
    const mean = spread.reduce((sum, spec) => sum + spec.workUnits, 0) / 5000;
    expect(mean / 15_000).toBeGreaterThan(0.97);
    expect(mean / 15_000).toBeLessThan(1.03);
  });

  it('costs in truth about what the planner says, the same each time', () => {
    const profile = aProfile({ tasks: 2000, costSigma: 0.2 });
    const ratios = tasksOf(profile, 1).map((spec) => trueUnits(profile, 1, spec) / spec.workUnits);
    const logs = ratios.map(Math.log);
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.sqrt(logs.reduce((sum, x) => sum + x * x, 0) / logs.length)).toBeCloseTo(0.2, 1);
    expect(tasksOf(profile, 1).map((spec) => trueUnits(profile, 1, spec) / spec.workUnits)).toEqual(ratios);
    const [exact] = tasksOf(aProfile(), 1);
    if (exact) expect(trueUnits(aProfile(), 1, exact)).toBe(exact.workUnits);
  });

  it('is done when all are accepted or failed', () => {
    const bag = bagOf(aProfile({ tasks: 3 }), 1);
    const ids = bag.begin(grid).add.map((spec) => spec.id);
    const [a, b, c] = ids;
    if (!a || !b || !c) throw new Error('three tasks');
    expect(bag.resume({ type: 'accepted', task: a }, grid).done).toBeUndefined();
    expect(bag.resume({ type: 'tooLate', task: b }, grid).done).toBeUndefined();
    expect(bag.resume({ type: 'failed', task: b }, grid).done).toBeUndefined();
    expect(bag.resume({ type: 'accepted', task: c }, grid).done).toEqual({ failed: 1 });
  });

  it('has to begin before it goes on', () => {
    const bag = bagOf(aProfile({ tasks: 1 }), 1);
    const [task] = tasksOf(aProfile({ tasks: 1 }), 1);
    if (task) expect(() => bag.resume({ type: 'accepted', task: task.id }, grid)).toThrow(/not begun/);
  });
});
