/** Results of a trace in the order of their coming. */
export interface Result {
  readonly ms: number;
  readonly volunteer: number;
}

/** Reads `seconds,volunteer` lines below a header. */
export function readResults(csv: string): readonly Result[] {
  return csv
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [seconds = Number.NaN, volunteer = Number.NaN] = line.split(',').map(Number);
      if (!Number.isFinite(seconds) || !Number.isInteger(volunteer))
        throw new RangeError(`not “seconds,volunteer”: ${line}`);
      return { ms: seconds * 1000, volunteer };
    })
    .sort((a, b) => a.ms - b.ms);
}

/** So many equal gaps in a row are no accident. */
const LEAST = 50;
const SAME_MS = 2;

/**
 * How many results at the beginning of `later` are those at the end of `earlier`: two recordings of one server may share a
 * stretch, which must not be both trained on and tested on.
 */
export function shared(earlier: readonly Result[], later: readonly Result[]): number {
  for (let from = Math.max(0, earlier.length - later.length); from + LEAST <= earlier.length; from++) {
    const length = earlier.length - from;
    if (sameFrom(earlier, later, from, Math.min(length, LEAST)) && sameFrom(earlier, later, from, length))
      return length;
  }
  return 0;
}

function sameFrom(earlier: readonly Result[], later: readonly Result[], from: number, length: number): boolean {
  const shift = (earlier[from]?.ms ?? 0) - (later[0]?.ms ?? 0);
  for (let i = 1; i < length; i++) {
    const gap = (earlier[from + i]?.ms ?? Number.NaN) - (later[i]?.ms ?? Number.NaN) - shift;
    if (!(Math.abs(gap) <= SAME_MS)) return false;
  }
  return true;
}
