import { chanceOf, hazardOfLogOdds } from './hazard.js';

/**
 * Corrects a minute's chance p with hazard H = −ln(1 − p) to the log-odds level + low · ln p + high · H: beta calibration (Kull,
 * Silva Filho and Flach 2017). 0, 1, 1 corrects nothing; `low` bends what is unlikely, `high` what is likely; it is monotone.
 */
export interface HazardCalibration {
  readonly level: number;
  readonly low: number;
  readonly high: number;
}

export const NO_CALIBRATION: HazardCalibration = { level: 0, low: 1, high: 1 };

/** A minute's hazard as the net has it, and whether the volunteer left within that minute. */
export interface CalibrationOutcome {
  readonly hazard: number;
  readonly left: boolean;
}

const LEAST_HAZARD = 1e-9;
const MOST_HAZARD = 10;

/** The calibrated hazard of the minute. */
export function calibrated({ level, low, high }: HazardCalibration, hazard: number): number {
  const h = Math.min(MOST_HAZARD, Math.max(LEAST_HAZARD, hazard));
  return hazardOfLogOdds(level + low * Math.log(chanceOf(h)) + high * h);
}

/** Level, low and high are held to 0, 1 and 1 as if so much had been learned about them already (in Fisher information). */
const PRIOR = [2, 10, 10] as const;
const IDENTITY = [0, 1, 1] as const;
/** Ends of what they may become: a slope above 0 keeps a chance growing with what the net says. */
export const LOWEST = [-5, 0.2, 0.05] as const;
export const HIGHEST = [5, 5, 5] as const;
const ROUNDS = 20;

/** Maximum a posteriori by Newton's method. The same outcomes give the same. */
export function calibrate(outcomes: readonly CalibrationOutcome[]): HazardCalibration {
  let w: readonly number[] = IDENTITY;
  const rows = outcomes.map(({ hazard, left }) => {
    const h = Math.min(MOST_HAZARD, Math.max(LEAST_HAZARD, hazard));
    return { x: [1, Math.log(chanceOf(h)), h] as const, left };
  });
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = w.map((value, i) => -(PRIOR[i] ?? 0) * (value - (IDENTITY[i] ?? 0)));
    const curvature = w.map((_, i) => w.map((_, j): number => (i === j ? (PRIOR[i] ?? 0) : 0)));
    for (const { x, left } of rows) {
      const z = x[0] * (w[0] ?? 0) + x[1] * (w[1] ?? 0) + x[2] * (w[2] ?? 0);
      const p = 1 / (1 + Math.exp(-z));
      for (const [i, row] of curvature.entries()) {
        gradient[i] = (gradient[i] ?? 0) + ((left ? 1 : 0) - p) * (x[i] ?? 0);
        for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) + p * (1 - p) * (x[i] ?? 0) * (x[j] ?? 0);
      }
    }
    const step = solve(curvature, gradient);
    w = w.map((value, i) => Math.min(HIGHEST[i] ?? 0, Math.max(LOWEST[i] ?? 0, value + (step[i] ?? 0))));
    if (step.every((s) => Math.abs(s) < 1e-6)) break;
  }
  const [level = 0, low = 1, high = 1] = w;
  return { level, low, high };
}

/** Gauss–Jordan elimination of a symmetric positive definite system. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  for (const [i, pivot] of rows.entries()) {
    for (const [j, row] of rows.entries()) {
      if (i === j) continue;
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1);
      for (let k = i; k < row.length; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row[rows.length] ?? 0) / (row[i] ?? 1));
}
