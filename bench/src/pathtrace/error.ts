/** How far a picture is from another, and what that says about a renderer. Pictures are linear RGB, three floats a pixel. */

/** Share of the reference's mean square that keeps dark pixels from counting without limit. */
const EPSILON = 0.01;
/** Share of the pixels that the trimmed mean leaves out: the largest errors, where fireflies are. */
const TRIMMED = 0.001;

export interface RelativeError {
  /** Mean over pixels and channels of squared error ÷ (reference² + EPSILON × the reference's mean square). */
  readonly relMse: number;
  /** The same without the TRIMMED share of the worst pixels. */
  readonly trimmed: number;
}

/** @throws RangeError for pictures of different sizes, or without pixels */
export function relativeError(picture: Float32Array, reference: Float32Array): RelativeError {
  if (picture.length !== reference.length || picture.length === 0)
    throw new RangeError(`pictures of ${picture.length} and ${reference.length} numbers`);
  const floor = EPSILON * (reference.reduce((sum, x) => sum + x * x, 0) / reference.length);
  const errors = new Float64Array(picture.length / 3);
  for (let i = 0; i < picture.length; i++) {
    const pixel = Math.floor(i / 3);
    const wanted = reference[i] ?? 0;
    const off = (picture[i] ?? 0) - wanted;
    // A black reference says nothing about how far is far.
    const relative = off === 0 ? 0 : (off * off) / (wanted * wanted + floor);
    errors[pixel] = (errors[pixel] ?? 0) + relative / 3;
  }
  errors.sort();
  const kept = errors.subarray(0, errors.length - Math.floor(TRIMMED * errors.length));
  return { relMse: mean(errors), trimmed: mean(kept) };
}

const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean of a picture over pixels and channels. */
export function brightness(picture: Float32Array): number {
  return picture.reduce((sum, x) => sum + x, 0) / picture.length;
}

/**
 * A measured error without the reference's own noise: a reference of N samples that are independent of the picture's adds
 * n ÷ N of the error of n samples.
 */
export function withoutReferenceNoise(error: number, spp: number, referenceSpp: number): number {
  return error / (1 + spp / referenceSpp);
}

export interface ErrorPoint {
  readonly spp: number;
  readonly error: number;
}

/** Error as a power of the samples a pixel: error = at1 × spp^−rate. Plain Monte Carlo has rate 1. */
export interface ErrorCurve {
  readonly at1: number;
  readonly rate: number;
}

/** Fewer points do not tell a rate. */
const LEAST_POINTS = 3;

/** Least squares between logarithms; fewer than LEAST_POINTS are taken to fall at rate 1. @throws RangeError without points */
export function fitErrors(points: readonly ErrorPoint[]): ErrorCurve {
  const logs = points.map(({ spp, error }) => ({ x: Math.log(spp), y: Math.log(error) }));
  if (logs.length === 0) throw new RangeError('no errors to fit');
  const x = logs.reduce((sum, p) => sum + p.x, 0) / logs.length;
  const y = logs.reduce((sum, p) => sum + p.y, 0) / logs.length;
  const spread = logs.reduce((sum, p) => sum + (p.x - x) ** 2, 0);
  const rate = logs.length >= LEAST_POINTS ? -logs.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0) / spread : 1;
  return { at1: Math.exp(y + rate * x), rate };
}

export function errorAt({ at1, rate }: ErrorCurve, spp: number): number {
  return at1 * spp ** -rate;
}

/** Samples a pixel, not rounded, after which the error is so small. Infinity where it does not fall. */
export function sppFor({ at1, rate }: ErrorCurve, error: number): number {
  return rate > 0 ? (at1 / error) ** (1 / rate) : Number.POSITIVE_INFINITY;
}
