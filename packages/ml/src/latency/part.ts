import * as v from 'valibot';
import { weightCount } from '../nn/net.js';
import type { NetSpec } from '../nn/trainer.js';
import { LATENCY_FEATURES } from './features.js';

/** Quantiles of log(round trip ÷ what the plain oracle says), in units of `RESIDUAL_UNIT`. */
export const LATENCY_NET: NetSpec = {
  shape: { inputs: LATENCY_FEATURES.length, hidden: [16, 16], outputs: 3 },
  loss: 'quantiles',
  learningRate: 0.01,
  l2: 1e-5,
};

/** A tenth of a round trip more or less is what links do anyway; the net's first half-width is a factor of e^0.3. */
export const RESIDUAL_UNIT = 0.3;

const finiteArray = (length: number) =>
  v.pipe(
    v.instance(Float32Array<ArrayBuffer>),
    v.check((a) => a.length === length, 'another number of values'),
    v.check((a) => a.every(Number.isFinite), 'values that are no numbers'),
  );

const Factor = v.pipe(v.number(), v.minValue(0), v.maxValue(1e6));

/** What the latency model knows. Arrays are never written to again. */
export const LatencyPartSchema = v.strictObject({
  /** Round trips that it has seen. */
  samples: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** null while there is too little to go by: then it is the plain oracle. */
  net: v.nullable(
    v.strictObject({
      weights: finiteArray(weightCount(LATENCY_NET.shape)),
      mean: finiteArray(LATENCY_FEATURES.length),
      scale: v.pipe(
        finiteArray(LATENCY_FEATURES.length),
        v.check((a) => a.every((x) => x > 0), 'a scale that is not above 0'),
      ),
      /** What the half-widths are multiplied by at these quantiles (conformal calibration). */
      factors: v.strictObject({ p025: Factor, p95: Factor, p975: Factor }),
    }),
  ),
});
export type LatencyPart = v.InferOutput<typeof LatencyPartSchema>;

export const NO_LATENCY: LatencyPart = { samples: 0, net: null };
