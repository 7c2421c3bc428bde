import * as v from 'valibot';
import { initialWeights, type NetShape, weightCount } from '../nn/net.js';
import { identityNormaliser, type Normaliser } from '../nn/normaliser.js';
import { type HazardCalibration, HIGHEST, LOWEST, NO_CALIBRATION } from './calibrate.js';
import { FAILURE_FEATURES } from './features.js';
import { PIECES } from './hazard.js';

/**
 * In goes what `tellPiece` lays out: the features, and for each piece after the first a place for them and for a 1 of its own,
 * which is 0 unless that piece is asked about. Out comes what is added to the piece's log-odds.
 *
 * There is no hidden layer: from one recorded grid to another each that was tried carried over worse (AUC −0.002 to −0.06).
 */
export const FAILURE_NET: NetShape = {
  inputs: FAILURE_FEATURES.length + (PIECES - 1) * (FAILURE_FEATURES.length + 1),
  hidden: [],
  outputs: 1,
};

/** What the failure model knows. */
export interface FailurePart {
  /** Looks that it was learned from. */
  readonly samples: number;
  /** Of a `FAILURE_NET`. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly normaliser: Normaliser;
  readonly calibration: HazardCalibration;
}

/** Of a model that has seen nothing: the plain oracle. */
export const NO_FAILURE: FailurePart = {
  samples: 0,
  weights: initialWeights(FAILURE_NET, () => 0.5),
  normaliser: identityNormaliser(FAILURE_FEATURES.length),
  calibration: NO_CALIBRATION,
};

const floats = (length: number, least = Number.NEGATIVE_INFINITY) =>
  v.custom<Float32Array<ArrayBuffer>>(
    (x) =>
      x instanceof Float32Array && x.length === length && x.every((value) => Number.isFinite(value) && value >= least),
    `not ${length} finite numbers`,
  );

const within = (i: 0 | 1 | 2) => v.pipe(v.number(), v.minValue(LOWEST[i]), v.maxValue(HIGHEST[i]));

export const FailurePartSchema = v.strictObject({
  samples: v.pipe(v.number(), v.integer(), v.minValue(0)),
  weights: floats(weightCount(FAILURE_NET)),
  normaliser: v.strictObject({
    mean: floats(FAILURE_FEATURES.length),
    scale: floats(FAILURE_FEATURES.length, 1e-9),
  }),
  calibration: v.strictObject({ level: within(0), low: within(1), high: within(2) }),
});
