/** A discrete distribution that is sampled with one table look-up (Walker 1977; construction after Vose 1991). */
export interface AliasTable {
  /** Chosen instead of `i` when a random word is not below `threshold[i]`. */
  readonly alias: Uint32Array;
  /** Share of cell `i` that stays with `i`, as 32-bit fixed point. */
  readonly threshold: Uint32Array;
  /** Weight ÷ sum of weights. */
  readonly probability: Float64Array;
}

/**
 * @param weights finite, not negative
 * @returns null when no weight is positive
 */
export function buildAlias(weights: Float64Array): AliasTable | null {
  const n = weights.length;
  let sum = 0;
  for (const weight of weights) sum += weight;
  if (!(sum > 0)) return null;
  const probability = weights.map((weight) => weight / sum);
  const rest = probability.map((p) => p * n);
  const alias = Uint32Array.from({ length: n }, (_, i) => i);
  const threshold = new Uint32Array(n).fill(0xffff_ffff);
  const small = new Uint32Array(n);
  const large = new Uint32Array(n);
  let smalls = 0;
  let larges = 0;
  for (let i = 0; i < n; i++) {
    if ((rest[i] ?? 0) < 1) small[smalls++] = i;
    else large[larges++] = i;
  }
  while (smalls > 0 && larges > 0) {
    const low = small[--smalls] ?? 0;
    const high = large[larges - 1] ?? 0;
    const share = rest[low] ?? 0;
    alias[low] = high;
    threshold[low] = Math.min(0xffff_ffff, Math.floor(share * 2 ** 32));
    rest[high] = (rest[high] ?? 0) - (1 - share);
    if ((rest[high] ?? 0) < 1) {
      larges--;
      small[smalls++] = high;
    }
  }
  // What is left holds 1 up to rounding, but a cell of no weight must never be chosen.
  let heaviest = 0;
  for (let i = 1; i < n; i++) if ((weights[i] ?? 0) > (weights[heaviest] ?? 0)) heaviest = i;
  while (smalls > 0) {
    const i = small[--smalls] ?? 0;
    if (weights[i] === 0) {
      alias[i] = heaviest;
      threshold[i] = 0;
    }
  }
  return { alias, threshold, probability };
}
