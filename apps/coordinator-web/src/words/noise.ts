import type { NoiseState } from '@tabgrid/coordinator/api';

/** Words for how noisy a picture is. Pure. */

/** What it is and what it is to be: `0.031 → 0.02`. */
export function noiseText({ target, level }: NoiseState): string {
  return `${noiseFigure(level)} → ${target}`;
}

/** Two figures; a dash while nobody knows. */
export function noiseFigure(level: number | null): string {
  return level === null || !Number.isFinite(level) ? '–' : String(Number(level.toPrecision(2)));
}
