/** Raw input to a number that a net can be fed with: hostile values come out bounded, missing ones as 0. */

/** @returns `value` within the bounds; the lower one for NaN */
export function clamp(value: number, low: number, high: number): number {
  return value > low ? Math.min(value, high) : low;
}

/** log(1 + value) ÷ `of`, for durations, sizes and counts: 0 for what is negative or NaN, at most 4. */
export function logOf(value: number, of: number): number {
  return value > 0 ? Math.min(4, Math.log1p(value) / of) : 0;
}

/** One of `count` buckets for a name (FNV-1a, public domain): a category that the net can tell from most others. */
export function bucketOf(text: string, count: number): number {
  let h = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x0100_0193);
  return ((h ^ (h >>> 15)) >>> 0) % count;
}
