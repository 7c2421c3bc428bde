import type { Quantiles } from './quantiles.js';

/**
 * A time of which only is known that it would have been longer is drawn from what the model itself thinks of times that long:
 * mass is redistributed to the right of the cut (Efron 1967; for quantile regression Portnoy 2003), anew each time that the
 * row is used (stochastic EM, Celeux and Diebolt 1985).
 */

/** Between the median and the 2.5 % or 97.5 % quantile of a normal distribution lie so many standard deviations. */
const SIGMAS = 1.959964;
const LEAST_SIGMA = 1e-6;

/** @param u uniform in [0, 1) @returns a time beyond `cut`, in the space of the quantiles */
export function beyond(cut: number, { low, mid, high }: Quantiles, u: number): number {
  const below = Math.max(LEAST_SIGMA, (mid - low) / SIGMAS);
  const above = Math.max(LEAST_SIGMA, (high - mid) / SIGMAS);
  const z = (cut - mid) / (cut < mid ? below : above);
  // Out there the tail is nearly exponential with rate z (Mills' ratio), and Φ has no digits left.
  if (z > 4) return cut + (above / z) * -Math.log(1 - u);
  const from = normalCdf(z);
  const drawn = normalQuantile(from + (1 - from) * u);
  return Math.max(cut, mid + drawn * (drawn < 0 ? below : above));
}

/** Φ, to 7.5e-8 (Abramowitz and Stegun 26.2.17). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? 1 - tail : tail;
}

/** Φ⁻¹, to 4.5e-4 (Abramowitz and Stegun 26.2.23), within ±5. */
export function normalQuantile(p: number): number {
  const tail = Math.max(Math.min(p, 1 - p), 2.9e-7);
  const t = Math.sqrt(-2 * Math.log(tail));
  const z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p < 0.5 ? -z : z;
}
