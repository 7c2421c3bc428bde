import type { PixelRect } from '@tabgrid/protocol/records';
import { type AmountIn, amounts, type Density } from '@tabgrid/splitters/spatial/density';
import { splitRect } from '@tabgrid/splitters/spatial/split';

/** Figures of maps and cuts. */

export const wholeOf = ({ width, height }: Pick<Density, 'width' | 'height'>): PixelRect => ({
  x: 0,
  y: 0,
  width,
  height,
});

/** Mean ÷ most of what shares hold, each relative to its own. */
export function balanceOf(loads: readonly number[]): number {
  return loads.reduce((sum, load) => sum + load, 0) / loads.length / Math.max(...loads);
}

/** Most ÷ mean. */
export function imbalanceOf(times: readonly number[]): number {
  return 1 / balanceOf(times);
}

/** The least of `balanceOf` by the map itself, over every number of equal and of unequal shares. */
export function predictedBalance(map: Density, most: number, random: () => number): number {
  const amountIn = amounts(map);
  let least = 1;
  for (let count = 2; count <= most; count++) {
    const unequal = Array.from({ length: count }, () => 0.2 + 0.8 * random());
    for (const shares of [Array<number>(count).fill(1), unequal]) {
      const rects = splitRect(wholeOf(map), shares, amountIn);
      least = Math.min(least, balanceOf(rects.map((rect, i) => amountIn(rect) / (shares[i] ?? 1))));
    }
  }
  return least;
}

/** Equal squares or nearly so: so many columns and rows. */
export function evenTiles(
  { width, height }: Pick<Density, 'width' | 'height'>,
  columns: number,
  rows: number,
): readonly PixelRect[] {
  const edge = (i: number, count: number, side: number) => Math.round((i * side) / count);
  return Array.from({ length: columns * rows }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const x = edge(column, columns, width);
    const y = edge(row, rows, height);
    return { x, y, width: edge(column + 1, columns, width) - x, height: edge(row + 1, rows, height) - y };
  });
}

/** How far a map's tiles are from the truth's, its scale left out: mean absolute error as a share, and Spearman's rank correlation. */
export function errorOf(
  map: Density,
  truth: Density,
  tiles: readonly PixelRect[],
): { readonly error: number; readonly rank: number } {
  const [said, real] = [valuesOf(amounts(map), tiles), valuesOf(amounts(truth), tiles)];
  const scale = sumOf(real) / sumOf(said);
  const error = said.reduce((sum, x, i) => sum + Math.abs(x * scale - (real[i] ?? 0)), 0) / sumOf(real);
  return { error, rank: correlation(ranksOf(said), ranksOf(real)) };
}

const valuesOf = (amountIn: AmountIn, tiles: readonly PixelRect[]) => tiles.map((tile) => amountIn(tile));
const sumOf = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0);

/** Equal ones share the mean of their places. */
export function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const ranks = Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (let k = from; k < to; k++) ranks[order[k]?.i ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's; 0 where one does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [sumOf(a) / a.length, sumOf(b) / b.length];
  let [both, squareA, squareB] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const [dx, dy] = [x - meanA, (b[i] ?? 0) - meanB];
    both += dx * dy;
    squareA += dx * dx;
    squareB += dy * dy;
  }
  return squareA > 0 && squareB > 0 ? both / Math.sqrt(squareA * squareB) : 0;
}
