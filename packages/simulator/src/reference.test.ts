import { createRandom } from '@tabgrid/scheduler/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fluidBound, listSchedule, reference, referenceOf } from './reference.js';
import { constant, during, reaches } from './steps.js';
import { aProfile, aSession, aWorld } from './test-kit.js';
import { createWorld, type Session } from './world.js';

const world = (...sessions: Session[]) => aWorld(sessions);

/** The best of all schedules: every task on every volunteer in every order, no idling, none past a departure. */
function bruteForce(sessions: readonly Session[], units: readonly number[]): number {
  let best = Number.POSITIVE_INFINITY;
  const free = sessions.map((s) => Math.max(0, s.joinsAt));
  const place = (left: readonly number[], makespan: number): void => {
    if (makespan >= best) return;
    if (left.length === 0) best = makespan;
    for (const [i, u] of left.entries()) {
      for (const [m, s] of sessions.entries()) {
        const from = free[m] ?? 0;
        const end = reaches(s.speed, from, u);
        if (end > s.leavesAt) continue;
        free[m] = end;
        place(left.toSpliced(i, 1), Math.max(makespan, end));
        free[m] = from;
      }
    }
  };
  place(units, 0);
  return best;
}

describe('list schedule', () => {
  it('puts each task where it ends first', () => {
    const two = world(aSession({ speed: constant(1) }), aSession({ speed: constant(2) }));
    expect(listSchedule(two, [10])).toBe(5);
    expect(listSchedule(two, [10, 10])).toBe(10);
    expect(listSchedule(two, [10, 10, 10])).toBe(10);
    expect(listSchedule(two, [10, 10, 10, 10])).toBe(15);
  });

  it('places nothing that would not end before the departure, and waits for who comes', () => {
    const short = aSession({ leavesAt: 9 });
    expect(listSchedule(world(short), [10])).toBe(Number.POSITIVE_INFINITY);
    expect(listSchedule(world(short, aSession({ joinsAt: 100 })), [10])).toBe(110);
    // Too short for the long one, good for the short one.
    expect(listSchedule(world(short, aSession({ joinsAt: 100 })), [10, 9])).toBe(110);
    expect(listSchedule(world(short, aSession({ joinsAt: 100 })), [9, 9])).toBe(109);
  });

  it('knows slow spells', () => {
    const sleepy = aSession({ speed: during([{ from: 4, until: 20 }], 0) });
    expect(listSchedule(world(sleepy), [5])).toBe(21);
  });
});

const session = fc
  .record({
    speed: fc.constantFrom(0.5, 1, 1.5, 2),
    joinsAt: fc.constantFrom(-5, 0, 3, 8),
    stays: fc.constantFrom(4, 10, 25, Number.POSITIVE_INFINITY),
  })
  .map(({ speed, joinsAt, stays }) => aSession({ speed: constant(speed), joinsAt, leavesAt: joinsAt + stays }));

const inOrder = (sessions: readonly Session[]) => [...sessions].sort((a, b) => a.joinsAt - b.joinsAt);

describe('reference, against all schedules there are', () => {
  const sessions = fc.array(session, { minLength: 1, maxLength: 3 }).map(inOrder);

  it('is the best for equal tasks', () => {
    fc.assert(
      fc.property(sessions, fc.integer({ min: 1, max: 5 }), (list, count) => {
        const units = Array.from({ length: count }, () => 4);
        expect(reference(world(...list), units, createRandom(1)).makespanMs).toBeCloseTo(bruteForce(list, units), 9);
      }),
    );
  });

  it('is never better than the best, nor the fluid bound worse, and close for unequal tasks of volunteers that stay', () => {
    const units = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    let worst = 1;
    fc.assert(
      fc.property(sessions, units, (list, tasks) => {
        const best = bruteForce(list, tasks);
        const found = reference(world(...list), tasks, createRandom(1));
        expect(found.makespanMs).toBeGreaterThanOrEqual(best - 1e-9);
        expect(found.fluidMs).toBeLessThanOrEqual(best + 1);
        if (list.every((s) => s.leavesAt === Number.POSITIVE_INFINITY)) {
          worst = Math.max(worst, found.makespanMs / best);
        }
      }),
    );
    expect(worst).toBeLessThan(1.1);
  });

  it('takes no longer with longest first and a hundred orders than with longest first alone', () => {
    const random = createRandom(3);
    const tasks = Array.from({ length: 12 }, () => 1 + 9 * random.next());
    const list = world(aSession({ speed: constant(0.7) }), aSession({ leavesAt: 30 }), aSession({ joinsAt: 5 }));
    const found = reference(list, tasks, createRandom(1)).makespanMs;
    expect(found).toBeLessThanOrEqual(
      listSchedule(
        list,
        tasks.toSorted((a, b) => b - a),
      ),
    );
  });
});

describe('fluid bound', () => {
  it('is when those present could have done the work together', () => {
    expect(fluidBound(world(aSession(), aSession({ speed: constant(3) })), 4000)).toBeCloseTo(1000, -1);
    expect(fluidBound(world(aSession({ leavesAt: 1000 }), aSession({ joinsAt: 500 })), 2000)).toBeCloseTo(1500, -1);
    expect(fluidBound(world(aSession({ leavesAt: 1000 })), 2000)).toBe(Number.POSITIVE_INFINITY);
  });

  it('bounds the reference of a drawn world', () => {
    const drawn = createWorld(aProfile({ taskSigma: 0.3 }), 5);
    const { makespanMs, fluidMs } = referenceOf(drawn);
    expect(makespanMs).toBeGreaterThanOrEqual(fluidMs - 1);
    expect(makespanMs).toBeLessThan(2 * fluidMs);
    expect(referenceOf(createWorld(aProfile({ taskSigma: 0.3 }), 5))).toEqual({ makespanMs, fluidMs });
  });
});
