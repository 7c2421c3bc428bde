import { REFERENCE_WORDS } from './references.js';

/** Cells that boxes keep clear of rounding in the traversal's own arithmetic. */
const SLACK_CELLS = 0.05;
const GRID_CELLS = 32_767;
/** Cells kept free at each end of the grid. */
const GRID_MARGIN = 2;

/** A tree's grid: cell = (position − origin) ÷ side. */
export interface Grid {
  readonly origin: readonly [number, number, number];
  readonly cell: readonly [number, number, number];
}

export interface Bounds {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
}

/** Of boxes as min xyz, max xyz each; zeros for none. */
export function boundsOf(boxes: Float32Array): Bounds {
  let [lx, ly, lz] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [hx, hy, hz] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < boxes.length; at += 6) {
    lx = Math.min(lx, boxes[at] ?? 0);
    ly = Math.min(ly, boxes[at + 1] ?? 0);
    lz = Math.min(lz, boxes[at + 2] ?? 0);
    hx = Math.max(hx, boxes[at + 3] ?? 0);
    hy = Math.max(hy, boxes[at + 4] ?? 0);
    hz = Math.max(hz, boxes[at + 5] ?? 0);
  }
  return boxes.length === 0 ? { min: [0, 0, 0], max: [0, 0, 0] } : { min: [lx, ly, lz], max: [hx, hy, hz] };
}

/** Cells never so small that 32-bit floats near the scene could not tell them apart, nor 0 for flat scenes. */
export function gridOver({ min, max }: Bounds): Grid {
  const extent = (axis: 0 | 1 | 2) => max[axis] - min[axis];
  const largest = Math.max(extent(0), extent(1), extent(2));
  const side = (axis: 0 | 1 | 2) => {
    const magnitude = Math.max(Math.abs(min[axis]), Math.abs(max[axis]));
    const even = extent(axis) / (GRID_CELLS - 3 * GRID_MARGIN);
    return Math.fround(Math.max(even, largest * 1e-7, magnitude * 2 ** -22, 1e-20));
  };
  const cell: Grid['cell'] = [side(0), side(1), side(2)];
  const start = (axis: 0 | 1 | 2) => Math.fround(min[axis] - GRID_MARGIN * cell[axis]);
  return { origin: [start(0), start(1), start(2)], cell };
}

/** An interval on the grid, rounded outwards. @param factor 1 ÷ the cell's side */
export function onGrid(low: number, high: number, origin: number, factor: number): number {
  const first = Math.floor((low - origin) * factor - SLACK_CELLS);
  const last = Math.ceil((high - origin) * factor + SLACK_CELLS);
  return Math.max(0, Math.min(GRID_CELLS, first)) | (Math.max(0, Math.min(GRID_CELLS, last)) << 16);
}

/** References to all boxes, in their order. @param room for so many references */
export function referencesTo(boxes: Float32Array, { origin, cell }: Grid, room: number): Int32Array {
  const references = new Int32Array(REFERENCE_WORDS * room);
  const [ox, oy, oz] = origin;
  const [fx, fy, fz] = [1 / cell[0], 1 / cell[1], 1 / cell[2]];
  for (let i = 0, from = 0, to = 0; from < boxes.length; i++, from += 6, to += REFERENCE_WORDS) {
    references[to] = onGrid(boxes[from] ?? 0, boxes[from + 3] ?? 0, ox, fx);
    references[to + 1] = onGrid(boxes[from + 1] ?? 0, boxes[from + 4] ?? 0, oy, fy);
    references[to + 2] = onGrid(boxes[from + 2] ?? 0, boxes[from + 5] ?? 0, oz, fz);
    references[to + 3] = i;
  }
  return references;
}
