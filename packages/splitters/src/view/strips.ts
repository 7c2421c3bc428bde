/** A picture in strips of whole rows, one a message, cut by what rows are expected to cost. */

export interface Strip {
  readonly y: number;
  readonly height: number;
  /** Of the whole picture's cost: they add up to 1. */
  readonly cost: number;
}

/** Rows that cost nothing that was measured cost something all the same: their camera rays, and their bytes. */
const FLOOR = 0.1;

/**
 * Cuts a picture of `height` rows so that each strip has about its share of the cost. Every row lies in exactly one strip.
 * @param shares add up to 1; no more of them than rows
 * @param costs of the rows of a picture of the same view, of any height; null: nothing is known, all rows are equal
 * @returns as many strips as shares, from the top
 */
export function cutStrips(height: number, shares: readonly number[], costs: readonly number[] | null): Strip[] {
  const rows = rowCosts(height, costs);
  const strips: Strip[] = [];
  let y = 0;
  let before = 0;
  let target = 0;
  for (const [i, share] of shares.entries()) {
    target += share;
    // Everybody after this one gets a row at least.
    const most = height - (shares.length - 1 - i);
    let end = y + 1;
    let cost = before + (rows[y] ?? 0);
    const isLast = i === shares.length - 1;
    while (end < most && (isLast || cost + (rows[end] ?? 0) / 2 <= target)) cost += rows[end++] ?? 0;
    strips.push({ y, height: end - y, cost: cost - before });
    [y, before] = [end, cost];
  }
  return strips;
}

/** What each row costs, as a share of the whole. */
function rowCosts(height: number, costs: readonly number[] | null): readonly number[] {
  const sum = costs?.reduce((total, cost) => total + cost, 0) ?? 0;
  if (!costs || !(sum > 0)) return Array.from({ length: height }, () => 1 / height);
  const mean = sum / costs.length;
  const rows = Array.from(
    { length: height },
    (_, y) => (costs[Math.floor(((y + 0.5) * costs.length) / height)] ?? 0) + FLOOR * mean,
  );
  const total = rows.reduce((all, cost) => all + cost, 0);
  return rows.map((cost) => cost / total);
}
