import { longestWaiting } from './longest-waiting.js';
import { neverHedge, PREFETCH } from './never-hedge.js';
import type { Policy } from './policy.js';

/** One after the other, whoever was handed something longest ago, as name servers and web balancers do by default. */
export const roundRobin: Policy = {
  name: 'round-robin',
  shortlist: 'waiting',
  ahead: 'early',
  depth: () => PREFETCH,
  choose: longestWaiting,
  hedge: neverHedge,
};
