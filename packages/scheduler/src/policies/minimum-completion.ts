import { neverHedge, PREFETCH } from './never-hedge.js';
import type { Candidate, Policy } from './policy.js';

/**
 * Earliest finish by the running average of each volunteer's speed, and nothing else: minimum completion time
 * (Maheswaran, Ali, Siegel, Hensgen and Freund 1999, “MCT”). Blind to departures, and never does anything twice.
 */
export const minimumCompletion: Policy = {
  name: 'minimum-completion',
  shortlist: 'best',
  ahead: 'early',
  depth: () => PREFETCH,
  choose(candidates) {
    let best: Candidate | null = null;
    for (const c of candidates) if (!best || c.finishMs < best.finishMs) best = c;
    return best;
  },
  hedge: neverHedge,
};
