import type { Candidate, Policy, RunningTask } from './policy.js';

/** A result is checked, stored and answered by a page that has other things to do as well. */
const LEAST_DEPTH = 2;
/** Volunteers hold no more than 16 attempts; a finished one counts until its result is away. */
const MOST_DEPTH = 12;

/** A second attempt must promise to be sooner by so much: what is expected is not certain. */
const MARGIN = 1.2;
/** While other work waits, a second attempt takes somebody's place: only what is all but lost is worth it. */
const BUSY_MARGIN = 3;

/**
 * A task goes to the volunteer with the least expected finish, divided by the chance that it stays so long. One that would
 * end later than all the waiting work needs if everybody else did it gets nothing, however idle it is.
 */
export const earliestFinish: Policy = {
  name: 'earliest-finish',
  shortlist: 'best',
  ahead: 'late',

  depth(durationMs, turnaroundMs) {
    if (durationMs === null) return LEAST_DEPTH;
    // One runs, one is there when it ends, and as many more as end within one turnaround.
    const within = Math.ceil(turnaroundMs / Math.max(durationMs, 1));
    return Math.min(MOST_DEPTH, LEAST_DEPTH + within);
  },

  choose(candidates, { horizonMs }) {
    const best = soonest(candidates);
    if (!best) return null;
    // Somebody new shows what it can do only by doing it.
    const tryIt = !best.measured && best.queued === 0;
    return tryIt || best.finishMs <= horizonMs ? best : null;
  },

  hedge(running, fresh) {
    const margin = running.workWaits ? BUSY_MARGIN : MARGIN;
    return expectedEnd(running, fresh) > margin * (fresh.finishMs / likely(fresh.survival));
  },
};

/** Time to a running task's end; if its volunteer vanishes, somebody like `fresh` begins it anew. */
function expectedEnd({ remainingMs, failure }: RunningTask, fresh: Candidate): number {
  return remainingMs + failure * fresh.finishMs;
}

const likely = (chance: number): number => Math.max(0.05, chance);

function soonest(candidates: readonly Candidate[]): Candidate | null {
  let best: Candidate | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const c of candidates) {
    const time = c.finishMs / likely(c.survival);
    if (c.room > 0 && time < least) [best, least] = [c, time];
  }
  return best;
}
