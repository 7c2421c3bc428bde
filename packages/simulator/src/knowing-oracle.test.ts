import { VolunteerId } from '@tabgrid/protocol/ids';
import { aView, taskSpec } from '@tabgrid/scheduler/fixture';
import { createPlainOracle, taskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createKnowingOracle } from './knowing-oracle.js';
import { during } from './steps.js';
import { aSession, aWorld } from './test-kit.js';
import { KERNEL } from './workload.js';

const world = aWorld([
  aSession({ joinsAt: -500 }),
  aSession({ joinsAt: -500, leavesAt: 4000, speed: during([{ from: 1000, until: 2000 }], 0) }),
]);
const plain = createPlainOracle(() => 500);
const task = taskView(taskSpec('t', { kernel: KERNEL }));

const view = (id: string, ageMs: number): VolunteerView => aView({ id: v.parse(VolunteerId, id), ageMs });

describe('an oracle that knows', () => {
  it('speeds: says exactly how long it takes from now', () => {
    const { duration, failure } = createKnowingOracle(world, { speeds: true, departures: false }, plain);
    expect(duration(view('v0', 500), task)).toEqual({ p025: 1000, median: 1000, p975: 1000 });
    expect(duration(view('v1', 500), task).median).toBe(1000);
    expect(duration(view('v1', 1000), task).median).toBe(2000);
    expect(failure(view('v1', 500), 1000)).toBe(plain.failure(view('v1', 500), 1000));
  });

  it('departures: says who will be gone', () => {
    const { duration, failure } = createKnowingOracle(world, { speeds: false, departures: true }, plain);
    expect([3999, 4000].map((within) => failure(view('v1', 500), within))).toEqual([0, 1]);
    expect(failure(view('v0', 500), 1e12)).toBe(0);
    expect(duration(view('v1', 500), task)).toEqual(plain.duration(view('v1', 500), task));
  });

  it('leaves what nobody can know to the other: strangers and the way', () => {
    const { duration, roundTrip } = createKnowingOracle(world, { speeds: true, departures: true }, plain);
    expect(duration(view('v7', 500), task)).toEqual(plain.duration(view('v7', 500), task));
    expect(roundTrip(view('v0', 500))).toEqual(plain.roundTrip(view('v0', 500)));
  });
});
