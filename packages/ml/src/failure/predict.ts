import type { Millis } from '@tabgrid/protocol/ids';
import type { Probability } from '@tabgrid/scheduler/oracle';
import { normalise } from '../nn/normaliser.js';
import { calibrated } from './calibrate.js';
import { FAILURE_FEATURES } from './features.js';
import {
  chanceOf,
  hazardOfLogOdds,
  PIECE_ENDS_MS,
  PIECES,
  pieceStart,
  plainHazard,
  plainLogOdds,
  summedHazard,
} from './hazard.js';
import { FAILURE_NET, type FailurePart } from './part.js';

/**
 * 1. A chance is 0 at once, grows with the time asked about, and never reaches 1.
 * 2. Hazards add up: the chance to stay for a + b is the chance to stay for a times that to stay for b more.
 * 3. Beyond the pieces the plain oracle's hazard goes on falling with age, by the ratio of the last piece higher or lower.
 */
export type PredictFailure = (features: ArrayLike<number>, ageMs: Millis, withinMs: Millis) => Probability;

/** How far the last piece may speak for all the time after it. */
const MOST_RATIO = 20;

/** Ages and times beyond are no different. */
const LONGEST_MS: Millis = 1e12;

/** Hazards of the pieces, before calibration. The array that comes back is overwritten by the next call. */
export function createPieces({ weights, normaliser }: Pick<FailurePart, 'weights' | 'normaliser'>) {
  const size = FAILURE_FEATURES.length;
  const bias = weights[FAILURE_NET.inputs] ?? 0;
  // Without a hidden layer a piece's inputs come down to one weight a feature, those of all pieces and its own.
  const pieces = Array.from({ length: PIECES }, (_, piece) => {
    const own = size + (piece - 1) * (size + 1);
    const of = (i: number) => (piece === 0 ? 0 : (weights[own + i] ?? 0));
    return { kernel: Float64Array.from({ length: size }, (_, i) => (weights[i] ?? 0) + of(i)), bias: bias + of(size) };
  });
  const features = new Float32Array(size);
  const hazards = new Float64Array(PIECES);
  return (raw: ArrayLike<number>, ageMs: Millis): Float64Array => {
    normalise(normaliser, raw, features);
    for (let piece = 0; piece < PIECES; piece++) {
      const net = pieces[piece];
      let logOdds = plainLogOdds(piece, ageMs) + (net?.bias ?? 0);
      for (let i = 0; i < size; i++) logOdds += (net?.kernel[i] ?? 0) * (features[i] ?? 0);
      hazards[piece] = hazardOfLogOdds(logOdds);
    }
    return hazards;
  };
}

/** Lays out which piece is asked about behind the features of the row that begins at `at`; see `FAILURE_NET`. */
export function tellPiece(inputs: Float32Array, at: number, piece: number): void {
  const size = FAILURE_FEATURES.length;
  inputs.fill(0, at + size, at + FAILURE_NET.inputs);
  if (piece === 0) return;
  const own = at + size + (piece - 1) * (size + 1);
  inputs.copyWithin(own, at, at + size);
  inputs[own + size] = 1;
}

export function createFailurePredictor(part: FailurePart): PredictFailure {
  const pieces = createPieces(part);
  const last = PIECES - 1;
  const horizon = PIECE_ENDS_MS[last] ?? 0;
  return (features, claimedAgeMs, withinLongMs) => {
    if (!(withinLongMs > 0)) return 0;
    const withinMs = Math.min(withinLongMs, LONGEST_MS);
    const ageMs = claimedAgeMs > 0 ? Math.min(claimedAgeMs, LONGEST_MS) : 0;
    const hazards = pieces(features, ageMs);
    let minute = 0;
    let hazard = 0;
    for (let piece = 0; piece < PIECES; piece++) {
      const h = hazards[piece] ?? 0;
      const start = pieceStart(piece);
      const seen = (withinMs - start) / ((PIECE_ENDS_MS[piece] ?? 0) - start);
      minute += h;
      if (seen > 0) hazard += h * Math.min(1, seen);
    }
    if (withinMs > horizon) {
      const ratio = Math.min(MOST_RATIO, (hazards[last] ?? 0) / plainHazard(last, ageMs));
      hazard += ratio * (summedHazard(ageMs + withinMs) - summedHazard(ageMs + horizon));
    }
    // One factor for all of it: so a calibrated chance keeps growing with time, and hazards still add up.
    return chanceOf((calibrated(part.calibration, minute) / minute) * hazard);
  };
}
