import { type BALANCE_FEATURES, placeOf } from './features.js';

/**
 * Tile coding (Sutton and Barto 2018, 9.5.4): each tiling cuts a plane of two features into cells, of which exactly one is active.
 * Linear in the cells, so that Q-learning stays stable with replay and needs no trainer; pairs, since what matters comes in
 * pairs – how many tasks a turnaround holds against how many wait, how old somebody is against how it has done so far.
 */

interface Axis {
  /** Of the feature. */
  readonly place: number;
  readonly low: number;
  readonly high: number;
  readonly cells: number;
}

const axis = (feature: (typeof BALANCE_FEATURES)[number], low: number, high: number, cells: number): Axis => ({
  place: placeOf(feature),
  low,
  high,
  cells,
});

const USUAL = axis('usual', 1, 13, 6);
const TURNAROUND = axis('turnaround', -10, 4, 7);

const PLANES: readonly (readonly [Axis, Axis])[] = [
  [TURNAROUND, axis('waiting', 0, 4, 4)],
  [USUAL, axis('age', 0, 8, 5)],
  [TURNAROUND, axis('success', 0, 1, 4)],
  [axis('congestion', 0, 1, 4), axis('lateShare', 0, 1, 4)],
  [axis('busyShare', 0, 1, 4), axis('waiting', 0, 4, 4)],
  [axis('aboveUsual', -1, 1, 4), axis('hidden', 0, 1, 2)],
  [axis('roundTrip', 0, 8, 5), axis('jitter', 0, 8, 4)],
  [axis('taskMs', 0, 14, 6), axis('inFlight', 0, 12, 4)],
];

/** Tilings of each plane, each moved by an equal part of a cell. */
const OFFSETS = 2;

interface Tiling {
  readonly x: Axis;
  readonly y: Axis;
  readonly offset: number;
  readonly first: number;
}

const TILINGS: readonly Tiling[] = (() => {
  const made: Tiling[] = [];
  let first = 0;
  for (const [x, y] of PLANES) {
    for (let i = 0; i < OFFSETS; i++) {
      made.push({ x, y, offset: i / OFFSETS, first });
      first += (x.cells + 1) * (y.cells + 1);
    }
  }
  return made;
})();

/** Cells that are active at once: one a tiling. */
export const ACTIVE_CELLS = TILINGS.length;

/** All cells of all tilings. */
export const CELLS = TILINGS.reduce((sum, { x, y }) => sum + (x.cells + 1) * (y.cells + 1), 0);

/** The active cells, one a tiling, into `out` (at least `ACTIVE_CELLS` long), which comes back. */
export function activeCells(features: ArrayLike<number>, out: Uint16Array): Uint16Array {
  for (let i = 0; i < TILINGS.length; i++) {
    const tiling = TILINGS[i];
    if (!tiling) break;
    const { x, y, offset, first } = tiling;
    out[i] = first + cellOf(features, x, offset) * (y.cells + 1) + cellOf(features, y, offset);
  }
  return out;
}

function cellOf(features: ArrayLike<number>, { place, low, high, cells }: Axis, offset: number): number {
  const share = ((features[place] ?? low) - low) / (high - low);
  const cell = Math.floor(Math.min(1, Math.max(0, share)) * cells + offset);
  // What is no number falls into the first cell.
  return cell >= 0 ? Math.min(cells, cell) : 0;
}
