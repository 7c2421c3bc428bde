import { neverHedge, PREFETCH } from './never-hedge.js';
import type { Policy } from './policy.js';

/** The shortest queue, by chance among equals: join-shortest-queue (Winston 1977). Counts tasks, not their time. */
export const leastLoaded: Policy = {
  name: 'least-loaded',
  shortlist: 'random',
  ahead: 'early',
  depth: () => PREFETCH,
  choose(candidates, { random }) {
    const least = Math.min(...candidates.map((c) => c.queued));
    const equals = candidates.filter((c) => c.queued === least);
    return equals[Math.floor(random.next() * equals.length)] ?? null;
  },
  hedge: neverHedge,
};
