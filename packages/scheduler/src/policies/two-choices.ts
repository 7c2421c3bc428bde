import { neverHedge, PREFETCH } from './never-hedge.js';
import type { Policy } from './policy.js';

/** The shorter queue of two drawn at random (Mitzenmacher 2001: “The power of two choices”). */
export const twoChoices: Policy = {
  name: 'two-choices',
  shortlist: 'random',
  ahead: 'early',
  depth: () => PREFETCH,
  choose(candidates, { random }) {
    const first = Math.floor(random.next() * candidates.length);
    // A second one that is not the first, where there is one.
    const others = Math.max(1, candidates.length - 1);
    const second = (first + 1 + Math.floor(random.next() * others)) % candidates.length;
    const [a, b] = [candidates[first], candidates[second]];
    if (!a || !b) return a ?? null;
    return b.queued < a.queued ? b : a;
  },
  hedge: neverHedge,
};
