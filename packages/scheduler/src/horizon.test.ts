import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFixture, type Fixture, jid, taskSpec } from './fixture.js';
import { createPlainOracle } from './oracle.js';
import type { Candidate, Policy } from './policies/policy.js';

/**
 * The horizon as a policy is told it, against the plain definition: the time at which the last of the waiting tasks would be
 * done if each went to whoever would have it done first.
 */
function told(speeds: readonly number[], waiting: number): { readonly horizonMs: number; readonly brute: number } {
  let horizonMs = Number.NaN;
  let listen = false;
  const policy: Policy = {
    name: 'listening',
    shortlist: 'best',
    ahead: 'early',
    depth: () => 2,
    choose(candidates: readonly Candidate[], outlook) {
      if (!listen) return candidates.find((c) => c.queued === 0) ?? null;
      horizonMs = outlook.horizonMs;
      return null;
    },
    hedge: () => false,
  };
  const plain = createPlainOracle((v) => Number(v.id.slice(1)));
  const oracle = { ...plain, roundTrip: () => ({ median: 0, p95: 0 }) };
  const f: Fixture = createFixture({ policy, oracle });
  const free: { at: number; readonly ms: number }[] = [];
  // Everybody has one task, and the rest waits.
  for (const [i, speed] of speeds.entries()) {
    f.join(`v${speed}.${i}`);
    f.add(taskSpec(`run${i}`, { job: jid('running') }));
    const ms = 1_000_000 / Number(`${speed}.${i}`);
    free.push({ at: Math.max(ms, ms / 4), ms });
  }
  listen = true;
  f.add(...Array.from({ length: waiting }, (_, i) => taskSpec(`t${i}`)));
  let brute = 0;
  for (let i = 0; i < waiting; i++) {
    const [soonest] = [...free].sort((a, b) => a.at + a.ms - (b.at + b.ms));
    if (!soonest) break;
    soonest.at += soonest.ms;
    brute = soonest.at;
  }
  return { horizonMs, brute };
}

describe('the horizon', () => {
  it('is when list scheduling would have all waiting work done', () => {
    const speeds = fc.array(fc.integer({ min: 50, max: 5000 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(speeds, fc.integer({ min: 1, max: 6 }), (some, tasksEach) => {
        const { horizonMs, brute } = told(some, Math.max(1, Math.min(tasksEach * some.length, 6 * some.length)));
        expect(horizonMs / brute).toBeGreaterThan(0.999);
        expect(horizonMs / brute).toBeLessThan(1.001);
      }),
      { numRuns: 60 },
    );
  });

  it('is out of sight with many tasks a volunteer still to come', () => {
    expect(told([1000, 1000], 13).horizonMs).toBe(Number.POSITIVE_INFINITY);
    expect(told([1000, 1000], 12).horizonMs).toBeLessThan(8000);
  });
});

it('does not keep a long task from everybody until one of them is left', () => {
  const f = createFixture();
  for (const id of ['a', 'b', 'c']) f.join(id);
  for (let round = 0; round < 3; round++) {
    f.add(...['a', 'b', 'c'].map((id) => taskSpec(`${id}-${round}`)));
    f.now += 1000;
    for (const id of ['a', 'b', 'c']) for (const attempt of f.queue(id)) f.finish(attempt, 1000);
  }
  // All three together could do four tasks of the usual size in two seconds, but nobody this one.
  f.add(taskSpec('short'));
  f.add(taskSpec('long', { workUnits: 4000 }));
  expect(f.live('long')).not.toBe('');
  expect(f.live('short')).not.toBe('');
});

it('leaves a long task to somebody fast who is busy, rather than to somebody slow', () => {
  const f = createFixture();
  const all = { quick: 250, slow: 4000 };
  for (const id of Object.keys(all)) f.join(id);
  for (let round = 0; round < 3; round++) {
    f.add(...Object.keys(all).map((id) => taskSpec(`${id}-${round}`)));
    for (const [id, ms] of Object.entries(all)) {
      for (let [next] = f.queue(id); next; [next] = f.queue(id)) {
        f.now += ms;
        f.finish(next, ms);
      }
    }
  }
  f.add(taskSpec('s1'), taskSpec('s2'));
  f.add(taskSpec('long', { workUnits: 4000 }));
  expect(f.queue('slow')).toEqual([]);
});
