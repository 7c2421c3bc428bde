import * as v from 'valibot';
import { type NetShape, weightCount } from '../nn/net.js';
import { TIME_FEATURES } from './features.js';
import { TRUST_SIZE } from './trust.js';

/** Quantiles of log(time ÷ plain median) in units of the plain interval (see `scale.ts`). */
export const TIME_SHAPE: NetShape = { inputs: TIME_FEATURES.length, hidden: [16, 16], outputs: 3 };

/** Nets that learn from different draws, and whose answers are averaged: what one makes of chance the others do not (Breiman 1996). */
export const MEMBERS = 3;

/** Scores kept of one slice: enough that the 1 % quantile of them is no guess. */
export const SLICE_WINDOW = 500;
export const OVERALL_WINDOW = 1000;
/** Kernels × newcomers × ages; the oldest goes when there are more. */
export const MOST_SLICES = 64;

/**
 * Conformal calibration of some of the outcomes. A score is by how much an outcome lay beyond a bound of the net's interval,
 * below 0 inside of it, in the net's units; the oldest first, and as many of one side as of the other.
 */
export interface SliceCalibration {
  readonly low: Float32Array<ArrayBuffer>;
  readonly high: Float32Array<ArrayBuffer>;
  /** Share of misses to aim at on each side, which adapts (see `calibration.ts`). */
  readonly alphaLow: number;
  readonly alphaHigh: number;
  /** What is added to the interval on each side. */
  readonly marginLow: number;
  readonly marginHigh: number;
}

/** What the time model knows. */
export interface TimePart {
  /** Outcomes learned from. */
  readonly samples: number;
  /** Wall-clock time of the newest of them, ms since 1970; 0 before the first. */
  readonly at: number;
  /** null before the first training. `mean` and `scale` are of the features. */
  readonly net: {
    /** Weights of each. */
    readonly members: readonly Float32Array<ArrayBuffer>[];
    readonly mean: Float32Array<ArrayBuffer>;
    readonly scale: Float32Array<ArrayBuffer>;
  } | null;
  /** See `trust.ts`. */
  readonly trust: Float32Array<ArrayBuffer>;
  readonly overall: SliceCalibration;
  /** By `sliceOf`. */
  readonly slices: readonly (readonly [slice: string, calibration: SliceCalibration])[];
}

export const NO_CALIBRATION: SliceCalibration = {
  low: new Float32Array(0),
  high: new Float32Array(0),
  alphaLow: 0.025,
  alphaHigh: 0.025,
  marginLow: 0,
  marginHigh: 0,
};

/** Answers as the plain oracle. */
export const NO_TIME: TimePart = {
  ...{ samples: 0, at: 0, net: null, slices: [] },
  trust: new Float32Array(TRUST_SIZE),
  overall: NO_CALIBRATION,
};

const isFloats = (value: unknown): value is Float32Array<ArrayBuffer> =>
  value instanceof Float32Array && value.buffer instanceof ArrayBuffer && value.every(Number.isFinite);
const floats = (least: number, most: number) =>
  v.custom<Float32Array<ArrayBuffer>>((value) => isFloats(value) && value.length >= least && value.length <= most);
const exactly = (length: number) => floats(length, length);
const Finite = v.pipe(v.number(), v.finite());
const Aim = v.pipe(v.number(), v.minValue(-1), v.maxValue(1));

const calibration = (window: number) =>
  v.pipe(
    v.strictObject({
      low: floats(0, window),
      high: floats(0, window),
      alphaLow: Aim,
      alphaHigh: Aim,
      marginLow: Finite,
      marginHigh: Finite,
    }),
    v.check(({ low, high }) => low.length === high.length, 'as many scores of one side as of the other'),
  );

/** A part as it comes out of a store or a file. */
export const TimePartSchema: v.GenericSchema<unknown, TimePart> = v.strictObject({
  samples: v.pipe(v.number(), v.integer(), v.minValue(0)),
  at: v.pipe(Finite, v.minValue(0)),
  net: v.nullable(
    v.strictObject({
      members: v.pipe(v.array(exactly(weightCount(TIME_SHAPE))), v.length(MEMBERS)),
      mean: exactly(TIME_SHAPE.inputs),
      scale: v.pipe(
        exactly(TIME_SHAPE.inputs),
        v.check((scale) => scale.every((s) => s > 0), 'scales above 0'),
      ),
    }),
  ),
  trust: exactly(TRUST_SIZE),
  overall: calibration(OVERALL_WINDOW),
  slices: v.pipe(
    v.array(v.tuple([v.pipe(v.string(), v.maxLength(300)), calibration(SLICE_WINDOW)])),
    v.maxLength(MOST_SLICES),
  ),
});
