import { createPlainOracle, type Oracle, type TaskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import { createRandom } from '@tabgrid/scheduler/random';
import { describe, expect, it } from 'vitest';
import type { Brain } from './brain.js';
import { createLearnedOracle } from './learned-oracle.js';
import { createLearner } from './learner.js';
import { createModels } from './models.js';
import { weightCount } from './nn/net.js';
import type { Standing } from './standing.js';
import { TIME_SHAPE } from './time/part.js';
import { hostileViews, volunteerView } from './view-kit.js';

const PLAIN = createPlainOracle(() => 1000);
const TASK: TaskView = { kernel: { kind: 'k', version: '1' }, workUnits: 5000, inputBytes: 100, outputBytes: 1000 };

const ALL: Standing = {
  time: 'learned',
  failure: 'learned',
  latency: 'learned',
  assignment: 'learned',
  balance: 'learned',
};

async function untrained(): Promise<Brain> {
  return (await createLearner({ models: createModels(1), context: { wallAtZero: 0, timeZoneMinutes: 0 } })).brain();
}

/** A time model whose net says something, whatever it is. */
function withNet(brain: Brain, weight: (i: number) => number): Brain {
  const { inputs } = TIME_SHAPE;
  const weights = Float32Array.from({ length: weightCount(TIME_SHAPE) }, (_, i) => weight(i));
  const members = [weights, weights, weights];
  const net = { members, mean: new Float32Array(inputs), scale: new Float32Array(inputs).fill(1) };
  return {
    ...brain,
    deciding: { ...brain.deciding, time: 'learned' },
    time: { ...brain.time, samples: 500, net, trust: brain.time.trust.map((_, i) => (i % 5 === 4 ? 0 : 1)) },
  };
}

/** What an oracle says of one volunteer, all of it. */
const asked = (oracle: Oracle, v: VolunteerView) => [
  oracle.duration(v, TASK),
  oracle.failure(v, 60_000),
  oracle.roundTrip(v),
];

describe('createLearnedOracle', () => {
  it('answers as the plain oracle where the baseline decides', async () => {
    const oracle = createLearnedOracle(await untrained(), PLAIN);
    expect(asked(oracle, volunteerView())).toEqual(asked(PLAIN, volunteerView()));
    expect(oracle.together).toBeUndefined();
  });

  it('begins as the plain oracle where an untrained model decides', async () => {
    const oracle = createLearnedOracle({ ...(await untrained()), deciding: ALL }, PLAIN);
    const v = volunteerView();
    expect(oracle.duration(v, TASK)).toMatchObject(PLAIN.duration(v, TASK));
    expect(oracle.failure(v, 60_000)).toBeCloseTo(PLAIN.failure(v, 60_000), 4);
    expect(oracle.roundTrip(v).median).toBeCloseTo(PLAIN.roundTrip(v).median, 6);
  });

  it('falls back model by model', async () => {
    const brain = withNet(await untrained(), (i) => 0.05 * Math.sin(i));
    const oracle = createLearnedOracle(brain, PLAIN);
    const v = volunteerView();
    expect(oracle.duration(v, TASK).median).not.toBeCloseTo(PLAIN.duration(v, TASK).median, 3);
    expect(oracle.failure(v, 60_000)).toBe(PLAIN.failure(v, 60_000));
  });

  it('never says what cannot be, whatever its weights and whoever is asked about', async () => {
    const base = await untrained();
    for (const weight of [() => Number.NaN, () => 1e30, () => -1e30, (i: number) => Math.sin(i)]) {
      const oracle = createLearnedOracle({ ...withNet(base, weight), deciding: ALL }, PLAIN);
      const { p025, median, p975 } = oracle.duration(volunteerView(), TASK);
      expect(p025 > 0 && p025 <= median && median <= p975 && Number.isFinite(p975)).toBe(true);
      for (const v of hostileViews()) {
        const chance = oracle.failure(v, 60_000);
        expect(chance >= 0 && chance <= 1).toBe(true);
      }
    }
  });

  it('gives the same answers in any order: a replay may ask anew', async () => {
    const brain = { ...withNet(await untrained(), (i) => 0.05 * Math.sin(i)), deciding: ALL };
    const views = [0, 1, 2, 3, 2.5, 10_000].map((ms) => volunteerView({ ageMs: 60_000 + ms, sinceSignMs: ms }));
    const once = createLearnedOracle(brain, PLAIN);
    const there = views.map((v) => asked(once, v));
    const again = createLearnedOracle(brain, PLAIN);
    const back = [...views].reverse().map((v) => asked(again, v));
    expect(back.reverse()).toEqual(there);
    // And one that remembers says what one says that does not.
    expect(views.map((v) => asked(once, v))).toEqual(there);
  });

  it('advises as the policy would while the balancer has to prove itself', async () => {
    const { advice } = createLearnedOracle(await untrained(), PLAIN);
    const views = Array.from({ length: 50 }, () => volunteerView({ usual: 3 }));
    const shares = [...(advice?.share(views, 10, createRandom(3)) ?? new Map()).values()];
    expect(shares.every(({ attempts }) => attempts >= 1 && attempts <= 12)).toBe(true);
  });
});
