import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { late } from '@tabgrid/scheduler/policies/late';
import { pull } from '@tabgrid/scheduler/policies/pull';
import { randomChoice } from '@tabgrid/scheduler/policies/random-choice';
import { createScheduler, DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { renderPlanner } from '@tabgrid/splitters/render/planner';
import { describe, expect, it } from 'vitest';
import type { Judge } from './driver.js';
import type { Liars, Profile } from './profile.js';
import { telemetry } from './profiles.js';
import { referenceOf } from './reference.js';
import { simulate } from './simulate.js';
import { aProfile } from './test-kit.js';
import { createWorkload, KERNEL } from './workload.js';
import { createWorld } from './world.js';

const liars: Liars = { kind: 'independent', share: 0.25, wrongShare: 1, honestResults: 10, backAfterMs: 3000 };

/** Everything at once that can happen to volunteers. */
const stormy: Profile = aProfile({
  volunteers: 12,
  tasks: 60,
  verify: 'replicate',
  taskSigma: 0.3,
  costSigma: 0.2,
  hidden: { share: 0.5, everyMs: 10_000, forMs: 8000, slower: 2.7 },
  frozen: { share: 0.5, everyMs: 15_000, forMs: 6000 },
  duty: { share: 0.3, part: 0.5 },
  wave: { atMs: 20_000, share: 0.3 },
  liars,
  inputBytes: 500_000,
});

/** All that the scheduler heard and said. */
function journal(profile: Profile, seed: number): string[] {
  const lines: string[] = [];
  simulate(profile, seed, {
    policy: earliestFinish,
    inspect: (_, event, effects) => lines.push(JSON.stringify([event, effects])),
  });
  return lines;
}

describe('a simulated job', () => {
  it('is the same, event for event, for the same seed, and another for another', () => {
    const first = journal(stormy, 3);
    expect(first.length).toBeGreaterThan(500);
    expect(journal(stormy, 3)).toEqual(first);
    expect(journal(stormy, 4)).not.toEqual(first);
  });

  it('is the same with volunteers that tell of themselves, and the scheduler hears of it', () => {
    const telling: Profile = { ...telemetry, volunteers: 10, tasks: 40, taskMs: 4000 };
    const first = journal(telling, 2);
    expect(journal(telling, 2)).toEqual(first);
    const heard = (type: string) => first.filter((line) => line.startsWith(`[{"type":"${type}"`)).length;
    expect(heard('linkMeasured')).toBeGreaterThan(40);
    expect(heard('volunteerTold')).toBeGreaterThan(40);
    expect(first.some((line) => line.includes('"battery":{"level"'))).toBe(true);
  });

  it('comes out the same whether the world is handed in or drawn, used before or not', () => {
    const world = createWorld(stormy, 5);
    const first = simulate(stormy, 5, { policy: pull, world });
    simulate(stormy, 5, { policy: earliestFinish, world });
    expect(simulate(stormy, 5, { policy: pull, world })).toEqual(first);
    expect(simulate(stormy, 5, { policy: pull })).toEqual(first);
  });

  it('keeps the scheduler’s invariants after every event, whatever happens', { timeout: 60_000 }, () => {
    for (let seed = 1; seed <= 6; seed++) {
      const outcome = simulate(stormy, seed, {
        policy: seed % 2 ? earliestFinish : late,
        inspect: (scheduler) => scheduler.validateState(),
      });
      expect(outcome.settled).toBe(true);
      expect(outcome.done + outcome.lost).toBe(60);
    }
  });

  it('sends nothing to a volunteer that is gone, and hears joins and leaves in turn', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const present = new Set<string>();
      const check = (event: SchedulerEvent, effects: readonly Effect[]) => {
        if (event.type === 'volunteerJoined') {
          expect(present.has(event.volunteer)).toBe(false);
          present.add(event.volunteer);
        }
        if (event.type === 'volunteerLeft') expect(present.delete(event.volunteer)).toBe(true);
        for (const effect of effects) {
          if (effect.type === 'sendTask' || effect.type === 'cancelAttempt' || effect.type === 'reject') {
            expect(present).toContain(effect.volunteer);
          }
        }
      };
      simulate(stormy, seed, { policy: earliestFinish, inspect: (_, event, effects) => check(event, effects) });
    }
  });

  it('does each task’s work once to good purpose, and knows where the rest of the work went', () => {
    const { usefulUnits, wastedUnits, wastedShare, runs, latencyMs, jain } = simulate(aProfile(), 2, {
      policy: earliestFinish,
    });
    expect(usefulUnits).toBeCloseTo(40 * 4000, 3);
    expect(runs.reduce((sum, run) => sum + run.units, 0)).toBeCloseTo(usefulUnits + wastedUnits, 3);
    expect(wastedShare).toBeCloseTo(wastedUnits / (usefulUnits + wastedUnits), 9);
    expect(latencyMs.p50).toBeGreaterThan(0);
    expect(latencyMs.p50).toBeLessThanOrEqual(latencyMs.p95);
    expect(jain).toBeGreaterThan(0.5);
  });

  it('lets no volunteer compute two things at once, nor while it is away', () => {
    const world = createWorld(stormy, 6);
    const { runs } = simulate(stormy, 6, { policy: earliestFinish, world });
    const last = new Map<number, number>();
    for (const { session, from, until } of [...runs].sort((a, b) => a.from - b.from)) {
      expect(from).toBeGreaterThanOrEqual(last.get(session) ?? 0);
      last.set(session, until);
      const { joinsAt = 0, leavesAt = 0 } = world.session(session) ?? {};
      expect(from).toBeGreaterThanOrEqual(joinsAt);
      expect(until).toBeLessThanOrEqual(leavesAt);
    }
  });

  it('is never faster than the reference of volunteers that stay', () => {
    const stays = aProfile({ lifetime: { kind: 'stays' } });
    for (let seed = 1; seed <= 5; seed++) {
      const world = createWorld(stays, seed);
      for (const policy of [earliestFinish, pull, randomChoice, late]) {
        const { makespanMs, settled } = simulate(stays, seed, { policy, world });
        expect(settled).toBe(true);
        expect(makespanMs).toBeGreaterThan(referenceOf(world).makespanMs);
      }
    }
  });

  it('takes longer when a wave takes volunteers away, and loses nothing', () => {
    const stays = aProfile({ lifetime: { kind: 'stays' }, volunteers: 20, tasks: 100 });
    const calm = simulate(stays, 1, { policy: earliestFinish });
    const hit = simulate({ ...stays, wave: { atMs: 8000, share: 0.5 } }, 1, { policy: earliestFinish });
    expect(hit.makespanMs).toBeGreaterThan(calm.makespanMs);
    expect([calm.lost, hit.lost]).toEqual([0, 0]);
    expect(calm.wastedShare).toBeLessThan(hit.wastedShare);
  });

  it('is given up at the limit', () => {
    const outcome = simulate(aProfile({ limitMs: 5000 }), 1, { policy: earliestFinish });
    expect(outcome).toMatchObject({ settled: false, makespanMs: 5000 });
    expect(outcome.lost).toBeGreaterThan(0);
  });

  it('finds liars by replication, and lets their results through without', () => {
    const stays = aProfile({ lifetime: { kind: 'stays' }, volunteers: 15, tasks: 80, liars });
    const checked = simulate({ ...stays, verify: 'replicate' }, 1, { policy: earliestFinish });
    expect(checked).toMatchObject({ escaped: 0, settled: true });
    expect(checked.verificationUnits).toBeGreaterThan(0.5 * checked.usefulUnits);
    const unchecked = simulate(stays, 1, { policy: earliestFinish });
    expect(unchecked.escaped).toBeGreaterThan(5);
    expect(unchecked.verificationUnits).toBe(0);
  });

  it('finds liars by parts of their results, for a small share of the work', () => {
    const stays = aProfile({ lifetime: { kind: 'stays' }, volunteers: 15, tasks: 200, liars, verify: 'spot' });
    for (const own of [false, true]) {
      const checked = simulate({ ...stays, own }, 1, { policy: earliestFinish });
      expect(checked).toMatchObject({ escaped: 0, settled: true });
      expect(checked.attempts.probe).toBeGreaterThan(100);
      const parts = checked.runs.filter(({ purpose }) => purpose === 'probe');
      expect(parts.reduce((sum, { units }) => sum + units, 0)).toBeLessThan(0.03 * checked.usefulUnits);
    }
  });

  it('judges results as it is told to', () => {
    const stays = aProfile({ lifetime: { kind: 'stays' }, volunteers: 6, tasks: 20, verify: 'spot' });
    const looked = { whole: 0, part: 0, compared: 0 };
    const judge: Judge = {
      fault(_, { attempt }, secret) {
        looked[secret === null ? 'whole' : 'part']++;
        return attempt.endsWith('task-3.1') ? 'it has the wrong length' : null;
      },
      compare(task, a, b, secret) {
        looked.compared++;
        expect(task.workUnits).toBeGreaterThan(1000);
        expect(secret).not.toBeNull();
        expect(a.session.index).not.toBe(b.session.index);
        return 'equal';
      },
    };
    const outcome = simulate(stays, 1, { policy: earliestFinish, judge });
    expect(outcome).toMatchObject({ settled: true, done: 20 });
    expect(looked.whole).toBeGreaterThan(20);
    expect(looked.part).toBe(looked.compared);
  });

  it('waits for inputs as long as the owner’s line takes for all of them', () => {
    const stays = aProfile({ lifetime: { kind: 'stays' }, inputBytes: 2 ** 20 });
    const at = (mbit: number) =>
      simulate({ ...stays, ownerBytesPerSecond: mbit * 125_000 }, 1, { policy: earliestFinish }).makespanMs;
    const [narrow, wide] = [at(5), at(100)];
    // 8 MiB over 5 Mbit/s are 13 s, over 100 Mbit/s not even one.
    expect(narrow - wide).toBeGreaterThan(4000);
    expect(narrow - wide).toBeLessThan(16_000);
  });

  it('runs the planner that it is given', async () => {
    const job = fakeJob((await fakeScene()).manifest, { tile: 8, spp: 16 });
    const workload = createWorkload(renderPlanner, job);
    const [spec] = renderPlanner.begin(job, { volunteers: 1, unitsPerSecond: null })[1].add;
    const outcome = simulate(aProfile(), 1, {
      policy: earliestFinish,
      workload,
      capabilities: {
        features: [],
        limits: { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 },
        cpuCores: 1,
        kernels: spec ? [spec.kernel] : [KERNEL],
      },
    });
    expect(outcome).toMatchObject({ settled: true, tasks: 20, done: 20 });
  });

  it('uses the scheduler that it is given', () => {
    let handled = 0;
    const { events } = simulate(aProfile(), 1, {
      policy: earliestFinish,
      create(config, seed) {
        const scheduler = createScheduler(config, seed);
        return {
          ...scheduler,
          handle(event, now) {
            handled++;
            return scheduler.handle(event, now);
          },
        };
      },
    });
    expect(handled).toBe(events);
    expect(events).toBeGreaterThan(100);
  });

  it('takes other parts of the configuration', () => {
    const slow = { ...DEFAULT_CONFIG.oracle, ...createPlainOracle(() => 1) };
    const plain = simulate(aProfile(), 1, { policy: earliestFinish });
    expect(simulate(aProfile(), 1, { policy: earliestFinish, config: { oracle: slow } })).not.toEqual(plain);
  });
});
