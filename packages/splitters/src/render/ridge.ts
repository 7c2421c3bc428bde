/** Least squares with a small penalty on the weights, in plain numbers: for a handful of features. */

export interface Row {
  readonly features: readonly number[];
  readonly value: number;
  /** How much the row counts, above 0. */
  readonly weight: number;
}

/**
 * Ridge regression (Hoerl and Kennard 1970) by the normal equations. Features count by their own size: each is divided by its
 * root mean square first, so that the penalty means the same for all.
 * @param penalty relative to the rows' weight
 * @returns a weight for each feature; zeros without rows
 */
export function ridge(rows: readonly Row[], penalty: number): readonly number[] {
  const count = rows[0]?.features.length ?? 0;
  const all = rows.reduce((sum, { weight }) => sum + weight, 0);
  if (count === 0 || !(all > 0)) return Array<number>(count).fill(0);
  const scales = Array.from({ length: count }, (_, i) => {
    const square = rows.reduce((sum, { features, weight }) => sum + weight * (features[i] ?? 0) ** 2, 0) / all;
    return square > 0 ? Math.sqrt(square) : 1;
  });
  const matrix = Array.from({ length: count }, () => Array<number>(count + 1).fill(0));
  for (const { features, value, weight } of rows) {
    const scaled = features.map((x, i) => x / (scales[i] ?? 1));
    for (const [i, line] of matrix.entries()) {
      const x = weight * (scaled[i] ?? 0);
      for (let j = 0; j < count; j++) line[j] = (line[j] ?? 0) + x * (scaled[j] ?? 0);
      line[count] = (line[count] ?? 0) + x * value;
    }
  }
  for (const [i, line] of matrix.entries()) line[i] = (line[i] ?? 0) + penalty * all;
  return solve(matrix).map((x, i) => x / (scales[i] ?? 1));
}

/** Gauss' elimination with pivots; the right side is each line's last number. */
function solve(matrix: number[][]): number[] {
  const count = matrix.length;
  for (let i = 0; i < count; i++) {
    let pivot = i;
    for (let j = i + 1; j < count; j++) {
      if (Math.abs(matrix[j]?.[i] ?? 0) > Math.abs(matrix[pivot]?.[i] ?? 0)) pivot = j;
    }
    const [line = [], other = []] = [matrix[pivot], matrix[i]];
    matrix[pivot] = other;
    matrix[i] = line;
    const head = line[i] ?? 0;
    if (Math.abs(head) < 1e-300) continue;
    for (let j = i + 1; j < count; j++) {
      const below = matrix[j] ?? [];
      const factor = (below[i] ?? 0) / head;
      for (let k = i; k <= count; k++) below[k] = (below[k] ?? 0) - factor * (line[k] ?? 0);
    }
  }
  const found = Array<number>(count).fill(0);
  for (let i = count - 1; i >= 0; i--) {
    const line = matrix[i] ?? [];
    let rest = line[count] ?? 0;
    for (let j = i + 1; j < count; j++) rest -= (line[j] ?? 0) * (found[j] ?? 0);
    const head = line[i] ?? 0;
    found[i] = Math.abs(head) < 1e-300 ? 0 : rest / head;
  }
  return found;
}
