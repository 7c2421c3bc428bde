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
