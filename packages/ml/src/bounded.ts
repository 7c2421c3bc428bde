/** What views say is claims of strangers: features are made of it only through these. */

/** `value` within the bounds; `otherwise` for what is no number at all. */
export function bounded(value: number | null | undefined, low: number, high: number, otherwise: number): number {
  if (value === null || value === undefined || Number.isNaN(value)) return otherwise;
  return Math.min(high, Math.max(low, value));
}

/** log(1 + value) of a duration, size or count that is at most `high`; 0 for what is no number or below 0. */
export function logBounded(value: number | null | undefined, high: number): number {
  return Math.log1p(bounded(value, 0, high, 0));
}

/** One of `buckets` for a name, the same everywhere (FNV-1a, public domain). */
export function bucketOf(name: string, buckets: number): number {
  let h = 0x811c_9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x0100_0193);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  return ((h ^ (h >>> 13)) >>> 0) % buckets;
}
