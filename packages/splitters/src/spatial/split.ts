import type { PixelRect } from '@tabgrid/protocol/records';
import type { AmountIn } from './density.js';

/**
 * Recursive binary splitting: a rectangle of pixels into as many as there are shares, each with its share of the whole amount.
 * A cut takes a whole number of shares to each side, along rows or columns of pixels. Where whole pixels leave a part of a
 * cut too far from its share, other cuts are tried: the other way, other numbers of shares a side, the next row.
 */

/** The most that a rectangle should hold, relative to its share: else another cut is tried. */
const GOAL = 1.02;

/** Below a cut into so many shares others are tried, if there is need; they are tried so often in all. */
const TRIED_SHARES = 24;
const TRIES_A_SHARE = 40;

/** A cut that leaves parts longer than this for their width counts as if so much more were missed for each time. */
const LONG = 3;
const LONG_COST = 0.03;

interface Cut {
  readonly first: PixelRect;
  readonly second: PixelRect;
  /** Shares that go to the first. */
  readonly firsts: number;
  readonly badness: number;
}

interface Found {
  readonly rects: readonly PixelRect[];
  /** The most that one of them holds, relative to its share of the whole. */
  readonly worst: number;
}

/**
 * @param shares above 0, relative to each other; at most as many as there are pixels
 * @returns a rectangle a share, in the order of the shares: a partition of the whole
 * @throws RangeError when there are more shares than pixels
 */
export function splitRect(rect: PixelRect, shares: readonly number[], amountIn: AmountIn): readonly PixelRect[] {
  if (shares.length > rect.width * rect.height) {
    throw new RangeError(`${shares.length} shares of ${rect.width} × ${rect.height} pixels`);
  }
  const all = shares.reduce((sum, share) => sum + share, 0);
  const unit = Math.max(1e-300, amountIn(rect) / all);
  let tries = TRIES_A_SHARE * shares.length;

  const split = (part: PixelRect, own: readonly number[]): Found => {
    const [only = 1] = own;
    if (own.length <= 1) return { rects: own.length === 1 ? [part] : [], worst: amountIn(part) / (unit * only) };
    let best: Found | null = null;
    for (const { first, second, firsts } of cutsOf(part, own, amountIn)) {
      tries--;
      const one = split(first, own.slice(0, firsts));
      const other = split(second, own.slice(firsts));
      const worst = Math.max(one.worst, other.worst);
      if (!best || worst < best.worst) best = { rects: [...one.rects, ...other.rects], worst };
      // What a part inherits from the cuts above it no cut within it can mend.
      const inherited = amountIn(part) / (unit * sumOf(own));
      if (best.worst <= GOAL * Math.max(1, inherited) || own.length > TRIED_SHARES || tries <= 0) break;
    }
    if (!best) throw new RangeError(`${own.length} shares of ${part.width} × ${part.height} pixels`);
    return best;
  };
  return split(rect, shares).rects;
}

const sumOf = (shares: readonly number[]): number => shares.reduce((sum, share) => sum + share, 0);

/** Cuts worth trying, the best first. */
function cutsOf(rect: PixelRect, shares: readonly number[], amountIn: AmountIn): readonly Cut[] {
  const all = sumOf(shares);
  const amount = amountIn(rect);
  const cuts: Cut[] = [];
  // The longer side first: of equally good cuts it stays before the other.
  const sides = rect.width >= rect.height ? (['width', 'height'] as const) : (['height', 'width'] as const);
  const giving = (firsts: number): void => {
    const share = sumOf(shares.slice(0, firsts)) / all;
    for (const side of sides)
      cuts.push(...cutsAlong(rect, side, firsts, shares.length - firsts, share, amount, amountIn));
  };
  for (const firsts of countsOf(shares, all)) giving(firsts);
  // Hardly more pixels than shares: halves may not fit on either side of a line, but some other counts do.
  for (let firsts = 1; cuts.length === 0 && firsts < shares.length; firsts++) giving(firsts);
  return cuts.sort((a, b) => a.badness - b.badness);
}

/** How many shares the first part may get: about half of the sum. */
function countsOf(shares: readonly number[], all: number): readonly number[] {
  const count = shares.length;
  let half = 0;
  for (let sum = 0; half < count; half++) {
    const next = sum + (shares[half] ?? 0);
    if (half > 0 && Math.abs(next - all / 2) >= Math.abs(sum - all / 2)) break;
    sum = next;
  }
  return [half, half - 1, half + 1].filter((n) => n >= 1 && n < count);
}

/** The cuts along one side just before and just behind the place that the share asks for; none where pixels are too few. */
function cutsAlong(
  rect: PixelRect,
  side: 'width' | 'height',
  firsts: number,
  seconds: number,
  share: number,
  amount: number,
  amountIn: AmountIn,
): Cut[] {
  const across = side === 'width' ? rect.height : rect.width;
  const least = Math.ceil(firsts / across);
  const most = rect[side] - Math.ceil(seconds / across);
  const firstPart = (at: number): PixelRect => (side === 'width' ? { ...rect, width: at } : { ...rect, height: at });
  const target = share * amount;
  // Amounts grow with the place: the last place that holds no more than the target.
  let [low, high] = [least, most];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (amountIn(firstPart(middle)) <= target) low = middle;
    else high = middle - 1;
  }
  const cuts: Cut[] = [];
  for (const at of [low, low + 1]) {
    if (at < least || at > most) continue;
    const first = firstPart(at);
    const second =
      side === 'width'
        ? { ...rect, x: rect.x + at, width: rect.width - at }
        : { ...rect, y: rect.y + at, height: rect.height - at };
    const off = amountIn(first) - target;
    const missed = Math.max(off / Math.max(1e-300, target), -off / Math.max(1e-300, amount - target));
    const long = Math.max(lengthOf(first, firsts), lengthOf(second, seconds));
    cuts.push({ first, second, firsts, badness: missed + LONG_COST * Math.max(0, long / LONG - 1) });
  }
  return cuts;
}

/** How long a rectangle is for its width; one that will be cut again may be twice as long. */
function lengthOf({ width, height }: PixelRect, shares: number): number {
  return Math.max(width, height) / Math.min(width, height) / Math.min(2, shares);
}
