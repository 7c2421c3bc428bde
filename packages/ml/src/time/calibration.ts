import type { Millis } from '@tabgrid/protocol/ids';
import { clamp } from './bounded.js';
import {
  MOST_SLICES,
  NO_CALIBRATION,
  OVERALL_WINDOW,
  SLICE_WINDOW,
  type SliceCalibration,
  type TimePart,
} from './part.js';
import type { Quantiles } from './quantiles.js';

/**
 * Makes 95 % intervals hold 95 %: conformalised quantile regression (Romano, Patterson and Candès 2019) on the last outcomes, each
 * side for itself, in slices that must hold by themselves (Mondrian: Vovk, Lindsay, Nouretdinov and Gammerman 2003), with
 * adaptive conformal inference (Gibbs and Candès 2021) against drift. A slice with few outcomes is drawn towards all of them.
 */
export interface Calibration {
  /** One outcome, with the interval that the net gave for it before it was known; in the net's units. */
  learn(slice: string, predicted: Quantiles, observed: number): void;
  /** All of it as it is now, with margins for the outcomes to come. */
  value(): Pick<TimePart, 'overall' | 'slices'>;
}

/**
 * Misses to aim at on each side: a little less than 2.5 %, because what is judged is not all that is predicted – outcomes of odd
 * volunteers are left out, and a prediction may be a round older than what it is judged by.
 */
const TARGET = 0.0225;
/** ACI's step: a miss takes nearly a fifth off the aim, and about 40 hits give it back. Below 0 it is a debt of misses. */
const STEP = 0.004;
const ALPHA_RANGE = [-0.01, 0.1] as const;
/** Outcomes of a slice that count as much as all others together. */
const SHRINKAGE = 60;
/** So few say nothing about a 2.5 % quantile. */
const LEAST_SCORES = 20;

const YOUNG_MS: Millis = 60_000;
const OLD_MS: Millis = 600_000;
const NEWCOMER_RESULTS = 4;

/** Which outcomes are calibrated together: of a kernel, of volunteers about as new to it, in sessions about as old. */
export function sliceOf(kernel: string, results: number, ageMs: Millis): string {
  const age = ageMs < YOUNG_MS ? 'young' : ageMs < OLD_MS ? 'grown' : 'old';
  return `${kernel} ${results < NEWCOMER_RESULTS ? 'newcomer' : 'known'} ${age}`;
}

/** What is said in the end: the interval with its margins, and the median a part of the way from the plain one to the net's. */
export function settled(net: Quantiles, { marginLow, marginHigh }: SliceCalibration, trust: number): Quantiles {
  const mid = trust * net.mid;
  return { low: Math.min(mid, net.low - marginLow), mid, high: Math.max(mid, net.high + marginHigh) };
}

/** What holds for an outcome of this slice. */
export function calibrationOf({ overall, slices }: Pick<TimePart, 'overall' | 'slices'>, slice: string) {
  return slices.find(([name]) => name === slice)?.[1] ?? overall;
}

interface Side {
  readonly scores: number[];
  alpha: number;
  margin: number;
}

interface Slice {
  readonly low: Side;
  readonly high: Side;
}

export function createCalibration(from: Pick<TimePart, 'overall' | 'slices'>): Calibration {
  const overall = taken(from.overall);
  const slices = new Map(from.slices.map(([name, slice]) => [name, taken(slice)]));

  const sliceFor = (name: string): Slice => {
    const slice = slices.get(name) ?? { low: { ...overall.low, scores: [] }, high: { ...overall.high, scores: [] } };
    // The one that was not seen for longest goes first.
    slices.delete(name);
    slices.set(name, slice);
    for (const [oldest] of slices) {
      if (slices.size <= MOST_SLICES) break;
      slices.delete(oldest);
    }
    return slice;
  };

  return {
    learn(name, predicted, observed) {
      const low = predicted.low - observed;
      const high = observed - predicted.high;
      for (const [slice, window] of [
        [overall, OVERALL_WINDOW],
        [sliceFor(name), SLICE_WINDOW],
      ] as const) {
        adapt(slice.low, low, window);
        adapt(slice.high, high, window);
      }
    },
    value() {
      const all = { low: sorted(overall.low), high: sorted(overall.high) };
      overall.low.margin = quantileAbove(all.low, overall.low.alpha);
      overall.high.margin = quantileAbove(all.high, overall.high.alpha);
      for (const slice of slices.values()) {
        slice.low.margin = shrunk(slice.low, all.low);
        slice.high.margin = shrunk(slice.high, all.high);
      }
      return { overall: given(overall), slices: [...slices].map(([name, slice]) => [name, given(slice)] as const) };
    },
  };
}

/** Whether the margin that held was enough moves the aim. */
function adapt(side: Side, score: number, window: number): void {
  const missed = score > side.margin;
  side.alpha = clamp(side.alpha + STEP * (TARGET - (missed ? 1 : 0)), ...ALPHA_RANGE);
  side.scores.push(score);
  if (side.scores.length > window) side.scores.shift();
}

function shrunk(side: Side, all: Float32Array): number {
  const n = side.scores.length;
  const own = n < LEAST_SCORES ? 0 : n / (n + SHRINKAGE);
  const others = quantileAbove(all, side.alpha);
  return own === 0 ? others : own * quantileAbove(sorted(side), side.alpha) + (1 - own) * others;
}

const sorted = ({ scores }: Side) => Float32Array.from(scores).sort();

/** What only a share `alpha` of outcomes like these lies above, the next one counted (split conformal prediction). */
function quantileAbove(ascending: Float32Array, alpha: number): number {
  const n = ascending.length;
  if (n < LEAST_SCORES) return 0;
  return ascending[Math.min(n, Math.ceil((n + 1) * (1 - alpha))) - 1] ?? 0;
}

function taken({ low, high, alphaLow, alphaHigh, marginLow, marginHigh }: SliceCalibration): Slice {
  return {
    low: { scores: [...low], alpha: alphaLow, margin: marginLow },
    high: { scores: [...high], alpha: alphaHigh, margin: marginHigh },
  };
}

function given({ low, high }: Slice): SliceCalibration {
  return {
    ...NO_CALIBRATION,
    low: Float32Array.from(low.scores),
    high: Float32Array.from(high.scores),
    alphaLow: low.alpha,
    alphaHigh: high.alpha,
    marginLow: low.margin,
    marginHigh: high.margin,
  };
}
