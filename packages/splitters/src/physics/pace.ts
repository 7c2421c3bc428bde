import type { Millis } from '@tabgrid/protocol/ids';

/** What rounds took so far, and what a round of another layout would take beside its kernels. Pure. */

export interface Pace {
  /** A unit of work on the kernel's side. */
  readonly msAUnit: Millis;
  /** A round beside its longest kernel, whatever it carries; and for each body that it carries to a volunteer or back. */
  readonly besideMs: Millis;
  readonly msABody: Millis;
}

/** A round that is over. */
export interface RoundTook {
  readonly msAUnit: Millis;
  readonly besideMs: Millis;
  /** Bodies of all parts, and those of all results. */
  readonly carried: number;
}

/** Means over rounds, those of long ago forgotten. */
export interface Paces {
  readonly msAUnit: Millis;
  readonly beside: Millis;
  readonly carried: number;
  readonly carriedSquared: number;
  readonly carriedBeside: number;
}

const NEW_SHARE = 0.3;
/** What a body takes until rounds of different sizes were seen: 300 bytes there and back at 20 MB/s, and as much for the coordinator. */
const LIKELY_MS_A_BODY: Millis = 0.02;
/** So much as rounds' sizes have to differ, in shares of their mean, until what is measured counts as much as what is likely. */
const TELLING = 0.05;

/** @param before null: it is the first that counts */
export function paced(before: Paces | null, { msAUnit, besideMs, carried }: RoundTook): Paces {
  const now: Paces = {
    ...{ msAUnit, beside: besideMs, carried },
    ...{ carriedSquared: carried * carried, carriedBeside: carried * besideMs },
  };
  if (!before) return now;
  const mean = (of: keyof Paces) => before[of] + NEW_SHARE * (now[of] - before[of]);
  return {
    ...{ msAUnit: mean('msAUnit'), beside: mean('beside'), carried: mean('carried') },
    ...{ carriedSquared: mean('carriedSquared'), carriedBeside: mean('carriedBeside') },
  };
}

/** The line through rounds' times by what they carried: least squares, drawn towards what is likely (ridge regression). */
export function paceOf({ msAUnit, beside, carried, carriedSquared, carriedBeside }: Paces): Pace {
  const spread = Math.max(0, carriedSquared - carried * carried);
  const together = carriedBeside - carried * beside;
  const likely = Math.max(1, (TELLING * carried) ** 2);
  const slope = Math.max(0, (together + likely * LIKELY_MS_A_BODY) / (spread + likely));
  // No round takes less than nothing, however little it carries.
  const msABody = Math.min(slope, beside / Math.max(1, carried));
  return { msAUnit, msABody, besideMs: beside - msABody * carried };
}
