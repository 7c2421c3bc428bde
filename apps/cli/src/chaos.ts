import type { Verification } from '@tabgrid/protocol/task';
import { UsageError } from './usage-error.js';

/** A fault that happens in mid-job. */
export interface ChaosAction {
  /**
   * `kill` closes volunteers' tabs, `freeze` stops them in mid-air, `lie` has them return wrong results from then on;
   * `reload` reloads the dashboard, `signaling` kills the server and starts it again.
   */
  readonly kind: 'kill' | 'freeze' | 'lie' | 'reload' | 'signaling';
  /** Volunteers' tabs that it happens to; 0 for a fault of the dashboard or the server. */
  readonly count: number;
  /** Share of the work accepted at which it happens, from 0 to below 1. */
  readonly at: number;
}

const ITEM = /^(?:(kill|freeze|lie)=(\d+)|(reload|signaling))@(\d*\.?\d+|\d+\.)$/;

const HOW =
  'write kill=K@F, freeze=K@F, lie=K@F, reload@F or signaling@F, with K tabs, at least 1, and F from 0 to below 1.';

function parseItem(item: string): ChaosAction {
  const [, ofTabs, count, ofOthers, at] = ITEM.exec(item) ?? [];
  const kind = ofTabs ?? ofOthers;
  const wrong = new UsageError(`--chaos ${item}: ${HOW}`);
  if (Number(at) >= 1 || (ofTabs !== undefined && Number(count) < 1)) throw wrong;
  switch (kind) {
    case 'kill':
    case 'freeze':
    case 'lie':
      return { kind, count: Number(count), at: Number(at) };
    case 'reload':
    case 'signaling':
      return { kind, count: 0, at: Number(at) };
    default:
      throw wrong;
  }
}

/** Tabs that return wrong results sooner or later. */
export function liars(chaos: readonly ChaosAction[]): number {
  return chaos.reduce((sum, { kind, count }) => sum + (kind === 'lie' ? count : 0), 0);
}

/** Volunteers without which nothing can be compared. */
export const FEWEST_TO_COMPARE = 2;

/**
 * Reads a list such as `kill=1@0.3,reload@0.6`, in the order in which the faults happen.
 * @throws UsageError for anything else, when too few tabs would be left, and for lies that nothing would find
 */
export function parseChaos(
  list: string,
  { volunteers, verify }: { readonly volunteers: number; readonly verify: Verification },
): readonly ChaosAction[] {
  const actions = list
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map(parseItem);
  if (liars(actions) > 0 && verify === 'none') {
    throw new UsageError('--chaos lie: wrong results are found by comparing only; leave --verify none out.');
  }
  const victims = actions.reduce((sum, action) => sum + action.count, 0);
  const needed = verify === 'replicate' || liars(actions) > 0 ? FEWEST_TO_COMPARE : 1;
  if (victims > 0 && volunteers - victims < needed) {
    const [who, why] =
      needed === 1 ? ['at least one', ''] : [`at least ${needed} honest ones`, ', to compare their results'];
    throw new UsageError(
      `--chaos takes ${victims} of ${volunteers} volunteers: leave ${who}${why}, or open more with --volunteers.`,
    );
  }
  return [...actions].sort((a, b) => a.at - b.at);
}
