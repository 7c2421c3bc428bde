/** What a world may hold, so that the kernel's integers can compute it. */

/** Bodies that move. */
export const MOST_BODIES = 1_000_000;
export const MOST_PLANES = 32;
export const MOST_STATICS = 64;
/** Coordinates are below 2048 m: 31 bits of 2^-20 m. Some room is left to move. */
export const FARTHEST_M = 2000;
/** Radius or half a side: contacts are found 1 cm early, and half of that still has to be told from a body's size. */
export const LEAST_SIZE_M = 0.005;
/** Around a body or a static box: the grid's cells are twice as wide and have to fit a coordinate. */
export const MOST_BOUNDS_M = 500;
/** Longest side of a body's box by its shortest: beyond, how easily it turns no longer fits a word. */
export const MOST_ASPECT = 100;
/** Largest moment of inertia by the smallest: of the 28 bits of its inverse, 8 are left. */
export const MOST_INERTIA_RATIO = 2 ** 20;
/** m/s; a body moves at most 0.25 m a substep. */
export const MOST_SPEED = 100;
/** rad/s. */
export const MOST_SPIN = 200;
/** m/s² along each axis. */
export const MOST_GRAVITY = 100;
export const MOST_FRICTION = 2;
/** Mass of one body, kg: numbers that single precision holds. */
export const MASSES = [1e-9, 1e12] as const;
/** Bodies may overlap at the start by this share of the smaller one's least half side, or radius. */
export const MOST_OVERLAP = 0.05;
