import type { Millis } from '@tabgrid/protocol/ids';
import { createEvaluate } from '../nn/net.js';
import { normalise } from '../nn/normaliser.js';
import { LATENCY_FEATURES } from './features.js';
import { LATENCY_NET, type LatencyPart, RESIDUAL_UNIT } from './part.js';

/** A round trip as a distribution. */
export interface LatencyPrediction {
  readonly median: Millis;
  readonly p95: Millis;
  /** The ends of the 95 % interval. */
  readonly p025: Millis;
  readonly p975: Millis;
}

/** What the plain oracle says of a round trip. */
export interface PlainLatency {
  readonly median: Millis;
  readonly p95: Millis;
}

export type LatencyPredictor = (features: ArrayLike<number>, plain: PlainLatency) => LatencyPrediction;

/** Untrained, or asked about what is no number, it is the plain oracle. */
export function createLatencyPredictor({ net }: LatencyPart): LatencyPredictor {
  if (!net) return (_, plain) => plainly(plain);
  const residuals = createResiduals(net);
  const { factors } = net;
  return (features, plain) => {
    if (features.length !== LATENCY_FEATURES.length || !isTrip(plain.median)) return plainly(plain);
    const { middle, below, above } = residuals(features);
    if (!Number.isFinite(middle + below + above)) return plainly(plain);
    const at = (residual: number) => plain.median * Math.exp(RESIDUAL_UNIT * bounded(residual));
    return {
      median: at(middle),
      p95: at(middle + factors.p95 * above),
      p025: at(middle - factors.p025 * below),
      p975: at(middle + factors.p975 * above),
    };
  };
}

/** A residual's median and its distances to the 0.025 and 0.975 quantile, before calibration. The answer is overwritten by the next. */
export interface Residuals {
  middle: number;
  below: number;
  above: number;
}

export function createResiduals(
  net: Pick<NonNullable<LatencyPart['net']>, 'weights' | 'mean' | 'scale'>,
): (features: ArrayLike<number>) => Residuals {
  const evaluate = createEvaluate(LATENCY_NET.shape, net.weights);
  const inputs = new Float32Array(LATENCY_FEATURES.length);
  const found = { middle: 0, below: 0, above: 0 };
  return (features) => {
    const [m = 0, a = 0, b = 0] = evaluate(normalise(net, features, inputs));
    found.middle = m;
    found.below = softplus(a + WIDTH_OFFSET);
    found.above = softplus(b + WIDTH_OFFSET);
    return found;
  };
}

/** softplus(log(e − 1)) = 1 (see `Loss` in `nn/trainer.ts`). */
const WIDTH_OFFSET = Math.log(Math.E - 1);

const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** Nobody's round trip is e^6 times what it was. */
const MOST_RESIDUAL = 20;
const bounded = (residual: number) => Math.min(MOST_RESIDUAL, Math.max(-MOST_RESIDUAL, residual));

/** A round trip that a net can be held against. */
export function isTrip(ms: number): boolean {
  return ms >= 0.01 && ms <= 600_000;
}

/**
 * log(p95 ÷ median) of a log-normal distribution is 1.645 σ, log(p975 ÷ median) 1.960 σ.
 */
const P975_OVER_P95 = 1.959964 / 1.644854;

function plainly({ median, p95 }: PlainLatency): LatencyPrediction {
  const spread = median > 0 && p95 > median ? (p95 / median) ** P975_OVER_P95 : 1;
  return { median, p95, p025: median / spread, p975: median * spread };
}
