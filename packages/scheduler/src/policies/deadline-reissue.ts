import { longestWaiting } from './longest-waiting.js';
import { PREFETCH } from './never-hedge.js';
import type { Policy } from './policy.js';

/** A result is late after so many times what it was expected to take; projects set days for hours of work. */
const DEADLINE_DURATIONS = 4;

/**
 * Whoever asks gets work, with a deadline; what is not back by then goes to somebody else as well (Anderson 2020: “BOINC: a
 * platform for volunteer computing”, `delay_bound`). Kinder than the original: here a departure that the link notices
 * does not wait for the deadline.
 */
export const deadlineReissue: Policy = {
  name: 'deadline-reissue',
  shortlist: 'waiting',
  ahead: 'early',
  depth: () => PREFETCH,
  choose: longestWaiting,
  hedge: ({ elapsedMs, expectedMs }) => elapsedMs > DEADLINE_DURATIONS * expectedMs,
};
