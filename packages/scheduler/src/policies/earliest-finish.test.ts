import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vid } from '../fixture.js';
import { createRandom } from '../random.js';
import { earliestFinish } from './earliest-finish.js';
import type { Candidate, Outlook, RunningTask } from './policy.js';

const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  volunteer: vid(id),
  queued: 1,
  room: 1,
  measured: true,
  sinceAssignedMs: 0,
  durationMs: 1000,
  spreadMs: 0,
  finishMs: 1000,
  survival: 1,
  ...change,
});

const outlook = (horizonMs: number): Outlook => ({ horizonMs, random: createRandom(1) });

const running = (change: Partial<RunningTask>): RunningTask => ({
  elapsedMs: 0,
  expectedMs: 1000,
  boundMs: 2000,
  share: 0,
  remainingMs: 1000,
  failure: 0,
  workWaits: false,
  ...change,
});

describe('choose', () => {
  it('takes the earliest finish', () => {
    const both = [candidate('a', { finishMs: 900 }), candidate('b', { finishMs: 800 })];
    expect(earliestFinish.choose(both, outlook(1000))?.volunteer).toBe('b');
  });

  it('prefers who is likely to stay', () => {
    const both = [candidate('leaves', { finishMs: 800, survival: 0.5 }), candidate('stays', { finishMs: 1000 })];
    expect(earliestFinish.choose(both, outlook(2000))?.volunteer).toBe('stays');
  });

  it('leaves the last tasks to busy fast volunteers rather than prolong the job', () => {
    const slow = candidate('slow', { finishMs: 5000 });
    expect(earliestFinish.choose([slow], outlook(2000))).toBeNull();
    expect(earliestFinish.choose([slow], outlook(60_000))?.volunteer).toBe('slow');
  });

  it('tries somebody new', () => {
    const fresh = candidate('fresh', { finishMs: 5000, measured: false, queued: 0 });
    expect(earliestFinish.choose([fresh], outlook(2000))?.volunteer).toBe('fresh');
  });

  it('never chooses one without room', () => {
    const any = fc.record({
      volunteer: fc.constantFrom(vid('a'), vid('b'), vid('c')),
      room: fc.nat(2),
      measured: fc.boolean(),
      finishMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      survival: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), fc.nat(1e6), (several, horizon) => {
        const candidates = several.map((change) => candidate('any', change));
        const chosen = earliestFinish.choose(candidates, outlook(horizon));
        expect(chosen === null || chosen.room > 0).toBe(true);
      }),
    );
  });
});

describe('hedge', () => {
  const fresh = candidate('fresh', { queued: 0, finishMs: 1000 });

  it('tries again what would end much later than a new attempt', () => {
    expect(earliestFinish.hedge(running({ remainingMs: 1100 }), fresh)).toBe(false);
    expect(earliestFinish.hedge(running({ remainingMs: 1500 }), fresh)).toBe(true);
  });

  it('counts the chance that the volunteer vanishes', () => {
    expect(earliestFinish.hedge(running({ remainingMs: 1000, failure: 0.5 }), fresh)).toBe(true);
    expect(earliestFinish.hedge(running({ remainingMs: 1500 }), { ...fresh, survival: 0.3 })).toBe(false);
  });

  it('asks for more while other work waits', () => {
    expect(earliestFinish.hedge(running({ remainingMs: 1500, workWaits: true }), fresh)).toBe(false);
    expect(earliestFinish.hedge(running({ remainingMs: 9000, workWaits: true }), fresh)).toBe(true);
  });
});

describe('depth', () => {
  it('covers the turnaround and is bounded', () => {
    expect(earliestFinish.depth(null, 1000)).toBe(2);
    expect(earliestFinish.depth(1000, 150)).toBe(3);
    expect(earliestFinish.depth(100, 150)).toBe(4);
    expect(earliestFinish.depth(0.1, 10_000)).toBe(12);
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 10_000 }), fc.integer({ min: 0, max: 5000 }), (duration, turnaround) => {
        const depth = earliestFinish.depth(duration, turnaround);
        // What waits behind the running task lasts as long as the turnaround, unless the bound is reached.
        if (depth < 12) expect((depth - 1) * duration).toBeGreaterThanOrEqual(turnaround);
      }),
    );
  });
});
