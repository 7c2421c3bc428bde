import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { seeded } from '../nn/test-kit.js';
import type { DepartureObservation } from '../observation.js';
import { hostileViews, volunteerView } from '../view-kit.js';
import { BONDS, bondsOf } from './bonds.js';
import { liftsOf } from './lift.js';
import { createAssignmentModel } from './model.js';
import { AssignmentPartSchema, MOST_LIFT, NO_ASSIGNMENT, PLAIN_LIFT, plainLift, SETS } from './part.js';
import { createTogether } from './together.js';

const NETWORK = 1;
const OWNER = 2;
const PROVIDER = 8;
const trainer = {
  backend: 'none',
  open: () => {
    throw new Error('no net here');
  },
  memory: () => ({ tensors: 0, bytes: 0 }),
};

/** A departure with that many others of each set of bonds, who leave with the chance given for it. */
function departure(
  crowd: readonly (readonly [bonds: number, count: number, chance: number])[],
  next: () => number,
): DepartureObservation {
  const others = crowd.flatMap(([bonds, count, chance]) =>
    Array.from({ length: count }, () => ({ bonds, left: next() < chance })),
  );
  return { type: 'departure', at: 0, others };
}

async function learned(crowd: Parameters<typeof departure>[0], departures: number) {
  const model = createAssignmentModel();
  const next = seeded(7);
  for (let i = 0; i < departures; i++) model.observe(departure(crowd, next));
  await model.train(trainer, 10);
  return model;
}

describe('bonds', () => {
  const origin = (changes: object) => ({ network: null, owner: null, region: null, provider: null, ...changes });
  const old = { ageMs: 10_000 };
  const adapter = (browser: string) => ({
    capabilities: {
      ...volunteerView().capabilities,
      adapter: { vendor: 'v', architecture: 'a', description: '', browser },
    },
  });

  it('are what two have in common, and nothing that nobody knows', () => {
    const a = volunteerView({ ...adapter('x'), origin: origin({ network: 'n', provider: 'p' }) });
    const b = volunteerView({ ...adapter('y'), ...old, origin: origin({ network: 'n', provider: 'p', region: 'r' }) });
    expect(bondsOf(a, b)).toBe(NETWORK | PROVIDER);
    const nobody = volunteerView({ ...adapter('z'), ...old, ageMs: 55_000 });
    expect(bondsOf(nobody, b)).toBe(0);
  });

  it('tell who joined together, whatever the time is', () => {
    const a = volunteerView({ ...adapter('x'), now: 100_000, ageMs: 40_000 });
    expect(bondsOf(a, volunteerView({ ...adapter('y'), now: 500_000, ageMs: 420_000 }))).toBe(32);
    expect(bondsOf(a, volunteerView({ ...adapter('y'), now: 500_000, ageMs: 409_000 }))).toBe(0);
  });

  it('go both ways and stay within their bits, whatever is claimed', () => {
    const views = [...hostileViews(), volunteerView()];
    for (const a of views) {
      for (const b of views) {
        expect(bondsOf(a, b)).toBe(bondsOf(b, a));
        expect(bondsOf(a, b)).toBeLessThan(SETS);
      }
    }
  });
});

