import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { AcceptedResult } from './tally.js';

/** What each volunteer has given, over all jobs that this page saw. */
export interface Contributions {
  add(result: Pick<AcceptedResult, 'volunteer' | 'kernelMs'>): void;
  takeBack(result: Pick<AcceptedResult, 'volunteer' | 'kernelMs'>): void;
  of(volunteer: VolunteerId): Contribution;
}

export interface Contribution {
  readonly tiles: number;
  readonly kernelMs: Millis;
}

const NOTHING: Contribution = { tiles: 0, kernelMs: 0 };

export function createContributions(): Contributions {
  const given = new Map<VolunteerId, Contribution>();
  const change = (volunteer: VolunteerId, tiles: number, kernelMs: Millis): void => {
    const before = given.get(volunteer) ?? NOTHING;
    given.set(volunteer, { tiles: before.tiles + tiles, kernelMs: before.kernelMs + kernelMs });
  };
  return {
    add: ({ volunteer, kernelMs }) => change(volunteer, 1, kernelMs),
    takeBack: ({ volunteer, kernelMs }) => change(volunteer, -1, -kernelMs),
    of: (volunteer) => given.get(volunteer) ?? NOTHING,
  };
}
