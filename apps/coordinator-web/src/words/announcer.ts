import type { JobView } from '@tabgrid/coordinator/api';
import type { Millis } from '@tabgrid/protocol/ids';
import { jobSentence } from './eta.js';

/**
 * What the live region says. Invariants:
 * 1. A change of job or of its state is said at once.
 * 2. Progress alone is said at most once in `QUIET_MS`, and only when a further tenth is done.
 * 3. The same sentence is never said twice in a row.
 */

/** The shortest time between two remarks about progress. */
export const QUIET_MS: Millis = 15_000;

export interface Announcer {
  /** The sentence to show in the live region now; the one before while there is nothing new. */
  next(job: JobView | null, now: Millis): string;
}

export function createAnnouncer(): Announcer {
  let said = '';
  let saidAt = Number.NEGATIVE_INFINITY;
  let about = '';
  let tenth = 0;
  return {
    next(job, now) {
      if (job === null) return said;
      const key = `${job.id}/${job.state}/${job.notice ?? ''}`;
      const tenthNow = Math.floor(job.share * 10);
      const changed = key !== about;
      if (!changed && (tenthNow <= tenth || now - saidAt < QUIET_MS)) return said;
      about = key;
      tenth = tenthNow;
      said = jobSentence(job);
      saidAt = now;
      return said;
    },
  };
}
