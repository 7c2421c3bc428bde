import { describe, expect, it } from 'vitest';
import { deadlineReissue } from './deadline-reissue.js';
import { earliestFinish } from './earliest-finish.js';
import { late } from './late.js';
import { leastLoaded } from './least-loaded.js';
import { minimumCompletion } from './minimum-completion.js';
import type { Candidate, Policy } from './policy.js';
import { candidate, outlook, runningTask, runPolicyTests } from './policy-tests.js';
import { pull } from './pull.js';
import { randomChoice } from './random-choice.js';
import { roundRobin } from './round-robin.js';
import { twoChoices } from './two-choices.js';

const all = [randomChoice, roundRobin, pull, leastLoaded, twoChoices, minimumCompletion, deadlineReissue, late];
for (const policy of [...all, earliestFinish]) runPolicyTests(() => policy);

it('gives every baseline a name of its own', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

/** How often each is chosen in many tries with different luck. */
function chosen(policy: Policy, candidates: readonly Candidate[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++) {
    const id = policy.choose(candidates, outlook(60_000, seed * 7919))?.volunteer ?? 'nobody';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

const three = [
  candidate('busy', { queued: 1, sinceAssignedMs: 10, finishMs: 400, durationMs: 200 }),
  candidate('slow', { queued: 0, sinceAssignedMs: 900, finishMs: 9000, durationMs: 9000 }),
  candidate('idle', { queued: 0, sinceAssignedMs: 500, finishMs: 500, durationMs: 500 }),
];

describe('whom they choose', () => {
  it('random: anybody, equally often', () => {
    for (const count of chosen(randomChoice, three).values()) expect(count).toBeGreaterThan(150);
    expect(chosen(randomChoice, three).size).toBe(3);
  });

  it('round-robin, pull, deadline re-issue and LATE: whoever waits longest', () => {
    for (const policy of [roundRobin, pull, deadlineReissue, late]) {
      expect(chosen(policy, three)).toEqual(new Map([['slow', 600]]));
    }
  });

  it('least loaded: the shortest queue, by chance among equals', () => {
    const counts = chosen(leastLoaded, three);
    expect(counts.has('busy')).toBe(false);
    expect(counts.get('slow')).toBeGreaterThan(200);
    expect(counts.get('idle')).toBeGreaterThan(200);
  });

  it('two choices: the shorter of two queues, so that the longest of three never wins', () => {
    const queues = [0, 1, 2].map((queued) => candidate(`q${queued}`, { queued }));
    const counts = chosen(twoChoices, queues);
    expect(counts.has('q2')).toBe(false);
    // The shortest is among two of three in two draws of three.
    expect((counts.get('q0') ?? 0) / 600).toBeCloseTo(2 / 3, 1);
    expect(chosen(twoChoices, queues.slice(2))).toEqual(new Map([['q2', 600]]));
  });

  it('minimum completion: the earliest end, busy or not', () => {
    expect(chosen(minimumCompletion, three)).toEqual(new Map([['busy', 600]]));
  });
});

describe('how deep their queues are', () => {
  it('pull and LATE ask for the next task when one is done; the others have one in hand', () => {
    for (const policy of all) {
      const pulls = policy === pull || policy === late;
      expect([policy.depth(null, 100), policy.depth(15_000, 100)]).toEqual(pulls ? [1, 1] : [2, 2]);
    }
  });
});

describe('when they do something twice', () => {
  const fresh = candidate('fresh', { durationMs: 1000, finishMs: 1000 });
  const stuck = runningTask({ elapsedMs: 20_000, share: 0.1, remainingMs: 20_000 });

  it('only the two that are known for it, never the others', () => {
    const hedging = all.filter((policy) => policy.hedge(stuck, fresh));
    expect(hedging).toEqual([deadlineReissue, late]);
  });

  it('deadline re-issue: after four expected times, whatever it looks like', () => {
    const at = (elapsedMs: number) => deadlineReissue.hedge(runningTask({ elapsedMs, expectedMs: 1000 }), fresh);
    expect([at(3999), at(4001)]).toEqual([false, true]);
  });

  it('LATE: what is slow and would end sooner elsewhere, once no work waits', () => {
    expect(late.hedge({ ...stuck, workWaits: true }, fresh)).toBe(false);
    expect(late.hedge(stuck, candidate('slow', { durationMs: 1000, finishMs: 30_000 }))).toBe(false);
    // At a pace of 1,000 ms a task it is as fast as the idle one.
    expect(late.hedge(runningTask({ elapsedMs: 400, share: 0.4, remainingMs: 1500 }), fresh)).toBe(false);
    expect(late.hedge(runningTask({ elapsedMs: 400, share: 0.2, remainingMs: 1600 }), fresh)).toBe(true);
    // Too early to say.
    expect(late.hedge(runningTask({ elapsedMs: 100, share: 0.01, remainingMs: 9000 }), fresh)).toBe(false);
    // Nothing heard yet: it is as slow as it was expected to be.
    expect(late.hedge(runningTask({ elapsedMs: 400, share: 0, expectedMs: 1000, remainingMs: 1600 }), fresh)).toBe(
      false,
    );
    expect(late.hedge(runningTask({ elapsedMs: 4000, share: 0, expectedMs: 1000, remainingMs: 1600 }), fresh)).toBe(
      true,
    );
  });
});
