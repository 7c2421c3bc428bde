/** What `npm run bench` takes beside the name of the benchmark. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
  readonly flags: BenchFlags;
}

/** Flags of single benchmarks; null where not given. */
export interface BenchFlags {
  /** Recorded sessions: `seconds,volunteer` lines. */
  readonly trace: string | null;
  /** Comma-separated names of profiles. */
  readonly only: string | null;
  /** Comma-separated names of policies. */
  readonly policies: string | null;
  /** Recorded sessions to learn from, and to be tried on. */
  readonly traceTrain: string | null;
  readonly traceTest: string | null;
  /** A file to record real tiles into, or a folder for films, instead of measuring. */
  readonly record: string | null;
  /** Folder for SVG plots. */
  readonly plots: string | null;
  readonly seeds: number | null;
  readonly firstSeed: number | null;
  /** Where to write an SVG of one run. */
  readonly gantt: string | null;
  /** `browser` or `node`: where our path tracer runs. */
  readonly runtime: string | null;
  /** Folder for PNG pictures. */
  readonly images: string | null;
  /** Side of a picture, pixels. */
  readonly size: number | null;
  /** Samples a pixel. */
  readonly spp: number | null;
}

/** @throws RangeError for anything but a whole number above 0 */
export function count(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new RangeError(`--${name} takes a whole number, not “${text}”`);
  return Number(text);
}
