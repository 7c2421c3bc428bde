/** Interpolated quantile (type 7 of Hyndman and Fan 1996). @param q 0 to 1 @returns NaN without values */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
}

/** Jain's fairness index (Jain, Chiu and Hawe 1984): 1 when all are equal, 1 ÷ n when one has everything. */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, x) => total + x, 0);
  const squares = values.reduce((total, x) => total + x * x, 0);
  return squares === 0 ? 1 : sum ** 2 / (values.length * squares);
}
