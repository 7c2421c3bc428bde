/** What owners may ask for, for the pages' own checks. */

export { BUILTIN_WORLDS } from '@tabgrid/assets/worlds/names';
export { FIRST_SAMPLES, NOISE_TARGETS } from '@tabgrid/splitters/render/noise';

/** Radiances that samples may be cut off at. */
export const CLAMPS = { min: 0.001, max: 1_000_000 } as const;

export { FRAMES_A_SECOND, SIMULATION_BOUNDS } from './simulation/check.js';