describe('together', () => {
  it('is the plain rule before anything was seen', () => {
    const together = createTogether(NO_ASSIGNMENT);
    const id = v.parse(VolunteerId, 'v2');
    const at = (network: string | null, ageMs: number) =>
      volunteerView({ id, ageMs, origin: { network, owner: null, region: null, provider: null } });
    expect(together(at('n', 1000), at('n', 90_000))).toBe(PLAIN_LIFT);
    expect(together(at('n', 1000), at('m', 90_000))).toBe(1);
    expect(together(at(null, 1000), at(null, 90_000))).toBe(1);
    const fitted = liftsOf({ pairs: new Array<number>(SETS).fill(0), left: new Array<number>(SETS).fill(0) });
    for (const [set, lift] of fitted.entries()) expect(lift).toBeCloseTo(plainLift(set), 6);
  });

  it('recovers planted outages', async () => {
    // A provider's outage takes a third of its volunteers along; the network means nothing here; one in twenty leaves anyway.
    const model = await learned(
      [
        [0, 20, 0.05],
        [PROVIDER, 5, 0.35],
        [NETWORK, 5, 0.05],
      ],
      300,
    );
    const { lifts } = model.part();
    expect(lifts[0]).toBe(1);
    expect(lifts[PROVIDER]).toBeGreaterThan(5.5);
    expect(lifts[PROVIDER]).toBeLessThan(8.5);
    expect(lifts[NETWORK]).toBeGreaterThan(0.7);
    expect(lifts[NETWORK]).toBeLessThan(1.5);
    const score = model.score();
    expect(score.learned).not.toBeNull();
    // Never seen together, but the parts of it were: a provider in common counts also with a region in common.
    expect(lifts[PROVIDER | 4]).toBeGreaterThan(3);
  });

  it('scores a part on outcomes that it had not seen', async () => {
    const crowd = [
      [0, 20, 0.05],
      [PROVIDER, 5, 0.35],
      [NETWORK, 5, 0.05],
    ] as const;
    const model = await learned(crowd, 200);
    const next = seeded(8);
    for (let i = 0; i < 100; i++) model.observe(departure(crowd, next));
    const { samples, learned: loss, baseline } = model.score();
    expect(samples).toBe(500);
    expect(loss ?? 1).toBeLessThan((baseline ?? 0) - 0.05);
  });

  it('believes little of a little', async () => {
    const one = await learned(
      [
        [0, 3, 0],
        [PROVIDER, 1, 1],
      ],
      1,
    );
    expect(one.part().lifts[PROVIDER]).toBeLessThan(2.5);
    expect(one.part().lifts[PROVIDER]).toBeGreaterThan(1);
    expect(one.part().lifts[OWNER]).toBeCloseTo(PLAIN_LIFT, 1);
  });

  it('is bounded, whatever happened', () => {
    for (const [pairs, left] of [
      [1e9, 1e9],
      [1e9, 0],
      [0, 0],
    ] as const) {
      const of = (n: number, base: number) => Array.from({ length: SETS }, (_, set) => (set === 0 ? base : n));
      for (const lift of liftsOf({ pairs: of(pairs, 1e9), left: of(left, 1) })) {
        expect(lift).toBeGreaterThanOrEqual(1 / MOST_LIFT);
        expect(lift).toBeLessThanOrEqual(MOST_LIFT);
      }
    }
  });

  it('passes over what no honest machine could see', async () => {
    const model = createAssignmentModel();
    for (const bonds of [Number.NaN, -1, SETS, 0.5]) {
      model.observe({ type: 'departure', at: 0, others: [{ bonds, left: true }] });
    }
    await model.train(trainer, 1);
    expect(model.part().samples).toBe(0);
    expect(model.score()).toMatchObject({ samples: 0, learned: null, baseline: null });
  });

  it('goes on from what was kept', async () => {
    const crowd = [
      [0, 20, 0.05],
      [PROVIDER, 5, 0.35],
    ] as const;
    const model = await learned(crowd, 50);
    const kept = v.parse(AssignmentPartSchema, structuredClone(model.part()));
    const later = createAssignmentModel();
    later.restore(kept);
    expect(later.part()).toEqual(model.part());
    for (const m of [model, later]) {
      m.observe(departure(crowd, seeded(9)));
      await m.train(trainer, 1);
    }
    expect(later.part()).toEqual(model.part());
    expect(v.safeParse(AssignmentPartSchema, { ...kept, lifts: kept.lifts.slice(1) }).success).toBe(false);
    expect(v.safeParse(AssignmentPartSchema, { ...kept, left: kept.left.map(() => Number.NaN) }).success).toBe(false);
  });

  it('forgets what has ended', async () => {
    const model = await learned(
      [
        [0, 20, 0.05],
        [PROVIDER, 5, 0.6],
      ],
      400,
    );
    const before = model.part().lifts[PROVIDER] ?? 0;
    const next = seeded(3);
    for (let i = 0; i < 3000; i++)
      model.observe(
        departure(
          [
            [0, 20, 0.05],
            [PROVIDER, 5, 0.05],
          ],
          next,
        ),
      );
    await model.train(trainer, 1);
    expect(before).toBeGreaterThan(6);
    expect(model.part().lifts[PROVIDER]).toBeLessThan(1.3);
    expect(model.part().pairs.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(20_001);
  });

  it('has a bit for every bond', () => {
    expect(SETS).toBe(2 ** BONDS.length);
    expect(NO_ASSIGNMENT.lifts).toHaveLength(SETS);
  });
});
