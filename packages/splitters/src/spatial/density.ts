import type { PixelRect } from '@tabgrid/protocol/records';

/** How much of something lies where on a film: constant within each cell of a coarse grid. Plain data. */
export interface Density {
  /** The film in pixels. */
  readonly width: number;
  readonly height: number;
  /** Cells of equal size; their edges may lie within pixels. */
  readonly columns: number;
  readonly rows: number;
  /** Amount a pixel, above 0, one number a cell, row-major from the top. */
  readonly cells: readonly number[];
}

/** Cells a side at most: enough to cut by, few enough to hand around. */
export const MOST_CELLS = 64;

/** Cells for a film: about square, and none smaller than a pixel. */
export function cellsFor(width: number, height: number, most = MOST_CELLS): Pick<Density, 'columns' | 'rows'> {
  const side = Math.max(width, height) / Math.min(most, Math.max(width, height));
  return {
    columns: Math.max(1, Math.min(width, Math.round(width / side))),
    rows: Math.max(1, Math.min(height, Math.round(height / side))),
  };
}

/** The same everywhere. */
export function evenDensity(width: number, height: number): Density {
  return { width, height, columns: 1, rows: 1, cells: [1] };
}

/** The cell that a pixel's centre lies in. */
export function cellAt({ width, height, columns, rows }: Omit<Density, 'cells'>, x: number, y: number): number {
  const column = Math.min(columns - 1, Math.floor(((x + 0.5) * columns) / width));
  const row = Math.min(rows - 1, Math.floor(((y + 0.5) * rows) / height));
  return row * columns + column;
}

/** The amount within a rectangle of whole pixels. */
export type AmountIn = (rect: PixelRect) => number;

/** Summed-area table over the cells (Crow 1984), read between its corners: exact for whatever edges. */
export function amounts(density: Density): AmountIn {
  const { width, height, columns, rows, cells } = density;
  const area = (width / columns) * (height / rows);
  const stride = columns + 1;
  const table = new Float64Array(stride * (rows + 1));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      sum += (cells[row * columns + column] ?? 0) * area;
      table[(row + 1) * stride + column + 1] = (table[row * stride + column + 1] ?? 0) + sum;
    }
  }
  /** Amount above and left of a point. */
  const before = (x: number, y: number): number => {
    const u = (x * columns) / width;
    const v = (y * rows) / height;
    const i = Math.min(columns - 1, Math.floor(u));
    const j = Math.min(rows - 1, Math.floor(v));
    const [fu, fv] = [u - i, v - j];
    const at = j * stride + i;
    const top = (table[at] ?? 0) * (1 - fu) + (table[at + 1] ?? 0) * fu;
    const bottom = (table[at + stride] ?? 0) * (1 - fu) + (table[at + stride + 1] ?? 0) * fu;
    return top * (1 - fv) + bottom * fv;
  };
  return ({ x, y, width: w, height: h }) => before(x + w, y + h) - before(x, y + h) - before(x + w, y) + before(x, y);
}
