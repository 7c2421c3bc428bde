import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFixture, tasks, vid } from '../fixture.js';
import { createRandom } from '../random.js';
import type { Candidate, Outlook, Policy, RunningTask } from './policy.js';

/** For tests: a candidate, idle and as fast as expected but for `change`. */
export const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  volunteer: vid(id),
  queued: 0,
  room: 1,
  measured: true,
  sinceAssignedMs: 1000,
  durationMs: 1000,
  spreadMs: 200,
  finishMs: 1000,
  survival: 0.95,
  ...change,
});

export const outlook = (horizonMs = 60_000, seed = 1): Outlook => ({ horizonMs, random: createRandom(seed) });

/** A task in the middle of its expected time, on a volunteer in good standing. */
export const runningTask = (change: Partial<RunningTask> = {}): RunningTask => ({
  elapsedMs: 500,
  expectedMs: 1000,
  boundMs: 1200,
  share: 0.5,
  remainingMs: 500,
  failure: 0.05,
  workWaits: false,
  ...change,
});

const ms = (max: number) => fc.double({ min: 0, max, noNaN: true });
const probability = fc.double({ min: 0, max: 1, noNaN: true });

const anyCandidate = fc
  .record({
    queued: fc.nat(12),
    room: fc.integer({ min: 1, max: 12 }),
    measured: fc.boolean(),
    sinceAssignedMs: ms(1e6),
    durationMs: ms(1e5),
    spreadMs: ms(1e5),
    waitMs: ms(1e5),
    survival: probability,
  })
  .map(({ waitMs, ...rest }) => ({ ...rest, finishMs: waitMs + rest.durationMs }));

const candidates = fc
  .array(anyCandidate, { minLength: 1, maxLength: 16 })
  .map((list): Candidate[] => list.map((c, i) => ({ ...c, volunteer: vid(`v${i}`) })));

const anyRunning = fc.record({
  elapsedMs: fc.double({ min: -1e5, max: 1e6, noNaN: true }),
  expectedMs: fc.double({ min: 1, max: 1e5, noNaN: true }),
  boundMs: fc.double({ min: 1, max: 1e6, noNaN: true }),
  share: probability,
  remainingMs: ms(1e6),
  failure: probability,
  workWaits: fc.boolean(),
});

/** What every policy has to do, whatever it is good at. `make` gives a fresh one. */
export function runPolicyTests(make: () => Policy): void {
  const policy = make();

  describe(`policy ${policy.name}`, () => {
    it('chooses one of those that it was shown, or nobody', () => {
      fc.assert(
        fc.property(candidates, ms(1e6), fc.nat(), (list, horizonMs, seed) => {
          const chosen = policy.choose(list, outlook(horizonMs, seed));
          if (chosen !== null) expect(list).toContain(chosen);
        }),
      );
    });

    it('leaves no work lying when everybody shown would be done before the rest of the grid', () => {
      fc.assert(
        fc.property(candidates, fc.nat(), (list, seed) => {
          // Nobody likely to go: a policy may well wait for a volunteer that stays.
          const staying = list.map((c) => ({ ...c, survival: 1, spreadMs: 0, measured: true }));
          const horizonMs = 10 * Math.max(...staying.map((c) => c.finishMs)) + 1;
          expect(policy.choose(staying, outlook(horizonMs, seed))).not.toBeNull();
        }),
      );
    });

    it('decides equally in equal cases: by its arguments and the randomness handed in alone', () => {
      const other = make();
      fc.assert(
        fc.property(candidates, ms(1e6), fc.nat(), anyRunning, (list, horizonMs, seed, running) => {
          const decide = (p: Policy) => [
            p.choose(list, outlook(horizonMs, seed)),
            list.map((c) => p.hedge(running, c)),
            list.map((c) => p.depth(c.durationMs, 100)),
          ];
          const first = decide(policy);
          expect(decide(policy)).toEqual(first);
          expect(decide(other)).toEqual(first);
        }),
      );
    });

    it('keeps a queue of at least one and at most sixteen, before the first result as well', () => {
      fc.assert(
        fc.property(fc.option(ms(1e6), { nil: null }), ms(1e5), (durationMs, turnaroundMs) => {
          const depth = policy.depth(durationMs, turnaroundMs);
          expect(Number.isInteger(depth)).toBe(true);
          expect(depth).toBeGreaterThanOrEqual(1);
          // A volunteer refuses a seventeenth.
          expect(depth).toBeLessThanOrEqual(16);
        }),
      );
    });

    it('does nothing twice that is as good as done', () => {
      const nearlyDone = runningTask({ elapsedMs: 990, share: 0.99, remainingMs: 10, failure: 0 });
      expect(policy.hedge(nearlyDone, candidate('fresh'))).toBe(false);
    });

    it('does a job to its end, whoever leaves in between', () => {
      const fixture = createFixture({ policy: make() });
      fixture.add(...tasks(30));
      for (const id of ['a', 'b', 'c', 'd']) fixture.join(id);
      let finished = 0;
      for (let round = 0; round < 200; round++) {
        fixture.now += 500;
        fixture.tell({ type: 'woken' });
        const [next] = fixture.scheduler.outstanding();
        if (!next) break;
        if (++finished === 10) fixture.leave(next.volunteer);
        else fixture.finish(next.attempt, 500);
      }
      const [job] = fixture.effects.flatMap((e) => (e.type === 'sendTask' ? [e.task.job] : []));
      expect(job && fixture.scheduler.job(job)).toMatchObject({ tasks: 30, done: 30, failed: 0 });
    });
  });
}
