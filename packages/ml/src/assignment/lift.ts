import { BONDS } from './bonds.js';
import { MOST_LIFT, PLAIN_LIFT, plainLift, SETS } from './part.js';

/** For every set of bonds: pairs seen, and those of them that left together. */
export interface PairCounts {
  readonly pairs: ArrayLike<number>;
  readonly left: ArrayLike<number>;
}

/** A bond's logarithm of lift is believed within ±0.7 of the plain rule's before anything was seen. */
const BOND_PRECISION = 1 / 0.7 ** 2;
/** A set of bonds is believed to be what its bonds make of it, as if so many of its pairs had been expected to leave together. */
const SET_EXPECTED = 5;
/** Pairs without a bond of which one in twelve is believed to leave with the other, before anything was seen. */
const BASE_PAIRS = 12;
const ROUNDS = 60;

/**
 * Lifts of all sets of bonds over pairs without any, in two steps of empirical Bayes: a log-linear Poisson model over single
 * bonds, held to the plain rule by a normal prior (Newton steps, one bond at a time); then each set by itself, held to that by
 * a gamma prior (Gamma–Poisson, Clayton and Kaldor 1987). What was not seen stays as the plain rule has it.
 */
export function liftsOf({ pairs, left }: PairCounts): readonly number[] {
  const base = ((left[0] ?? 0) + 1) / ((pairs[0] ?? 0) + BASE_PAIRS);
  const prior = BONDS.map((_, bond) => (bond < 2 ? Math.log(PLAIN_LIFT) : 0));
  const logLifts = [...prior];
  const expectedLift = (set: number): number => {
    const sum = logLifts.reduce((all, x, bond) => (set & (1 << bond) ? all + x : all), 0);
    // Network and owner are two words for one bond to the plain rule: it does not count them twice.
    const twice = (set & 0b11) === 0b11 ? Math.min(logLifts[0] ?? 0, logLifts[1] ?? 0) : 0;
    return Math.exp(clampLog(sum - Math.max(0, twice)));
  };
  for (let round = 0; round < ROUNDS; round++) {
    let most = 0;
    for (const [bond, before] of logLifts.entries()) {
      let gradient = -BOND_PRECISION * (before - (prior[bond] ?? 0));
      let curvature = BOND_PRECISION;
      for (let set = 1; set < SETS; set++) {
        const seen = pairs[set] ?? 0;
        if (!(set & (1 << bond)) || seen === 0) continue;
        const expected = seen * Math.min(1, base * expectedLift(set));
        gradient += (left[set] ?? 0) - expected;
        curvature += expected;
      }
      const step = Math.min(0.5, Math.max(-0.5, gradient / curvature));
      logLifts[bond] = clampLog(before + step);
      most = Math.max(most, Math.abs(step));
    }
    if (most < 1e-6) break;
  }
  return Array.from({ length: SETS }, (_, set) => {
    if (set === 0) return plainLift(0);
    const expected = (pairs[set] ?? 0) * base;
    const lift = expectedLift(set);
    const shape = SET_EXPECTED * lift;
    return Math.min(MOST_LIFT, Math.max(1 / MOST_LIFT, (shape + (left[set] ?? 0)) / (SET_EXPECTED + expected)));
  });
}

function clampLog(x: number): number {
  return Math.min(Math.log(MOST_LIFT), Math.max(-Math.log(MOST_LIFT), x));
}
