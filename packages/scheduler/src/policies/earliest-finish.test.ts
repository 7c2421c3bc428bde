import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vid } from '../fixture.js';
import { earliestFinish } from './earliest-finish.js';
import type { Candidate } from './policy.js';

const candidate = (id: string, change: Partial<Candidate>): Candidate => ({
  volunteer: vid(id),
  queued: 1,
  room: 1,
  measured: true,
  finishMs: 1000,
  ...change,
});

describe('choose', () => {
  const busy = candidate('busy', { room: 0, finishMs: 500 });

  it('takes the earliest finish', () => {
    const chosen = earliestFinish.choose([candidate('a', { finishMs: 900 }), candidate('b', { finishMs: 800 })], 0);
    expect(chosen?.volunteer).toBe('b');
  });

  it('leaves the last tasks to a busy fast volunteer rather than prolong the job', () => {
    const slow = candidate('slow', { finishMs: 5000 });
    expect(earliestFinish.choose([busy, slow], 2000)).toBeNull();
    expect(earliestFinish.choose([busy, slow], 60_000)?.volunteer).toBe('slow');
  });

  it('tries somebody new', () => {
    const fresh = candidate('fresh', { finishMs: 5000, measured: false, queued: 0 });
    expect(earliestFinish.choose([busy, fresh], 2000)?.volunteer).toBe('fresh');
  });

  it('never chooses one without room', () => {
    const any = fc.record({
      volunteer: fc.constantFrom(vid('a'), vid('b'), vid('c')),
      queued: fc.nat(5),
      room: fc.nat(2),
      measured: fc.boolean(),
      finishMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), fc.nat(1e6), (candidates, horizon) => {
        const chosen = earliestFinish.choose(candidates, horizon);
        expect(chosen === null || chosen.room > 0).toBe(true);
      }),
    );
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
