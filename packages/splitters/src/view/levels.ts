import type { Millis } from '@tabgrid/protocol/ids';

/** How fine a view is shown at first, and how it gets finer. Sizes are the film's own divided by a whole number, the step. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Everything that answers a hand is here within this time: what people take for immediate (Card, Robertson, Mackinlay 1991). */
export const DEADLINE_MS: Millis = 100;

/** A finer picture may take so long before one between is worth its work. */
const PATIENCE_MS: Millis = 2000;
/** One between is to be here in this time. */
const BETWEEN_MS: Millis = 500;
/** A round of further samples: what a new camera may have to wait for is far less, as rounds end between two submissions. */
const PASS_MS: Millis = 1000;

const STEPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
/** Below it nothing is to be seen. */
const LEAST_SIDE_PX = 16;
/** While nobody knows how long anything takes. */
const UNKNOWN_PX = 64 * 64;

/** How long a picture of so many pixels and samples would take; Infinity when nobody knows. */
export type TimeOf = (pixels: number, samples: number) => Millis;

export function sizeOf({ width, height }: Size, step: number): Size {
  return { width: Math.ceil(width / step), height: Math.ceil(height / step) };
}

/** A view's film has no more: each pixel of each round travels as 16 bytes. */
const MOST_PIXELS = 600_000;

/** The finest size of a view of a picture: the picture's own, or that divided by a whole number. */
export function viewSize(picture: Size): Size {
  let step = 1;
  while (pixelsOf(sizeOf(picture, step)) > MOST_PIXELS) step++;
  return sizeOf(picture, step);
}

const pixelsOf = ({ width, height }: Size): number => width * height;

/** The finest step whose picture is here in time; the coarsest sensible one when none is. */
export function roughStep(film: Size, timeOf: TimeOf): number {
  const sensible = STEPS.filter((step) => step === 1 || Math.min(film.width, film.height) / step >= LEAST_SIDE_PX);
  const inTime = sensible.find((step) => {
    const pixels = pixelsOf(sizeOf(film, step));
    const ms = timeOf(pixels, 1);
    return ms === Number.POSITIVE_INFINITY ? pixels <= UNKNOWN_PX : ms <= DEADLINE_MS;
  });
  return inTime ?? sensible.at(-1) ?? 1;
}

/** The step after one that is whole: 1, or one between where 1 takes too long. */
export function finerStep(film: Size, step: number, timeOf: TimeOf): number {
  if (timeOf(pixelsOf(film), 1) <= PATIENCE_MS) return 1;
  const between = STEPS.filter((finer) => finer > 1 && 2 * finer <= step);
  return between.find((finer) => timeOf(pixelsOf(sizeOf(film, finer)), 1) <= BETWEEN_MS) ?? between.at(-1) ?? 1;
}

/**
 * How many samples to add to `present` ones, as one block: as many as there are, and fewer where that would take long. A block
 * begins at a multiple of its length.
 */
export function passLength(film: Size, present: number, most: number, timeOf: TimeOf): number {
  let count = 1;
  const fits = (samples: number) =>
    present % samples === 0 && present + samples <= most && timeOf(pixelsOf(film), samples) <= PASS_MS;
  while (fits(2 * count)) count *= 2;
  return count;
}
