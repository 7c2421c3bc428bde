import type { Policy } from './policy.js';

/** What baselines share that only differ in whom they choose. */

/** One task runs and one is there when it ends. */
export const PREFETCH = 2;

export const neverHedge: Policy['hedge'] = () => false;
