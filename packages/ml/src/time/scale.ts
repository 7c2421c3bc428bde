import type { Millis } from '@tabgrid/protocol/ids';
import { clamp } from './bounded.js';

/**
 * The space that the net works in: log(time ÷ plain median) in units of half the plain interval's width. There the plain
 * oracle's answer is (−1, 0, 1), which is what an untrained net says.
 */

export interface Interval {
  readonly p025: Millis;
  readonly median: Millis;
  readonly p975: Millis;
}

/** Nothing is learned from, and no median lies, further from the plain one than this factor's logarithm. */
export const MOST_LOG = Math.log(50);

/** Where the plain oracle is surer than ±3 %, the scale stays; where it knows nothing, a factor of e³. */
const HALF_RANGE = [0.03, 3] as const;

/** Half the width of the plain interval in log time. */
export function halfOf({ p025, p975 }: Interval): number {
  return clamp((Math.log(p975) - Math.log(p025)) / 2, ...HALF_RANGE);
}

/** @returns the time in the net's space, at most a factor of 50 from the plain median */
export function toScaled(ms: Millis, plain: Interval): number {
  return clamp(Math.log(ms / plain.median), -MOST_LOG, MOST_LOG) / halfOf(plain);
}

/** The time at a place of the net's space. @param most how far in log time from the plain median at most */
export function fromScaled(z: number, plain: Interval, most: number): Millis {
  return plain.median * Math.exp(clamp(z * halfOf(plain), -most, most));
}

/** Whether an oracle that is sound could have said so. */
export function isSound({ p025, median, p975 }: Interval): boolean {
  return p025 > 0 && p025 <= median && median <= p975 && p975 < Number.POSITIVE_INFINITY;
}
