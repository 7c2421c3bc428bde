import type { VolunteerId } from '@tabgrid/protocol/ids';

/**
 * Volunteers whose outcomes nobody could expect while everybody else's are about as predicted: noise, or lies. What they do says
 * nothing about others, so that calibration leaves them out and the net hardly learns from them. When many err, the world
 * has changed, and nobody is odd.
 */
export interface Oddities {
  /** @param error |observed − predicted median|, in half-widths of the plain interval: that follows a volunteer's own noise */
  learn(volunteer: VolunteerId, error: number): void;
  isOdd(volunteer: VolunteerId): boolean;
}

const WEIGHT = 0.1;
/** Before so many outcomes nothing is said of anybody. */
const LEAST_OUTCOMES = 8;
const LEAST_OTHERS = 2;
/** Mean error that is odd, and how many times that of others it has to be. */
const ODD = 2;
const TIMES_USUAL = 4;
/** One outcome counts for no more. */
const MOST_ERROR = 10;
const MOST_VOLUNTEERS = 500;

export function createOddities(): Oddities {
  const volunteers = new Map<VolunteerId, { outcomes: number; error: number }>();
  return {
    learn(volunteer, error) {
      const before = volunteers.get(volunteer) ?? { outcomes: 0, error: 0 };
      const outcomes = before.outcomes + 1;
      // The mean of the first ones, then exponentially forgotten.
      const weight = Math.max(WEIGHT, 1 / outcomes);
      volunteers.delete(volunteer);
      volunteers.set(volunteer, {
        outcomes,
        error: before.error + weight * (Math.min(MOST_ERROR, error) - before.error),
      });
      for (const [oldest] of volunteers) {
        if (volunteers.size <= MOST_VOLUNTEERS) break;
        volunteers.delete(oldest);
      }
    },
    isOdd(volunteer) {
      const own = volunteers.get(volunteer);
      if (!own || own.outcomes < LEAST_OUTCOMES || own.error < ODD) return false;
      const others: number[] = [];
      for (const [id, { outcomes, error }] of volunteers) {
        if (id !== volunteer && outcomes >= LEAST_OUTCOMES) others.push(error);
      }
      others.sort((a, b) => a - b);
      const usual = others[others.length >> 1];
      return others.length >= LEAST_OTHERS && usual !== undefined && own.error > TIMES_USUAL * usual;
    },
  };
}
