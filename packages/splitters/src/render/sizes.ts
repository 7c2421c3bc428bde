import type { GridState } from '../planner.js';
import { UNKNOWN_UNITS_PER_SECOND } from './cut.js';

/**
 * How large tasks are that are cut by what they cost. Rounds of equal tasks, one for each volunteer, as long as suits everybody;
 * towards the end of the work shorter ones, so that nobody begins anything long when everybody else is about to be done
 * (factoring: Hummel, Schonberg, Flynn 1992). Tasks of a round are equal although volunteers are not: tasks are nobody's until
 * somebody is free, and the fast are free more often. (In simulated grids, sizes by the volunteers' speeds did worse: a large
 * one meant for somebody fast then falls to somebody slow.)
 */

/** A task of a round on the average volunteer: long against its overhead, short against what its loss costs. */
const LONGEST_SECONDS = 0.5;
/** Below that, handing out and taking in costs as much as computing. */
const SHORTEST_SECONDS = 0.1;
/** Rounds at least, where there is time for them. */
const LEAST_ROUNDS = 6;
/** Of the time that is left, a round takes so much at most. */
const TAIL = 0.3;
/** One volunteer too should not have the work in a few lumps: others may come. */
const LEAST_HANDS = 2;

/** What a grid can do. */
export interface Pace {
  /** Tasks of a round. */
  readonly hands: number;
  /** Of everybody together. */
  readonly unitsPerSecond: number;
}

export function paceOf({ volunteers, unitsPerSecond, speeds }: GridState): Pace {
  const together = speeds?.reduce((sum, speed) => sum + speed, 0) ?? 0;
  return {
    hands: Math.max(LEAST_HANDS, volunteers),
    unitsPerSecond: together > 0 ? together : Math.max(1, volunteers) * (unitsPerSecond ?? UNKNOWN_UNITS_PER_SECOND),
  };
}

/** One stretch of work that is done before the next one begins. */
export interface Pass {
  readonly units: number;
  /** Tasks that it may be cut into at most. */
  readonly most: number;
}

/**
 * @param mostTasks of all passes together
 * @returns for each pass its tasks' work units, the largest first; they add up to the pass
 */
export function taskSizes(passes: readonly Pass[], pace: Pace, mostTasks: number): readonly (readonly number[])[] {
  const all = passes.reduce((sum, { units }) => sum + units, 0);
  const seconds = all / pace.unitsPerSecond;
  const fewest = (seconds * pace.hands) / Math.max(pace.hands, mostTasks - 4 * pace.hands * passes.length);
  const usual = Math.max(SHORTEST_SECONDS, Math.min(LONGEST_SECONDS, seconds / LEAST_ROUNDS), fewest);
  let left = seconds;
  return passes.map(({ units, most }) => {
    const lengths = roundsOf(units / pace.unitsPerSecond, left, usual);
    left -= units / pace.unitsPerSecond;
    const tasks = lengths.flatMap((length) =>
      Array<number>(pace.hands).fill((length * pace.unitsPerSecond) / pace.hands),
    );
    if (tasks.length <= most) return tasks;
    return Array<number>(Math.max(1, most)).fill(units / Math.max(1, most));
  });
}

/** Lengths of a pass's rounds: equal ones while much is left, a share of what is left towards the end. */
function roundsOf(pass: number, left: number, usual: number): readonly number[] {
  // The end begins where a usual round would be more than its share.
  const early = Math.min(pass, Math.max(0, left - usual / TAIL));
  const rounds = Math.round(early / usual);
  const lengths = Array<number>(rounds).fill(rounds > 0 && early === pass ? pass / rounds : usual);
  let here = pass - lengths.reduce((sum, length) => sum + length, 0);
  let all = left - (pass - here);
  while (here > 1e-9 * pass) {
    let length = Math.max(SHORTEST_SECONDS, Math.min(usual, TAIL * all));
    // No crumbs.
    if (here - length < SHORTEST_SECONDS / 2) length = here;
    lengths.push(length);
    here -= length;
    all -= length;
  }
  const scale = pass / lengths.reduce((sum, length) => sum + length, 0);
  return lengths.map((length) => length * scale);
}
