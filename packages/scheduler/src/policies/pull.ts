import { longestWaiting } from './longest-waiting.js';
import { neverHedge } from './never-hedge.js';
import type { Policy } from './policy.js';

/**
 * First come, first served: a volunteer has one task and asks for the next when it is done, as in Pando's pull streams
 * (Lavoie, Hendren, Desprez and Correia 2018: “Pando: personal volunteer computing in browsers”) and self-scheduling
 * (Tang and Yew 1986). It never knows who is fast, and pays a round trip a task.
 */
export const pull: Policy = {
  name: 'pull',
  shortlist: 'waiting',
  ahead: 'early',
  depth: () => 1,
  choose: longestWaiting,
  hedge: neverHedge,
};
