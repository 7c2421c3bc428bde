import type { Millis } from '@tabgrid/protocol/ids';
import { createEvaluate } from '../nn/net.js';
import { normalise } from '../nn/normaliser.js';
import { settled, sliceOf } from './calibration.js';
import { TIME_SHAPE, type TimePart } from './part.js';
import { type Quantiles, quantilesOf } from './quantiles.js';
import { fromScaled, halfOf, type Interval, isSound, MOST_LOG } from './scale.js';
import { trustIn } from './trust.js';

export interface TimePrediction extends Interval {
  /**
   * 0 to 1: n ÷ (n + 50) × √(p025 ÷ p975), with n outcomes that the interval was calibrated on. Many outcomes and an interval of
   * ±10 % give 0.9, of a factor of e either way 0.37; none give 0.
   */
  readonly confidence: number;
}

/**
 * @param features see `timeFeatures`
 * @param plain what the plain oracle says
 * @param kernel `kind@version`
 * @param results of that kernel that the volunteer returned before
 */
export type TimePredictor = (
  features: ArrayLike<number>,
  plain: Interval,
  kernel: string,
  results: number,
  ageMs: Millis,
) => TimePrediction;

const HALF_SURE = 50;

/** The plain answer, as the net says it. */
const PLAIN: Quantiles = { low: -1, mid: 0, high: 1 };

/** Raw quantiles of the nets, before calibration, in their own units: the mean of each. */
export function createNetQuantiles({ net }: Pick<TimePart, 'net'>): (features: ArrayLike<number>) => Quantiles {
  if (!net) return () => PLAIN;
  const members = net.members.map((weights) => createEvaluate(TIME_SHAPE, weights));
  const normalised = new Float32Array(TIME_SHAPE.inputs);
  return (features) => {
    normalise(net, features, normalised);
    let [low, mid, high] = [0, 0, 0];
    for (const evaluate of members) {
      const said = quantilesOf(evaluate(normalised));
      low += said.low / members.length;
      mid += said.mid / members.length;
      high += said.high / members.length;
    }
    return { low, mid, high };
  };
}

/** Pure: the same part and the same question give the same answer. A part without outcomes answers as the plain oracle. */
export function createTimePredictor(part: TimePart): TimePredictor {
  const quantiles = createNetQuantiles(part);
  const slices = new Map(part.slices);
  return (features, plain, kernel, results, ageMs) => {
    const { p025, median, p975 } = plain;
    if (part.samples === 0 || !isSound(plain)) return { p025, median, p975, confidence: 0 };
    const calibration = slices.get(sliceOf(kernel, results, ageMs)) ?? part.overall;
    const { low, mid, high } = settled(quantiles(features), calibration, trustIn(part.trust, halfOf(plain)));
    const said = {
      // The bounds may lie twice as far out as the median.
      p025: fromScaled(low, plain, 2 * MOST_LOG),
      median: fromScaled(mid, plain, MOST_LOG),
      p975: fromScaled(high, plain, 2 * MOST_LOG),
    };
    if (!(said.p025 > 0 && said.p975 < Number.POSITIVE_INFINITY)) return { p025, median, p975, confidence: 0 };
    const outcomes = calibration.low.length;
    return { ...said, confidence: (outcomes / (outcomes + HALF_SURE)) * Math.sqrt(said.p025 / said.p975) };
  };
}
