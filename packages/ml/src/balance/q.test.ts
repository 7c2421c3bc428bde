import { createRandom } from '@tabgrid/scheduler/random';
import { describe, expect, it } from 'vitest';
import { bestAction, createQ, type QSettings, qWeightCount } from './q.js';

const SETTINGS: QSettings = { learningRate: 0.1, discount: 0.95, least: -1000, most: 1000 };

/** An exact model: for each state and action, where it leads with which probability and reward; −1 is the end. */
type World = readonly (readonly (readonly (readonly [p: number, next: number, reward: number])[])[])[];

/** A volunteer's queue: its length 0–5; each period an attempt ends with probability 0.6; action a tops the queue up to a. */
const QUEUE: World = Array.from({ length: 6 }, (_, length) =>
  [0, 1, 2, 3, 4, 5].map((target) => {
    const filled = Math.max(length, target);
    // The longer the queue, the likelier the link chokes and all of it is lost: −5 each.
    const choke = 0.01 * filled ** 2;
    const works = filled > 0 ? 0.6 : 0;
    return [
      [choke, 0, -5 * filled],
      [(1 - choke) * works, Math.max(0, filled - 1), 10],
      [(1 - choke) * (1 - works), filled, 0],
    ] as const;
  }),
);

/** Six states in a row; forward mostly goes forward and pays at the end, stopping pays a little at once. */
const CHAIN: World = Array.from({ length: 6 }, (_, s) => [
  [
    [0.8, s === 5 ? -1 : s + 1, s === 5 ? 100 : -1],
    [0.2, Math.max(0, s - 1), -1],
  ],
  [[1, -1, 5 + 4 * s]],
]);

function valueIteration(world: World, discount: number): number[][] {
  let q = world.map((actions) => actions.map(() => 0));
  for (let i = 0; i < 2000; i++) {
    const best = q.map((row) => Math.max(...row));
    q = world.map((actions) =>
      actions.map((ends) => ends.reduce((sum, [p, next, r]) => sum + p * (r + discount * (best[next] ?? 0)), 0)),
    );
  }
  return q;
}

/** Q-learning on a walk whose actions are drawn evenly: off-policy. */
function learned(world: World, seed: number, steps: number): number[][] {
  const random = createRandom(seed);
  const actions = world[0]?.length ?? 0;
  const shape = { cells: world.length, actions };
  const q = createQ(shape, new Float32Array(qWeightCount(shape)));
  let state = 0;
  for (let i = 0; i < steps; i++) {
    const action = Math.floor(random.next() * actions);
    let u = random.next();
    const ends = world[state]?.[action] ?? [];
    const end = ends.find(([p]) => {
      u -= p;
      return u < 0;
    });
    const [, next, reward] = end ?? ends[0] ?? [1, -1, 0];
    // Robbins and Monro: the last steps average.
    const learningRate = Math.max(0.002, 0.1 / (1 + i / 20_000));
    const transition = { cells: [state], action, reward, next: next < 0 ? null : [next], nextAllowed: actions };
    q.learn(transition, { ...SETTINGS, learningRate });
    state = next < 0 ? Math.floor(random.next() * world.length) : next;
  }
  return world.map((_, s) => [...q.values([s], new Float64Array(actions))]);
}

describe.each([
  ['queue', QUEUE],
  ['chain', CHAIN],
])('Q-learning of a %s', (_, world) => {
  const truth = valueIteration(world, SETTINGS.discount);

  it('finds the values that value iteration finds', () => {
    const found = learned(world, 1, 400_000);
    for (const [s, row] of truth.entries()) {
      for (const [a, value] of row.entries()) {
        expect(Math.abs((found[s]?.[a] ?? Number.NaN) - value)).toBeLessThan(0.04 * Math.max(...truth.flat()));
      }
    }
  });

  it('finds the best action of each state, or one as good', () => {
    const found = learned(world, 2, 400_000);
    for (const [s, row] of truth.entries()) {
      const action = bestAction(found[s] ?? [], row.length, 0);
      expect(row[action]).toBeGreaterThan(Math.max(...row) * 0.98);
    }
  });
});

it('the queue problem has an optimum between the extremes', () => {
  const [first = []] = valueIteration(QUEUE, SETTINGS.discount);
  const best = bestAction(first, first.length, 0);
  expect(best).toBeGreaterThan(0);
  expect(best).toBeLessThan(5);
});

it('an action that was never tried is worth what its state is', () => {
  const shape = { cells: 2, actions: 3 };
  const q = createQ(shape, new Float32Array(qWeightCount(shape)));
  for (let i = 0; i < 500; i++) {
    for (const action of [0, 1]) {
      q.learn({ cells: [0], action, reward: action === 0 ? -10 : -20, next: null, nextAllowed: 3 }, SETTINGS);
    }
  }
  const values = q.values([0], new Float64Array(3));
  expect(values[0]).toBeCloseTo(-10, 1);
  expect(values[1]).toBeCloseTo(-20, 1);
  expect(values[2]).toBeLessThan(-5);
  expect(bestAction(values, 2, 1)).toBe(0);
});

it('stays within what returns can be', () => {
  const shape = { cells: 1, actions: 1 };
  const q = createQ(shape, new Float32Array(qWeightCount(shape)));
  for (let i = 0; i < 10_000; i++) {
    q.learn({ cells: [0], action: 0, reward: 1e9, next: [0], nextAllowed: 1 }, { ...SETTINGS, most: 300 });
  }
  expect(q.values([0], new Float64Array(1))[0]).toBeCloseTo(300, 1);
});

it('keeps to the usual action where none is better', () => {
  expect(bestAction([0, 0, 0], 3, 2)).toBe(2);
  expect(bestAction([0, 1, 5], 2, 0)).toBe(1);
});
