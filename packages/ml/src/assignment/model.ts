import { createRecentScore } from '../failure/score.js';
import type { Model } from '../model.js';
import type { DepartureObservation } from '../observation.js';
import { liftsOf } from './lift.js';
import { type AssignmentPart, NO_ASSIGNMENT, plainLift, SETS } from './part.js';

/**
 * Learns who leaves together: for each volunteer that left, which of the others left too, by what they had in common.
 *
 * 1. Counts alone: no net is trained, and `train` draws no random number.
 * 2. Older departures are forgotten by and by, so that a habit that ended does not rule for ever.
 */

/** Pairs seen count less by this factor once as many again were seen. */
const MEMORY_PAIRS = 20_000;
/** Of a single departure: a crowd is told about by some of it. */
const MOST_OTHERS = 200;

export function createAssignmentModel(): Model<AssignmentPart> {
  const pairs = new Float64Array(SETS);
  const left = new Float64Array(SETS);
  const score = createRecentScore();
  let part = NO_ASSIGNMENT;
  let samples = 0;

  function isSound({ others }: DepartureObservation): boolean {
    return others.every(({ bonds }) => Number.isInteger(bonds) && bonds >= 0 && bonds < SETS);
  }

  /** The chance that somebody leaves with another, who has nothing to do with it. */
  function base(): number {
    return ((left[0] ?? 0) + 1) / ((pairs[0] ?? 0) + 12);
  }

  return {
    name: 'assignment',
    observe(observation) {
      if (observation.type !== 'departure' || !isSound(observation)) return;
      const by = base();
      for (const other of observation.others.slice(0, MOST_OTHERS)) {
        // Pairs without a bond are the same to both.
        if (other.bonds !== 0) {
          score.add(
            Math.min(1, by * (part.lifts[other.bonds] ?? 1)),
            Math.min(1, by * plainLift(other.bonds)),
            other.left,
          );
        }
      }
      for (const other of observation.others.slice(0, MOST_OTHERS)) {
        pairs[other.bonds] = (pairs[other.bonds] ?? 0) + 1;
        if (other.left) left[other.bonds] = (left[other.bonds] ?? 0) + 1;
        samples++;
      }
      const kept = pairs.reduce((a, b) => a + b, 0);
      if (kept > MEMORY_PAIRS) {
        const factor = MEMORY_PAIRS / kept;
        for (let set = 0; set < SETS; set++) {
          pairs[set] = (pairs[set] ?? 0) * factor;
          left[set] = (left[set] ?? 0) * factor;
        }
      }
    },
    async train() {
      part = { samples, lifts: liftsOf({ pairs, left }), pairs: [...pairs], left: [...left] };
    },
    part: () => part,
    restore(from) {
      part = from;
      samples = from.samples;
      pairs.set(from.pairs);
      left.set(from.left);
    },
    score: () => score.value(),
    close() {},
  };
}
