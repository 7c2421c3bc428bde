import type { TraceResult } from '@tabgrid/simulator/trace';

/** So many equal gaps in a row are no accident. */
const LEAST = 50;
const SAME_MS = 2;

/**
 * How many results at the beginning of `later` are those at the end of `earlier`: two recordings of one server may share a
 * stretch, which must not be both trained on and tested on.
 */
export function shared(earlier: readonly TraceResult[], later: readonly TraceResult[]): number {
  for (let from = Math.max(0, earlier.length - later.length); from + LEAST <= earlier.length; from++) {
    const length = earlier.length - from;
    if (sameFrom(earlier, later, from, Math.min(length, LEAST)) && sameFrom(earlier, later, from, length))
      return length;
  }
  return 0;
}

function sameFrom(
  earlier: readonly TraceResult[],
  later: readonly TraceResult[],
  from: number,
  length: number,
): boolean {
  const shift = (earlier[from]?.ms ?? 0) - (later[0]?.ms ?? 0);
  for (let i = 1; i < length; i++) {
    const gap = (earlier[from + i]?.ms ?? Number.NaN) - (later[i]?.ms ?? Number.NaN) - shift;
    if (!(Math.abs(gap) <= SAME_MS)) return false;
  }
  return true;
}
