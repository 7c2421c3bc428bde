import { UsageError } from './usage-error.js';

/** A fault that happens to volunteers' tabs in mid-job. */
export interface ChaosAction {
  readonly kind: 'kill' | 'freeze';
  /** Tabs it happens to. */
  readonly count: number;
  /** Share of the work accepted at which it happens, between 0 and 1. */
  readonly at: number;
}

/**
 * Reads a list such as `kill=1@0.3,freeze=1@0.6`, in the order in which the faults happen.
 * @throws UsageError for anything else, and when no tab would be left
 */
export function parseChaos(list: string, volunteers: number): readonly ChaosAction[] {
  const actions = list
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => {
      const match = /^(kill|freeze)=(\d+)@(0?\.\d+|0|1|0\.0*)$/.exec(item);
      const [, kind, count, at] = match ?? [];
      if ((kind !== 'kill' && kind !== 'freeze') || Number(count) < 1 || Number(at) >= 1) {
        throw new UsageError(`--chaos ${item}: write kill=K@F or freeze=K@F, K at least 1, F from 0 to below 1.`);
      }
      return { kind, count: Number(count), at: Number(at) } as const;
    });
  const victims = actions.reduce((sum, action) => sum + action.count, 0);
  if (victims >= volunteers && victims > 0) {
    throw new UsageError(
      `--chaos takes ${victims} of ${volunteers} volunteers: leave at least one, or open more with --volunteers.`,
    );
  }
  return [...actions].sort((a, b) => a.at - b.at);
}
