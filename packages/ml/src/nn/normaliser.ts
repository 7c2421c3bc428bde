/**
 * Brings features of any unit to about the same size before a net sees them: less the mean, by the standard deviation.
 */
export interface Normaliser {
  readonly mean: Float32Array<ArrayBuffer>;
  /** What the difference from the mean is divided by, above 0. */
  readonly scale: Float32Array<ArrayBuffer>;
}

/** A normalised feature is within ± this, whatever somebody claims of himself. */
const CLAMP = 5;

/** Features whose spread was never seen have a deviation of 1, believed like so many samples: the first few do not blow up. */
const PRIOR_SAMPLES = 4;

/** Older samples are forgotten at this rate once there are so many, so that a normaliser follows a grid that changes. */
const MEMORY_SAMPLES = 10_000;

/** One that changes nothing but clamps. */
export function identityNormaliser(size: number): Normaliser {
  return { mean: new Float32Array(size), scale: new Float32Array(size).fill(1) };
}

/** Fills `out` (and gives it back): `(feature − mean) ÷ scale`, within ±5, and 0 for a feature that is missing or not finite. */
export function normalise(n: Normaliser, features: ArrayLike<number>, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; i++) {
    const value = ((features[i] ?? Number.NaN) - (n.mean[i] ?? 0)) / (n.scale[i] ?? 1);
    out[i] = value > CLAMP ? CLAMP : value < -CLAMP ? -CLAMP : value || 0;
  }
  return out;
}

export interface RunningNormaliser {
  /** One more sample. A feature that is missing or not finite is passed over. */
  add(features: ArrayLike<number>): void;
  /** As it is now; never changed afterwards. */
  value(): Normaliser;
  /** That were added, or restored with. */
  readonly samples: number;
}

/** Welford's running mean and variance, exponentially forgotten once there are many samples. */
export function createRunningNormaliser(
  size: number,
  from?: { readonly normaliser: Normaliser; readonly samples: number },
): RunningNormaliser {
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  let samples = 0;
  if (from && from.normaliser.mean.length === size && from.normaliser.scale.length === size && from.samples > 0) {
    samples = from.samples;
    const believed = Math.min(samples, MEMORY_SAMPLES);
    mean.set(from.normaliser.mean);
    for (let i = 0; i < size; i++) {
      const scale = from.normaliser.scale[i] ?? 1;
      variance[i] = Math.max(0, (scale * scale * (believed + PRIOR_SAMPLES) - PRIOR_SAMPLES) / believed);
    }
  }
  return {
    add(features) {
      samples++;
      const weight = 1 / Math.min(samples, MEMORY_SAMPLES);
      for (let i = 0; i < size; i++) {
        const value = features[i] ?? Number.NaN;
        if (!Number.isFinite(value)) continue;
        const difference = value - (mean[i] ?? 0);
        mean[i] = (mean[i] ?? 0) + weight * difference;
        variance[i] = (1 - weight) * ((variance[i] ?? 0) + weight * difference * difference);
      }
    },
    value() {
      const believed = Math.min(samples, MEMORY_SAMPLES);
      const scale = Float32Array.from(variance, (v) =>
        Math.sqrt((v * believed + PRIOR_SAMPLES) / (believed + PRIOR_SAMPLES)),
      );
      return { mean: Float32Array.from(mean), scale };
    },
    get samples() {
      return samples;
    },
  };
}
