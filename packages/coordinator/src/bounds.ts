/** What owners may ask for, for the pages' own checks. */

export { FIRST_SAMPLES, NOISE_TARGETS } from '@tabgrid/splitters/render/noise';

/** Radiances that samples may be cut off at. */
export const CLAMPS = { min: 0.001, max: 1_000_000 } as const;
