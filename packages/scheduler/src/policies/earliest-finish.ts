import type { Candidate, Policy } from './policy.js';

/** A result is checked, stored and answered by a page that has other things to do as well. */
const LEAST_DEPTH = 2;
/** Volunteers hold no more than 16 attempts; a finished one counts until its result is away. */
const MOST_DEPTH = 12;

/**
 * A task goes to the volunteer with the least expected finish. One that is busy now may well be faster than an idle
 * one: the idle one gets the task all the same unless that would end the job later.
 */
export const earliestFinish: Policy = {
  name: 'earliest-finish',

  depth(durationMs, turnaroundMs) {
    if (durationMs === null) return LEAST_DEPTH;
    // One runs, one is there when it ends, and as many more as end within one turnaround.
    const within = Math.ceil(turnaroundMs / Math.max(durationMs, 1));
    return Math.min(MOST_DEPTH, LEAST_DEPTH + within);
  },

  choose(candidates, horizonMs) {
    const best = earliest(candidates);
    if (!best || best.room > 0) return best;
    const free = earliest(candidates.filter((c) => c.room > 0));
    if (!free) return null;
    // Somebody new shows what it can do only by doing it.
    const tryIt = !free.measured && free.queued === 0;
    return tryIt || free.finishMs <= horizonMs ? free : null;
  },

  worthCloning: (remainingMs, freshMs) => remainingMs > 1.5 * freshMs,
};

function earliest(candidates: readonly Candidate[]): Candidate | null {
  let best: Candidate | null = null;
  for (const c of candidates) if (!best || c.finishMs < best.finishMs) best = c;
  return best;
}
