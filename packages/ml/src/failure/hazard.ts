import type { Millis } from '@tabgrid/protocol/ids';
import { leavesWithinAMinute, type Probability } from '@tabgrid/scheduler/oracle';
import { HORIZON_MS } from '../observation.js';

/**
 * The hazard of a session in discrete time: the next minute in pieces, each with a chance to end in it for who is still there at
 * its beginning. Chances come from a log-odds of the plain oracle plus what a net adds (proportional odds, Cox 1972).
 */

/** Ends of the pieces; the first begins now. */
export const PIECE_ENDS_MS: readonly Millis[] = [10_000, 30_000, HORIZON_MS];

export const PIECES = PIECE_ENDS_MS.length;

/** Beyond this log-odds nobody is that sure. */
const MOST_LOG_ODDS = 10;

export function pieceStart(piece: number): Millis {
  return piece === 0 ? 0 : (PIECE_ENDS_MS[piece - 1] ?? 0);
}

const pieceLength = (piece: number): Millis => (PIECE_ENDS_MS[piece] ?? 0) - pieceStart(piece);

/** −ln of the chance to stay: hazards of one span after another add up, chances do not. */
export function hazardOf(p: Probability): number {
  return -Math.log1p(-Math.min(p, 1 - 1e-9));
}

export function chanceOf(hazard: number): Probability {
  return -Math.expm1(-hazard);
}

/** Hazard of the piece that has that log-odds: softplus. */
export function hazardOfLogOdds(logOdds: number): number {
  const x = Math.min(MOST_LOG_ODDS, Math.max(-MOST_LOG_ODDS, logOdds));
  return Math.log1p(Math.exp(x));
}

/** What the plain oracle believes of a piece of the next minute: within it its rate is constant. */
export function plainHazard(piece: number, ageMs: Millis): number {
  return (hazardOf(leavesWithinAMinute(age(ageMs))) * pieceLength(piece)) / HORIZON_MS;
}

/** The same as a log-odds: where the net's answer is added. */
export function plainLogOdds(piece: number, ageMs: Millis): number {
  return Math.log(Math.expm1(plainHazard(piece, ageMs)));
}

const age = (ms: Millis): Millis => (ms > 0 ? ms : 0);

const STEP_MS: Millis = 10_000;
/** The plain oracle's rate does not change any more after this age. */
const LAST_MS: Millis = 1_800_000;

/** The plain hazard summed over a session's age, at every step of it (trapezoids). */
const SUMMED: readonly number[] = (() => {
  const rate = (ageMs: Millis) => hazardOf(leavesWithinAMinute(ageMs)) / HORIZON_MS;
  const sums = [0];
  for (let at = 0; at < LAST_MS; at += STEP_MS) {
    sums.push((sums[sums.length - 1] ?? 0) + ((rate(at) + rate(at + STEP_MS)) / 2) * STEP_MS);
  }
  return sums;
})();

const LAST_SUM = SUMMED[SUMMED.length - 1] ?? 0;
const LAST_RATE = hazardOf(leavesWithinAMinute(LAST_MS)) / HORIZON_MS;

/** Plain hazard from the beginning of a session to an age: what lies between two ages is the difference, so it adds up. */
export function summedHazard(ageMs: Millis): number {
  if (ageMs >= LAST_MS) return LAST_SUM + (ageMs - LAST_MS) * LAST_RATE;
  const steps = age(ageMs) / STEP_MS;
  const i = Math.floor(steps);
  const from = SUMMED[i] ?? 0;
  return from + ((SUMMED[i + 1] ?? from) - from) * (steps - i);
}
