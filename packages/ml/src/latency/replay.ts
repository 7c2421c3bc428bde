import { RESIDUAL_UNIT } from './part.js';

/** Round trips that are learned from, and others that are only measured against. */

export interface Trip {
  readonly volunteer: string;
  readonly features: readonly number[];
  /** log(round trip ÷ what the plain oracle said), in units. */
  readonly residual: number;
}

/** A trip e^1.5 times as long as expected and one a thousand times as long teach the same: it was late. */
const MOST_RESIDUAL = 1.5 / RESIDUAL_UNIT;

export function residualOf(ms: number, plainMs: number): number {
  const residual = Math.log(ms / plainMs) / RESIDUAL_UNIT;
  return Math.min(MOST_RESIDUAL, Math.max(-MOST_RESIDUAL, residual));
}

/** The last so many, oldest first, and how many of them each volunteer has. */
export interface Recent {
  add(trip: Trip): void;
  readonly trips: readonly Trip[];
  /**
   * Trips of one volunteer count together no more than those of an average one: somebody who answers a thousand times a minute has
   * no more to say than the others.
   */
  weightOf(trip: Trip): number;
  clear(): void;
}

export function createRecent(most: number): Recent {
  const trips: Trip[] = [];
  const counts = new Map<string, number>();
  const count = (volunteer: string, change: number) => {
    const now = (counts.get(volunteer) ?? 0) + change;
    if (now > 0) counts.set(volunteer, now);
    else counts.delete(volunteer);
  };
  return {
    trips,
    add(trip) {
      trips.push(trip);
      count(trip.volunteer, 1);
      // In one go now and then: shifting an array each time would cost its length.
      if (trips.length < 2 * most) return;
      for (const { volunteer } of trips.splice(0, trips.length - most)) count(volunteer, -1);
    },
    weightOf: ({ volunteer }) => Math.min(1, trips.length / counts.size / (counts.get(volunteer) ?? 1)),
    clear() {
      trips.length = 0;
      counts.clear();
    },
  };
}
