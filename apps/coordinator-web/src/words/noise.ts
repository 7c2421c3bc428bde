import type { NoiseState } from '@tabgrid/coordinator/api';
import { percentOf } from './format.js';

/** Words for how noisy a picture is. Pure. */

/** How much of the picture is as good as asked for; a dash while nobody knows. */
export function metText({ met }: Pick<NoiseState, 'met'>): string {
  return met === null ? '–' : `in ${percentOf(met)} %`;
}

/** Two figures; a dash while nobody knows. */
export function noiseFigure(level: number | null): string {
  return level === null || !Number.isFinite(level) ? '–' : String(Number(level.toPrecision(2)));
}
