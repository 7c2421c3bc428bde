import { neverHedge, PREFETCH } from './never-hedge.js';
import type { Policy } from './policy.js';

/** Anybody with room, by chance: the baseline that knows nothing (Eager, Lazowska and Zahorjan 1986, policy “random”). */
export const randomChoice: Policy = {
  name: 'random',
  shortlist: 'random',
  ahead: 'early',
  depth: () => PREFETCH,
  choose: (candidates, { random }) => candidates[Math.floor(random.next() * candidates.length)] ?? null,
  hedge: neverHedge,
};
