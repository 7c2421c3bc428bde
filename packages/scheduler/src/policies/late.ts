import { longestWaiting } from './longest-waiting.js';
import type { Policy, RunningTask } from './policy.js';

/**
 * A task is slow when its pace is below the 25th percentile. Of log-normal speeds with σ = 0.5, that is 0.71 of the
 * median, and no percentile of all tasks is at hand here, so that the pace is held against the idle volunteer's.
 */
const SLOW_PACE = 0.71;

/** Before this share of its expected time a task's pace says nothing (the paper waits a minute of tasks of minutes). */
const LEAST_ELAPSED = 0.25;

/**
 * Longest approximate time to end (Zaharia, Konwinski, Joseph, Katz and Stoica 2008: “Improving MapReduce performance in
 * heterogeneous environments”): pulls work, and when none waits, tries slow tasks again on volunteers that are not slow, the
 * one with the longest time to end first. The cap on what may run twice is the job's own (there 10 % of the slots).
 */
export const late: Policy = {
  name: 'late',
  shortlist: 'waiting',
  ahead: 'early',
  depth: () => 1,
  choose: longestWaiting,
  hedge(running, fresh) {
    if (running.workWaits || running.elapsedMs < LEAST_ELAPSED * running.expectedMs) return false;
    const slow = fresh.durationMs < SLOW_PACE * wholeMs(running);
    return slow && fresh.finishMs < running.remainingMs;
  },
};

/** What the whole task takes at its pace so far; as expected while nothing was heard of it. */
function wholeMs({ elapsedMs, expectedMs, share }: RunningTask): number {
  return share > 0 ? elapsedMs / share : Math.max(elapsedMs, expectedMs);
}
